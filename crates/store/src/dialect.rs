//! The few places where SQLite and PostgreSQL need different words. Everything else is one SQL text for both.

use std::borrow::Cow;

/// Which database answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// The embedded default.
    Sqlite,
    /// For installations that outgrew one machine.
    Postgres,
}

impl Dialect {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// Begins a transaction that will write. SQLite must take its write lock at once: a transaction that reads first
    /// and writes later can be refused in the middle. On PostgreSQL a lock of its own does the same for all processes.
    /// Guarantee: what a transaction read is so until it ends, because nobody else writes meanwhile. It costs little: every
    /// change waits for the one head of the log anyway. The number is "whodid" in ASCII.
    pub(crate) fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN; SELECT 1 FROM pg_advisory_xact_lock(131290429155684)",
        }
    }

    /// Ends a transaction that wrote; with `tell`, whoever listens hears of it once it is kept.
    pub(crate) fn commit(self, tell: bool) -> &'static str {
        match (self, tell) {
            (Self::Postgres, true) => "NOTIFY whodid; COMMIT",
            _ => "COMMIT",
        }
    }

    /// The number by which a transaction that wrote is known, as text; NULL if it wrote nothing.
    pub(crate) fn transaction_id(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT CAST(pg_current_xact_id_if_assigned() AS TEXT)"),
        }
    }

    /// What became of the transaction with the bound number.
    pub(crate) fn transaction_status(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT pg_xact_status(CAST(CAST($1 AS TEXT) AS xid8))"),
        }
    }

    /// Begins a transaction in which all reads see one state.
    pub(crate) fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// What ends a SELECT that locks its rows until commit. SQLite has one writer, which holds the whole database.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// What makes commits of one connection wait for the disk, or not; `None` where it is not ours to say.
    pub(crate) fn sync_commits(self, wanted: bool) -> Option<&'static str> {
        match (self, wanted) {
            (Self::Sqlite, true) => Some("PRAGMA synchronous = FULL"),
            (Self::Sqlite, false) => Some("PRAGMA synchronous = OFF"),
            (Self::Postgres, _) => None,
        }
    }

    /// Statements for each new connection.
    pub(crate) fn on_connect(self, writer: bool) -> &'static [&'static str] {
        match (self, writer) {
            // FULL: an acknowledged commit survives a power cut (NORMAL loses the last ones).
            // Incremental vacuum, so that what sealing frees is given back; only a new database takes it.
            // Secure delete, so that nothing of somebody who was erased is left in pages that are free.
            (Self::Sqlite, true) => &[
                "PRAGMA auto_vacuum = INCREMENTAL",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA foreign_keys = ON",
                "PRAGMA secure_delete = ON",
                "PRAGMA busy_timeout = 10000",
                "PRAGMA temp_store = MEMORY",
                "PRAGMA journal_size_limit = 8388608",
                "PRAGMA wal_autocheckpoint = 0",
            ],
            (Self::Sqlite, false) => &[
                "PRAGMA query_only = ON",
                "PRAGMA busy_timeout = 10000",
                "PRAGMA temp_store = MEMORY",
            ],
            // Whoever stands still in a transaction, such as a process that was stopped, holds up all others no longer than
            // this. And an acknowledged commit is on the disk, whatever the server is used to.
            (Self::Postgres, true) => &[
                "SET lock_timeout = '30s'",
                "SET statement_timeout = '120s'",
                "SET idle_in_transaction_session_timeout = '30s'",
                "SELECT set_config('synchronous_commit', 'on', false) \
                 WHERE current_setting('synchronous_commit') = 'off'",
            ],
            (Self::Postgres, false) => &[
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
                "SET statement_timeout = '120s'",
                "SET idle_in_transaction_session_timeout = '300s'",
            ],
        }
    }

    /// Checks every page, where that is ours to do.
    pub(crate) fn quick_check(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some("PRAGMA quick_check(100)"),
            Self::Postgres => None,
        }
    }

    /// Writes a copy of the whole as of one moment into the file that is bound, beside whoever writes.
    pub(crate) fn copy_into(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some("VACUUM INTO $1"),
            Self::Postgres => None,
        }
    }

    /// Gives back the space of deleted rows. The checkpoint waits for nobody: while an outside reader holds a snapshot,
    /// the one after the next commits does what this one cannot.
    pub(crate) fn tidy(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[
                "PRAGMA incremental_vacuum",
                "PRAGMA busy_timeout = 0",
                "PRAGMA wal_checkpoint(TRUNCATE)",
                "PRAGMA busy_timeout = 10000",
            ],
            Self::Postgres => &[],
        }
    }

    /// Writes what is there anew, so that nothing is left of what was deleted before that overwrote it.
    pub(crate) fn vacuum(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some("VACUUM"),
            Self::Postgres => None,
        }
    }

    /// Empties the write-ahead log, with what goes before and after: nobody who writes is to wait long for who reads. The
    /// first number of its answer is not 0 where a reader is in the way.
    pub(crate) fn empty_wal(self) -> Option<[&'static str; 3]> {
        match self {
            Self::Sqlite => Some([
                "PRAGMA busy_timeout = 100",
                "PRAGMA wal_checkpoint(TRUNCATE)",
                "PRAGMA busy_timeout = 10000",
            ]),
            Self::Postgres => None,
        }
    }

    /// A migration in this database's words. Migrations are written with BIGINT, TEXT, BLOB and DOUBLE PRECISION
    /// only (a truth value is a BIGINT of 0 or 1), and may say WITHOUT ROWID after a table. Guarantee: text is equal, is
    /// unique and stands in order by its bytes on both, whatever order the database was made with.
    pub(crate) fn ddl(self, sql: &str) -> Cow<'_, str> {
        match self {
            Self::Sqlite => Cow::Borrowed(sql),
            Self::Postgres => Cow::Owned(
                sql.replace(" BLOB", " BYTEA")
                    .replace(" TEXT", " TEXT COLLATE \"C\"")
                    .replace(" WITHOUT ROWID", ""),
            ),
        }
    }
}
