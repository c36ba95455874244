/* Loaded before the C library: counts the calls by which a process changes files below FAULT_DIR, and lets the one with the
 * number FAULT_AT fail as FAULT_KIND says. Owns no opinion of what should follow. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long calls;

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

/* Whether a path is below the directory. */
static int is_ours(const char *path) {
    const char *dir = setting("FAULT_DIR");
    return *dir && strncmp(path, dir, strlen(dir)) == 0;
}

static int is_our_file(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return is_ours(path);
}

/* Whether this call is the one; writes the number of calls so far where the test can read it. */
static int is_due(void) {
    long n = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    return n == atol(setting("FAULT_AT"));
}

static int is_kind(const char *kind) { return strcmp(setting("FAULT_KIND"), kind) == 0; }

static void die(void) {
    kill(getpid(), SIGKILL);
    pause();
}

/* Says which call it is, and lets it fail: errno is set. */
static int fails(const char *call) {
    if (is_kind("kill")) die();
    dprintf(2, "fault in %s\n", call);
    errno = is_kind("full") ? ENOSPC : EIO;
    return 1;
}

__attribute__((destructor)) static void tell(void) {
    const char *path = setting("FAULT_COUNT");
    if (!*path) return;
    FILE *out = fopen(path, "w");
    if (!out) return;
    fprintf(out, "%ld", calls);
    fclose(out);
}

#define REAL(name, type) static type real; if (!real) real = (type)dlsym(RTLD_NEXT, name)

typedef ssize_t (*write_fn)(int, const void *, size_t);
typedef ssize_t (*pwrite_fn)(int, const void *, size_t, off_t);
typedef int (*fd_fn)(int);
typedef int (*truncate_fn)(int, off_t);
typedef int (*path_fn)(const char *);
typedef int (*paths_fn)(const char *, const char *);
typedef int (*mkdir_fn)(const char *, mode_t);

/* How much of a write is done although it is the one: half of it, where it is cut short or torn. */
static size_t part(size_t n) { return n > 1 ? n / 2 : n; }

ssize_t write(int fd, const void *bytes, size_t n) {
    REAL("write", write_fn);
    if (n == 0 || !is_our_file(fd) || !is_due()) return real(fd, bytes, n);
    if (is_kind("short")) return real(fd, bytes, part(n));
    if (is_kind("kill")) { real(fd, bytes, part(n)); die(); }
    fails("write");
    return -1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t at) {
    REAL("pwrite64", pwrite_fn);
    if (n == 0 || !is_our_file(fd) || !is_due()) return real(fd, bytes, n, at);
    if (is_kind("short")) return real(fd, bytes, part(n), at);
    if (is_kind("kill")) { real(fd, bytes, part(n), at); die(); }
    fails("pwrite");
    return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) { return pwrite64(fd, bytes, n, at); }

#define ON_FD(name) \
    int name(int fd) { \
        REAL(#name, fd_fn); \
        if (is_our_file(fd) && is_due() && !is_kind("short") && fails(#name)) return -1; \
        return real(fd); \
    }
ON_FD(fsync)
ON_FD(fdatasync)

#define TRUNCATE(name) \
    int name(int fd, off_t size) { \
        REAL(#name, truncate_fn); \
        if (is_our_file(fd) && is_due() && !is_kind("short") && fails(#name)) return -1; \
        return real(fd, size); \
    }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

#define ON_PATH(name) \
    int name(const char *path) { \
        REAL(#name, path_fn); \
        if (is_ours(path) && is_due() && !is_kind("short") && fails(#name)) return -1; \
        return real(path); \
    }
ON_PATH(unlink)
ON_PATH(rmdir)

typedef int (*open_fn)(const char *, int, ...);
typedef int (*unlinkat_fn)(int, const char *, int);

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(#name, open_fn); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        if (flags & O_CREAT && is_ours(path) && is_due() && !is_kind("short") && fails(#name)) return -1; \
        return real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

int unlinkat(int dir, const char *path, int flags) {
    REAL("unlinkat", unlinkat_fn);
    if ((is_ours(path) || is_our_file(dir)) && is_due() && !is_kind("short") && fails("unlinkat")) return -1;
    return real(dir, path, flags);
}

int rename(const char *from, const char *to) {
    REAL("rename", paths_fn);
    if (is_ours(to) && is_due() && !is_kind("short") && fails("rename")) return -1;
    return real(from, to);
}

int mkdir(const char *path, mode_t mode) {
    REAL("mkdir", mkdir_fn);
    if (is_ours(path) && is_due() && !is_kind("short") && fails("mkdir")) return -1;
    return real(path, mode);
}
