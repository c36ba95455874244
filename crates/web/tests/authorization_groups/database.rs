//! Every row of every table as text, so that a refused request can be seen to have changed nothing.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use store::Store;

/// Kept of every request, also of one that is refused: who was seen, and how often somebody tried something.
const KEPT: &[&str] = &[
    "device.last_seen_at",
    "api_key.last_used_at",
    "application.last_used_at",
    "connection_look_up.*",
    "session_attempt.*",
    "session_refusal.*",
];

/// The tables that only the log's own functions write; what is new in them is compared as activities.
const LOG: &[&str] = &[
    "log_head",
    "hot_batch",
    "person_key",
    "activity_type",
    "checkpoint",
    "log_key",
    "reported_type",
    "migration",
];

/// The tables and their rows.
#[derive(PartialEq, Eq)]
pub(crate) struct Contents(BTreeMap<String, BTreeSet<String>>);

impl Contents {
    pub(crate) async fn of(store: &Store) -> Self {
        let mut tables = BTreeMap::new();
        let mut beside = store.beside().await.unwrap();
        let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
        for table in texts(&mut beside, names.to_owned()).await {
            if LOG.contains(&&*table) || is_kept(&table, "*") {
                continue;
            }
            let columns = texts(&mut beside, format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let parts: Vec<String> = columns
                .iter()
                .filter(|column| !is_kept(&table, column))
                .map(|column| format!("'{column}=' || quote(\"{column}\")"))
                .collect();
            let rows = texts(
                &mut beside,
                format!("SELECT {} FROM \"{table}\"", parts.join(" || ' ' || ")),
            )
            .await;
            tables.insert(table, rows.into_iter().collect());
        }
        Self(tables)
    }

    /// The first table that differs, with what came and went.
    pub(crate) fn difference(&self, after: &Self) -> Option<String> {
        self.0
            .iter()
            .find(|(table, rows)| after.0[*table] != **rows)
            .map(|(table, rows)| {
                let gone: Vec<_> = rows.difference(&after.0[table]).collect();
                let new: Vec<_> = after.0[table].difference(rows).collect();
                format!("{table} lost {gone:?} and gained {new:?}")
            })
    }
}

fn is_kept(table: &str, column: &str) -> bool {
    KEPT.iter()
        .filter_map(|place| place.split_once('.'))
        .any(|(of, name)| of == table && name == column)
}

async fn texts(beside: &mut AnyConnection, sql: String) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(beside).await.unwrap();
    rows.iter().map(|row| row.try_get(0).unwrap()).collect()
}
