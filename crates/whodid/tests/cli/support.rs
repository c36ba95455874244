//! Runs the built binary on a directory of its own, and servers that end with the test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use app::accounts::{FirstAdministrator, create_first_administrator};
use app::{App, Caller, Scopes, SecretKey, Settings, Via, api_keys};
use engine::{Log, LogSettings, SystemClock, SystemRng};
use store::{Store, StoreUrl};
use tempfile::TempDir;

/// A temporary directory with a data directory that is not there yet.
pub(crate) struct Home {
    directory: TempDir,
}

/// What a finished command left.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a temporary directory can be made"),
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Writes a file beside the data.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, content).expect("a temporary file can be written");
        path
    }

    /// The command, with `--data-dir` at its end.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whodid"));
        command
            .args(words)
            .arg("--data-dir")
            .arg(self.data())
            .current_dir(self.directory.path());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WHODID_")) {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Done {
        Done::of(
            self.command(words)
                .stdin(Stdio::null())
                .output()
                .expect("the binary can be run"),
        )
    }

    pub(crate) fn run_with(&self, words: &[&str], input: &str) -> Done {
        let mut command = self.command(words);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be run");
        // A command that refuses early closes its input, which is not what the test is about.
        let _ = child.stdin.take().expect("it was piped").write_all(input.as_bytes());
        Done::of(child.wait_with_output().expect("the binary ends"))
    }

    /// Starts a server on a free port and waits until it listens.
    pub(crate) fn serve(&self, more: &[&str]) -> Server {
        let mut words = vec!["serve", "--listen", "127.0.0.1:0"];
        words.extend(more);
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.directory.path().join("server.log"));
        let mut child = self
            .command(&words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.expect("a temporary file can be written"))
            .spawn()
            .expect("the binary can be run");
        let mut lines = BufReader::new(child.stdout.take().expect("it was piped")).lines();
        let line = lines.next().and_then(Result::ok);
        let url = line
            .as_deref()
            .and_then(|line| line.strip_prefix("Listening on "))
            .map(str::to_owned);
        let log = || std::fs::read_to_string(self.directory.path().join("server.log")).unwrap_or_default();
        let url = url.unwrap_or_else(|| panic!("the server did not start: {line:?} {}", log()));
        Server { child, url }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }
}

impl Done {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("the output is text"),
            err: String::from_utf8(output.stderr).expect("the messages are text"),
        }
    }

    /// The output of a command that has to succeed.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// SIGKILL: it can do nothing about it.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("our own child can be killed");
        self.child.wait().expect("a killed child ends");
    }

    /// SIGTERM, and its exit code.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill can be run");
        assert!(sent.success());
        self.child.wait().expect("a terminated child ends").code()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An administrator with a key, made before the first server runs.
pub(crate) async fn key(home: &Home, scopes: Scopes) -> String {
    key_in(home, &StoreUrl::directory(home.data()), scopes).await
}

/// The same in this database.
pub(crate) async fn key_in(home: &Home, database: &StoreUrl, scopes: Scopes) -> String {
    std::fs::create_dir_all(home.data()).expect("a temporary directory can be made");
    let store = Store::open(database).await.expect("a new store can be made");
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
    let settings = LogSettings::new(home.data().join("volumes"));
    let log = Log::open(store.clone(), settings, clock.clone(), rng.clone())
        .await
        .expect("a new log can be made");
    let app = App::new(
        store.clone(),
        log.clone(),
        clock,
        rng,
        Settings::default(),
        SecretKey::new(&[7; 32]),
    );
    let first = FirstAdministrator {
        given_name: "Ann".to_owned(),
        username: "ann".to_owned(),
        email: "ann@example.com".to_owned(),
        // Keys of an account that was never activated open nothing.
        password: Some("a password for one test".to_owned()),
        ..FirstAdministrator::default()
    };
    let created = create_first_administrator(&app, first)
        .await
        .expect("a first administrator can be made");
    let caller = Caller {
        person: created.person,
        via: Via::CommandLine,
        ..Caller::command_line()
    };
    let request = api_keys::NewKeyRequest {
        name: "load".to_owned(),
        scopes,
        ..api_keys::NewKeyRequest::default()
    };
    let key = api_keys::create(&app, &caller, request)
        .await
        .expect("a key can be made");
    log.close().await;
    store.close().await;
    key.token.expect("a new key has a token")
}
