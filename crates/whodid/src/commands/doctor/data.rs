//! What the data directory tells: rights, space, the lock, the database, the volumes, and the clock against them.

use std::path::Path;

use activity::Time;
use activity::query::Expr;
use log::{Clock as _, Log, SystemClock};
use rustix::fs::{Access, access, statvfs};
use store::accounts::account;
use store::{Store, StoreError, StoreUrl};

use super::Finding::{self, Advice, Good, Wrong};
use crate::config::Config;

/// Free space below which sealing and the database soon stop.
const LEAST_FREE: u64 = 1 << 30;
/// 2026-01-01T00:00:00Z: no clock of today is before it.
const BUILT_AFTER: Time = Time(1_767_225_600 * Time::SECOND);

pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let directory = &config.data_dir;
    let mut findings = Vec::new();
    if !directory.is_dir() {
        findings.push(Wrong(format!(
            "data: {} is no directory; `whodid serve --data-dir` makes it, or check the path",
            directory.display()
        )));
        return findings;
    }
    findings.extend([rights(directory), space(directory), lock(directory).await]);
    let no_database = match Store::open_reader(&StoreUrl::directory(directory)).await {
        Ok(store) => {
            findings.extend(log(config, store).await);
            return findings;
        }
        Err(error @ StoreError::Absent(_)) => Advice(format!("database: {error}")),
        Err(error) => Wrong(format!("database: {error}")),
    };
    findings.extend([no_database, clock(SystemClock.now(), None)]);
    findings
}

fn rights(directory: &Path) -> Finding {
    if let Err(error) = access(directory, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK) {
        return Wrong(format!(
            "data: {} cannot be read and written by this user: {error}; change its owner with chown",
            directory.display()
        ));
    }
    let mode = std::fs::metadata(directory).map(|meta| std::os::unix::fs::PermissionsExt::mode(&meta.permissions()));
    match mode {
        Ok(mode) if mode & 0o077 != 0 => Advice(format!(
            "data: other users of this machine can look into {} (mode {:o}); chmod 700 keeps logs and password hashes private",
            directory.display(),
            mode & 0o777
        )),
        Ok(_) => Good(format!("data: {} belongs to this user alone", directory.display())),
        Err(error) => Wrong(format!("data: {}: {error}", directory.display())),
    }
}

fn space(directory: &Path) -> Finding {
    match statvfs(directory) {
        Ok(disk) => {
            let (free, all) = (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize);
            let text = format!("disk: {} of {} free", size(free), size(all));
            if free < LEAST_FREE || free < all / 20 {
                Advice(format!("{text}; when it is full nothing more is recorded"))
            } else {
                Good(text)
            }
        }
        Err(error) => Advice(format!("disk: its space cannot be seen: {error}")),
    }
}

fn size(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}

/// Whether a process has the directory. The lock is tried, never waited for, and given back at once.
async fn lock(directory: &Path) -> Finding {
    let path = directory.join("whodid.lock");
    let Ok(file) = std::fs::File::open(&path) else {
        return Good("lock: free".to_owned());
    };
    match file.try_lock_shared() {
        Ok(()) => Good("lock: free; no server runs on this directory".to_owned()),
        Err(std::fs::TryLockError::WouldBlock) => {
            let pid = std::fs::read_to_string(&path).unwrap_or_default();
            let pid = pid
                .trim()
                .parse::<u32>()
                .map_or_else(|_| "another process".to_owned(), |pid| format!("process {pid}"));
            Good(format!(
                "lock: held by {pid}: a server or an import is running. Searching and exporting work beside it"
            ))
        }
        Err(std::fs::TryLockError::Error(error)) => Wrong(format!("lock: {}: {error}", path.display())),
    }
}

async fn log(config: &Config, store: Store) -> Vec<Finding> {
    let mut findings = vec![Good(format!(
        "database: {:?}, of a version and with a schema this program knows",
        store.dialect()
    ))];
    match administrators(&store).await {
        Ok(1..) => findings.push(Good("accounts: there is an administrator".to_owned())),
        Ok(0) => findings.push(Advice(
            "accounts: nobody can administer this installation; `whodid user create --admin …` makes somebody"
                .to_owned(),
        )),
        Err(error) => findings.push(Wrong(format!("accounts: {error}"))),
    }
    match Log::open_reader(store, config.log.clone(), std::sync::Arc::new(SystemClock)).await {
        Ok(log) => findings.extend(Box::pin(volumes(&log)).await),
        Err(error) => findings.push(Wrong(format!(
            "log: {error}; restore {} from a backup, it holds the only copy of sealed activities",
            config.log.volumes_dir.display()
        ))),
    }
    findings
}

async fn administrators(store: &Store) -> Result<u64, StoreError> {
    let mut connection = store.glance().await?;
    Ok(account::other_administrators(&mut connection, "", store.dialect()).await?)
}

/// Opens every volume and counts: quick, and it finds what is missing. What is written in them is for `verify`.
async fn volumes(log: &Log) -> Vec<Finding> {
    let head = match log.head().await {
        Ok(head) => head,
        Err(error) => return vec![Wrong(format!("log: {error}"))],
    };
    let size = head.through.size;
    let counted = match log.count(&Expr::All, u64::MAX).await {
        Ok(count) if count.n == size => Good(format!(
            "log: {size} activities, {} of them sealed; all are there",
            head.sealed
        )),
        Ok(count) => Wrong(format!(
            "log: {size} activities were recorded and {} can be read; restore from a backup",
            count.n
        )),
        Err(error) => Wrong(format!("log: {error}; restore from a backup")),
    };
    vec![
        counted,
        clock(SystemClock.now(), (size > 0).then_some(head.last_recorded_at)),
    ]
}

fn clock(now: Time, last: Option<Time>) -> Finding {
    match last {
        _ if now < BUILT_AFTER => Wrong(format!(
            "clock: it says {now}, which cannot be; set the machine's clock"
        )),
        Some(last) if last > now.plus(Time::SECOND) => Wrong(format!(
            "clock: it says {now}, and the newest activity was recorded at {last}; new ones get that time until the \
             clock has passed it. Set the machine's clock"
        )),
        Some(last) => Good(format!("clock: {now}, after the newest activity ({last})")),
        None => Good(format!("clock: {now}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_behind_the_log_or_before_this_program_is_wrong() {
        let now = BUILT_AFTER.plus(Time::DAY);
        assert!(matches!(clock(now, None), Good(_)));
        assert!(matches!(clock(now, Some(now.plus(-Time::DAY))), Good(_)));
        assert!(matches!(clock(now, Some(now.plus(Time::DAY))), Wrong(_)));
        assert!(matches!(clock(Time(0), None), Wrong(_)));
    }
}
