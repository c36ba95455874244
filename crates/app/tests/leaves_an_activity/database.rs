//! What is in the database, and how to break it. Owns the short list of what is by design written before an action is
//! decided.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, AssertSqlSafe, Row as _, raw_sql};
use store::Store;

/// What is by design written in a transaction before the action's own, so that it stays when the action fails.
struct Early {
    /// `table.column`
    columns: &'static [&'static str],
    /// The rows it holds for, by their beginnings.
    rows: &'static [&'static str],
}

const BOOKKEEPING: &[Early] = &[
    // An attempt counts before its secret is checked, and the one that fills the bucket locks at once.
    Early {
        columns: &[
            "login_attempts.n",
            "account.failures",
            "account.locked_until",
            "account.lock_count",
            "account.last_failure_at",
            "account.day_began",
            "account.day_failures",
            "known_device.failures",
            "known_device.locked_until",
            "known_device.lock_count",
            "known_device.last_failure_at",
            "known_device.day_began",
            "known_device.day_failures",
        ],
        rows: &[
            "logging_in/log_in",
            "accounts/change_password",
            "accounts/request_email_change",
            "factors/enable_sms@request",
            "factors/enable_totp",
            "factors/new_recovery_codes",
            "factors/turn_off",
        ],
    },
    // A code is used up when it is checked.
    Early {
        columns: &["second_factor.totp_last_step"],
        rows: &["factors/new_recovery_codes", "factors/turn_off"],
    },
    // A wrong password of a session counts before it is checked.
    Early {
        columns: &[
            "session_attempt.session_id",
            "session_attempt.account_id",
            "session_attempt.failures",
            "session_attempt.until",
        ],
        rows: &["sessions/join@wrong_password"],
    },
    // An import is begun before anything of it is recorded, so that what it records says which it is of.
    Early {
        columns: &[
            "import.id",
            "import.format",
            "import.source",
            "import.files",
            "import.by_id",
            "import.by_name",
            "import.begun_at",
            "import.heard_at",
            "import.ended_at",
            "import.recorded",
            "import.known",
            "import.refused",
            "import.unreadable",
            "import.told",
            "import.mark",
            "import.first_at",
            "import.last_at",
            "import.undone_by_run",
        ],
        rows: &["import/run"],
    },
    // Work in the background is claimed first.
    Early {
        columns: &[
            "job.name",
            "job.owner",
            "job.lease_until",
            "job.fence",
            "job.due_at",
            "job.attempts",
            "job.error",
            "job.cursor",
            "job.done",
            "job.total",
            "job.bytes",
        ],
        rows: &[
            "exports/worker",
            "integrity/verify",
            "mail/send",
            "retention/apply",
            "sessions/sweep",
        ],
    },
];

/// The tables of the log itself.
const LOG: &[&str] = &[
    "log_head",
    "hot_batch",
    "volume",
    "person_key",
    "activity_type",
    "reported_type",
    "idempotency",
    "external_id",
    // How far an import is: its end tells of it.
    "import",
    // One may have been made in the background just before it is wanted.
    "checkpoint",
];

pub(crate) fn is_of_the_log(table: &str) -> bool {
    LOG.contains(&table)
}

/// Between two columns of a row.
const BETWEEN: char = '\u{1f}';

/// Every row of every table, each column as text.
pub(crate) struct Contents(BTreeMap<String, BTreeSet<String>>);

impl Contents {
    pub(crate) async fn of(store: &Store, row: &str) -> Self {
        let mut tables = BTreeMap::new();
        let mut beside = store.beside().await.unwrap();
        let served = is_served(store);
        for table in tables_of(&mut beside, served).await {
            let columns = columns_of(&mut beside, served, &table).await;
            let parts: Vec<String> = columns
                .iter()
                .filter(|column| !is_bookkeeping(row, &format!("{table}.{column}")))
                .map(|column| format!("'{column}=' || {}", quoted(served, column)))
                .collect();
            if parts.is_empty() {
                continue;
            }
            let text = parts.join(&format!(" || '{BETWEEN}' || "));
            let rows = texts(&mut beside, format!("SELECT {text} FROM \"{table}\"")).await;
            tables.insert(table, rows.into_iter().collect());
        }
        Self(tables)
    }

    pub(crate) fn tables_that_differ(&self, after: &Self) -> BTreeSet<String> {
        let names = self.0.keys().filter(|table| self.0[*table] != after.0[*table]);
        names.cloned().collect()
    }

    /// What is in `after` and not here, and the other way round.
    pub(crate) fn differences(&self, after: &Self) -> Vec<String> {
        let mut all = Vec::new();
        for (table, rows) in &self.0 {
            let mut new: Vec<&String> = after.0[table].difference(rows).collect();
            for old in rows.difference(&after.0[table]) {
                let same = new
                    .iter()
                    .position(|row| row.split(BETWEEN).next() == old.split(BETWEEN).next());
                all.push(match same {
                    Some(at) => format!("{table}: {}", changed(old, new.remove(at))),
                    None => format!("{table} lost {}", old.replace(BETWEEN, " ")),
                });
            }
            all.extend(
                new.iter()
                    .map(|row| format!("{table} gained {}", row.replace(BETWEEN, " "))),
            );
        }
        all
    }
}

/// Only the columns that differ, of two rows with the same first column.
fn changed(old: &str, new: &str) -> String {
    let pairs = old.split(BETWEEN).zip(new.split(BETWEEN));
    let differing = pairs.filter(|(old, new)| old != new);
    differing
        .map(|(old, new)| format!("{old} became {new}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn is_bookkeeping(row: &str, column: &str) -> bool {
    BOOKKEEPING
        .iter()
        .filter(|early| early.rows.iter().any(|beginning| row.starts_with(beginning)))
        .any(|early| early.columns.contains(&column))
}

#[tokio::test]
async fn what_is_called_bookkeeping_exists() {
    let test = crate::TestApp::new().await;
    let mut beside = test.store.beside().await.unwrap();
    for early in BOOKKEEPING {
        for place in early.columns {
            let (table, column) = place.split_once('.').unwrap();
            let columns = columns_of(&mut beside, is_served(&test.store), table).await;
            assert!(columns.iter().any(|name| name == column), "{place}");
        }
        for beginning in early.rows {
            assert!(
                crate::mutating().any(|(row, _)| row.starts_with(beginning)),
                "{beginning}"
            );
        }
    }
}

/// Makes adding to the log fail.
pub(crate) async fn break_append(store: &Store) {
    store.refuse("INSERT", "hot_batch").await.unwrap();
}

/// Makes every change of this table fail.
pub(crate) async fn break_table(store: &Store, table: &str) {
    for verb in ["INSERT", "UPDATE", "DELETE"] {
        store.refuse(verb, table).await.unwrap();
    }
}

/// Makes every look at this table fail.
pub(crate) async fn hide_table(store: &Store, table: &str) {
    change(store, &format!("ALTER TABLE \"{table}\" RENAME TO \"broken_{table}\"")).await;
}

/// Makes COMMIT fail where the transaction added to the log: a reference that is checked only then leads nowhere.
pub(crate) async fn break_commit(store: &Store) {
    let trigger = match is_served(store) {
        false => {
            "CREATE TRIGGER broken AFTER UPDATE OF size ON log_head BEGIN INSERT INTO broken_child VALUES (1); END"
        }
        true => {
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN INSERT INTO broken_child VALUES (1); RETURN NULL; END $$;
             CREATE TRIGGER broken AFTER UPDATE OF size ON log_head FOR EACH ROW EXECUTE FUNCTION broken()"
        }
    };
    for sql in [
        "CREATE TABLE broken_parent (id BIGINT PRIMARY KEY)",
        "CREATE TABLE broken_child (id BIGINT REFERENCES broken_parent (id) DEFERRABLE INITIALLY DEFERRED)",
        trigger,
    ] {
        change(store, sql).await;
    }
}

fn is_served(store: &Store) -> bool {
    store.database() == "PostgreSQL"
}

/// A column as text, whatever is in it.
fn quoted(served: bool, column: &str) -> String {
    match served {
        false => format!("quote(\"{column}\")"),
        true => format!("quote_nullable(CAST(\"{column}\" AS TEXT))"),
    }
}

async fn change(store: &Store, sql: &str) {
    let mut beside = store.beside().await.unwrap();
    raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut beside)
        .await
        .unwrap();
}

async fn tables_of(beside: &mut AnyConnection, served: bool) -> Vec<String> {
    let sql = match served {
        false => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        true => {
            "SELECT name FROM (SELECT CAST(tablename AS TEXT) AS name FROM pg_tables
                 WHERE schemaname = current_schema()) AS found WHERE name <> ''"
        }
    };
    let ours = format!("{sql} AND name NOT LIKE 'broken%' AND name <> 'migration'");
    texts(beside, ours).await
}

async fn columns_of(beside: &mut AnyConnection, served: bool, table: &str) -> Vec<String> {
    let sql = match served {
        false => format!("SELECT name FROM pragma_table_info('{table}')"),
        true => format!(
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position"
        ),
    };
    texts(beside, sql).await
}

async fn texts(beside: &mut AnyConnection, sql: String) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(beside).await.unwrap();
    rows.iter().map(|row| row.try_get(0).unwrap()).collect()
}
