//! A PostgreSQL server of the tests' own, which stops by itself, and databases in it.
//!
//! Each program of tests starts its own. It never waits for the disk: no test here is about a power cut. Owns no schema and no
//! assertion.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, id};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// On which database tests run that can run on both: `postgres`, or nothing for SQLite.
const DATABASE: &str = "WHODID_TEST_DATABASE";

/// Whether tests that can run on both databases run on PostgreSQL.
pub(crate) fn is_chosen() -> bool {
    env::var(DATABASE).is_ok_and(|database| database == "postgres")
}

/// The database that others are copies of.
const FILLED: &str = "whodid_filled";

/// What looks after the server: it ends with whoever holds the other end of its input, however that one ends.
const KEEPER: &str = r#"
trap '' INT TERM HUP
"$1/initdb" --pgdata "$2/data" --username postgres --auth trust --encoding UTF8 --locale C --no-sync >"$2/log" 2>&1 \
    || { cat "$2/log" >&2; exit 1; }
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=500 -c fsync=off -c full_page_writes=off \
    -c synchronous_commit=off -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off -c jit=off \
    -c shared_buffers=64MB -c log_min_messages=fatal >>"$2/log" 2>&1 </dev/null &
server=$!
until "$1/pg_isready" --quiet --host "$2"; do
    kill -0 $server 2>/dev/null || { cat "$2/log" >&2; exit 1; }
    sleep 0.05
done
echo ready
read -r line
kill -QUIT $server 2>/dev/null
wait $server
rm -rf "$2"
"#;

/// A running server. It stops when this is dropped or the process ends.
#[derive(Debug)]
struct Server {
    socket: PathBuf,
    _keeper: Child,
}

impl Server {
    /// Starts one in a directory of its own. Panics if PostgreSQL 15 or later is not installed, or does not start.
    fn start() -> Self {
        let programs = programs();
        let socket = env::temp_dir().join(format!("whodid-postgres-{}-{}", id(), next()));
        // PostgreSQL refuses to run as root.
        let owner: &[&str] = match is_root() {
            true => &["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"],
            false => &[],
        };
        let mut make = Command::new("install");
        make.args(["-d", "-m", "0755"]);
        if is_root() {
            make.args(["-o", "postgres"]);
        }
        assert!(
            make.arg(&socket).status().is_ok_and(|made| made.success()),
            "{socket:?}"
        );
        let mut words = owner.iter().copied().chain(["sh", "-c", KEEPER, "keeper"]);
        let mut keeper = Command::new(words.next().expect("there is a first word"))
            .args(words)
            .args([programs, &*socket])
            .current_dir(&socket)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`setpriv` and `sh` are there");
        let mut said = String::new();
        let output = keeper.stdout.as_mut().expect("it is a pipe");
        BufReader::new(output)
            .read_line(&mut said)
            .expect("the keeper of the server speaks");
        assert_eq!(said, "ready\n", "PostgreSQL did not start");
        Self {
            socket,
            _keeper: keeper,
        }
    }
}

/// A database that is there until this is dropped.
///
/// Its order of text is that of American English, which is none that anything here promises: what is in order says by what.
#[derive(Debug)]
pub struct Database {
    name: String,
    socket: PathBuf,
}

impl Database {
    /// A new, empty one.
    fn empty() -> Self {
        Self::create("TEMPLATE template0 ENCODING UTF8 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'")
    }

    /// A new one that holds what `fill` put into the first of them: making tables takes longer than copying them.
    ///
    /// # Panics
    /// If the server does not make one.
    #[must_use]
    pub fn filled(fill: fn(&str)) -> Self {
        static FIRST: OnceLock<()> = OnceLock::new();
        FIRST.get_or_init(|| {
            let first = Self::empty();
            fill(&first.url());
            psql(&socket(), &format!("ALTER DATABASE {} RENAME TO {FILLED}", first.name));
        });
        Self::create(&format!("TEMPLATE {FILLED}"))
    }

    fn create(how: &str) -> Self {
        let socket = socket();
        let name = format!("whodid_{}_{}", id(), next());
        let made = psql(&socket, &format!("CREATE DATABASE {name} {how}"));
        assert!(made, "the server at {socket:?} made no database");
        Self { name, socket }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!(
            "postgres://postgres@localhost/{}?host={}",
            self.name,
            self.socket.display()
        )
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Without it only disk is wasted, until the server goes.
        psql(
            &self.socket,
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        );
    }
}

/// Where the server of this program is, which is started if there is none.
fn socket() -> PathBuf {
    static OWN: OnceLock<Server> = OnceLock::new();
    OWN.get_or_init(Server::start).socket.clone()
}

fn psql(socket: &Path, sql: &str) -> bool {
    let mut psql = Command::new(programs().join("psql"));
    psql.args([
        "--no-psqlrc",
        "--quiet",
        "--username=postgres",
        "--dbname=postgres",
        "--host",
    ]);
    let done = psql.arg(socket).args(["--command", sql]).output();
    done.is_ok_and(|done| done.status.success())
}

/// Where the newest PostgreSQL is installed, from 15 on.
///
/// # Panics
/// If there is none.
fn programs() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let of = |version: u32| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin"));
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        versions
            .filter_map(|version| version.ok()?.file_name().to_str()?.parse::<u32>().ok())
            // A client alone has a directory as well.
            .filter(|version| *version >= 15 && of(*version).join("postgres").is_file())
            .max()
            .map(of)
            .expect("PostgreSQL 15 or later is installed: `cargo xtask test` does it")
    })
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn next() -> u64 {
    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    NUMBERS.fetch_add(1, Ordering::Relaxed)
}
