//! SQLite with the indexes a team would create.

use std::path::Path;
use std::time::{Duration, Instant};

use activity::Facts;
use anyhow::{Context as _, Result};
use futures::TryStreamExt as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Row as _};

use super::Measured;
use super::row::{COLUMNS, Value, values};
use crate::questions::ours::Answer;
use crate::questions::{Sql, Tally};
use crate::say;
use crate::timing::{RUNS, bytes_below, median_ms};
use crate::traffic::Traffic;

const INDEXES: [&str; 5] = [
    "CREATE INDEX activity_user ON activity (user_id, occurred_at DESC, seq DESC)",
    "CREATE INDEX activity_kind ON activity (kind, occurred_at DESC, seq DESC)",
    "CREATE INDEX activity_group ON activity (group_id, occurred_at DESC, seq DESC)",
    "CREATE INDEX activity_target ON activity (target_id)",
    "CREATE INDEX activity_time ON activity (occurred_at DESC, seq DESC)",
];
/// Rows of one transaction.
const BATCH: u64 = 1_000;
/// It is said how far loading has come after so many rows.
const SAY: u64 = 1_000_000;
const SINGLES_FOR: Duration = Duration::from_secs(3);

/// Loads all rows into a database in an empty directory and asks the questions.
pub async fn measure(directory: &Path, traffic: &Traffic, questions: &[Sql]) -> Result<Measured> {
    std::fs::create_dir_all(directory)?;
    let pool = open(directory).await?;
    let (started, rows) = (Instant::now(), traffic.course.rows);
    load(&pool, traffic).await?;
    let loaded_per_second = rows as f64 / started.elapsed().as_secs_f64();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&pool).await?;
    let bytes = bytes_below(directory)? as f64 / rows as f64;
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        let size = ask(&pool, question).await?;
        let ms = median_ms(RUNS, |_| async { ask(&pool, question).await.map(drop) }).await?;
        answers.push(Answer { ms, size });
    }
    let csv_per_second = csv(&pool).await?;
    let singles_per_second = singles(&pool, traffic).await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&pool).await?;
    pool.close().await;
    std::fs::remove_dir_all(directory)?;
    Ok(Measured {
        name: format!("SQLite {version}"),
        loaded_per_second,
        bytes,
        singles_per_second: Some(singles_per_second),
        csv_per_second: Some(csv_per_second),
        answers,
    })
}

pub(super) async fn open(directory: &Path) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(directory.join("baseline.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    let columns = COLUMNS.map(|(name, sort)| format!("{name} {sort}")).join(", ");
    let table = format!("CREATE TABLE activity ({columns}, PRIMARY KEY (seq))").replace("seq BIGINT", "seq INTEGER");
    sqlx::query(AssertSqlSafe(table)).execute(&pool).await?;
    for index in INDEXES {
        sqlx::query(index).execute(&pool).await?;
    }
    Ok(pool)
}

pub(super) async fn load(pool: &SqlitePool, traffic: &Traffic) -> Result<()> {
    let mut open = pool.begin().await?;
    for place in 0..traffic.course.rows {
        insert(&mut open, place, &traffic.facts(place)).await?;
        if (place + 1).is_multiple_of(BATCH) {
            open.commit().await?;
            open = pool.begin().await?;
        }
        if (place + 1).is_multiple_of(SAY) {
            say::progress(&format!("  {} rows", place + 1));
        }
    }
    Ok(open.commit().await?)
}

async fn insert(connection: &mut sqlx::SqliteConnection, place: u64, facts: &Facts) -> Result<()> {
    const INSERT: &str = "INSERT INTO activity VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    let mut query = sqlx::query(INSERT);
    for value in values(place, facts) {
        query = match value {
            Value::Number(number) => query.bind(number),
            Value::Text(text) => query.bind(text.into_owned()),
            Value::Absent => query.bind(None::<String>),
        };
    }
    query.execute(connection).await?;
    Ok(())
}

/// Asks once; how large the answer is.
pub(super) async fn ask(pool: &SqlitePool, question: &Sql) -> Result<u64> {
    let mut size = None;
    for statement in &question.statements {
        let rows = sqlx::query(AssertSqlSafe(statement.as_str())).fetch_all(pool).await?;
        let sum = || {
            rows.iter()
                .map(|row| row.try_get::<i64, _>("n"))
                .sum::<Result<i64, _>>()
        };
        if size.is_none() {
            size = Some(match question.tally {
                Tally::Rows => rows.len() as u64,
                Tally::Sum => u64::try_from(sum()?)?,
            });
        }
    }
    size.context("a question has no statement")
}

async fn csv(pool: &SqlitePool) -> Result<f64> {
    let started = Instant::now();
    let mut rows = sqlx::query("SELECT * FROM activity ORDER BY occurred_at DESC, seq DESC").fetch(pool);
    let (mut count, mut out) = (0_u64, csv::Writer::from_writer(std::io::sink()));
    while let Some(row) = rows.try_next().await? {
        let text = |column: &str| {
            row.try_get::<Option<String>, _>(column)
                .ok()
                .flatten()
                .unwrap_or_default()
        };
        let numbers = ["seq", "occurred_at"].map(|column| row.get::<i64, _>(column).to_string());
        out.write_record(numbers.into_iter().chain(["kind", "user_name", "text"].map(text)))?;
        count += 1;
    }
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

/// Activities that come after all others, each in a transaction of its own.
async fn singles(pool: &SqlitePool, traffic: &Traffic) -> Result<f64> {
    let (started, mut done) = (Instant::now(), 0);
    while started.elapsed() < SINGLES_FOR {
        let facts = traffic.facts(done % traffic.course.rows);
        insert(&mut *pool.acquire().await?, traffic.course.rows + done, &facts).await?;
        done += 1;
    }
    Ok(done as f64 / started.elapsed().as_secs_f64())
}
