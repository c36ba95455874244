//! The same data and questions on SQLite with the indexes a team would create: the baseline every figure stands beside.

use std::path::Path;
use std::time::Instant;

use activity::{Facts, sentence};
use anyhow::Result;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::timing::{bytes_below, median_ms};

const SCHEMA: &str = "CREATE TABLE activity (
    seq INTEGER PRIMARY KEY, occurred_at INTEGER NOT NULL, recorded_at INTEGER NOT NULL, kind TEXT NOT NULL,
    outcome INTEGER NOT NULL, user_id TEXT, user_name TEXT, by_id TEXT, target_kind TEXT, target_id TEXT, target_name TEXT,
    group_id TEXT, application_id TEXT, ip TEXT, device TEXT, sentence TEXT NOT NULL);
CREATE INDEX activity_user ON activity (user_id, occurred_at DESC, seq DESC);
CREATE INDEX activity_kind ON activity (kind, occurred_at DESC, seq DESC);
CREATE INDEX activity_group ON activity (group_id, occurred_at DESC, seq DESC);
CREATE INDEX activity_target ON activity (target_id);
CREATE INDEX activity_time ON activity (occurred_at DESC, seq DESC);";

/// What SQLite needed.
pub struct Baseline {
    /// Durable activities a second in batches of 1,000.
    pub loaded_per_second: f64,
    /// Bytes on disk for each activity.
    pub bytes: f64,
    /// Newest 50 of one user, in milliseconds.
    pub newest_ms: f64,
    /// Count by type of one user, in milliseconds.
    pub count_ms: f64,
    /// A text that occurs nowhere, in milliseconds.
    pub text_ms: f64,
    /// CSV rows a second.
    pub csv_per_second: f64,
    /// Single durable inserts a second by one writer.
    pub singles_per_second: f64,
}

/// Loads the facts and asks the questions.
pub async fn measure(directory: &Path, facts: impl Iterator<Item = Facts>, users: &[String]) -> Result<Baseline> {
    let pool = open(directory).await?;
    let started = Instant::now();
    let count = load(&pool, facts).await?;
    let loaded_per_second = count as f64 / started.elapsed().as_secs_f64();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&pool).await?;
    let bytes = bytes_below(directory)? as f64 / count as f64;
    let newest_ms = median_ms(50, |run| newest(&pool, &users[run % users.len()])).await?;
    let count_ms = median_ms(50, |run| count_by_kind(&pool, &users[run % users.len()])).await?;
    let text_ms = median_ms(3, |_| text(&pool)).await?;
    let csv_per_second = csv(&pool).await?;
    let singles_per_second = singles(&pool).await?;
    pool.close().await;
    Ok(Baseline {
        loaded_per_second,
        bytes,
        newest_ms,
        count_ms,
        text_ms,
        csv_per_second,
        singles_per_second,
    })
}

async fn open(directory: &Path) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(directory.join("baseline.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    for statement in SCHEMA.split(';').filter(|statement| !statement.trim().is_empty()) {
        sqlx::query(statement).execute(&pool).await?;
    }
    Ok(pool)
}

async fn load(pool: &SqlitePool, facts: impl Iterator<Item = Facts>) -> Result<u64> {
    let (mut seq, mut open) = (0_u64, pool.begin().await?);
    for fact in facts {
        insert(&mut open, seq, &fact).await?;
        seq += 1;
        if seq.is_multiple_of(1000) {
            open.commit().await?;
            open = pool.begin().await?;
        }
    }
    open.commit().await?;
    Ok(seq)
}

async fn insert(connection: &mut sqlx::SqliteConnection, seq: u64, fact: &Facts) -> Result<()> {
    let by = match &fact.by {
        activity::By::Administrator(person) | activity::By::Member(person) | activity::By::Person(person) => {
            Some(person.id.as_str())
        }
        _ => fact.user.as_ref().map(|user| user.id.as_str()),
    };
    sqlx::query("INSERT INTO activity VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
        .bind(seq as i64)
        .bind(fact.occurred_at.0)
        .bind(fact.occurred_at.0)
        .bind(&*fact.kind)
        .bind(fact.outcome == activity::Outcome::Success)
        .bind(fact.user.as_ref().map(|user| user.id.as_str()))
        .bind(fact.user.as_ref().map(ToString::to_string))
        .bind(by)
        .bind(fact.target().map(|target| target.kind.as_str()))
        .bind(fact.target().map(|target| target.id.as_str()))
        .bind(fact.target().map(|target| target.name.as_str()))
        .bind(fact.group.as_ref().map(|group| group.id.as_str()))
        .bind(fact.application.as_ref().map(|application| application.id.as_str()))
        .bind(fact.ip.map(|ip| ip.to_string()))
        .bind(fact.device.as_deref())
        .bind(sentence::plain(fact))
        .execute(connection)
        .await?;
    Ok(())
}

async fn newest(pool: &SqlitePool, user: &str) -> Result<()> {
    let sql = "SELECT * FROM activity WHERE user_id = ? ORDER BY occurred_at DESC, seq DESC LIMIT 50";
    sqlx::query(sql).bind(user).fetch_all(pool).await?;
    Ok(())
}

async fn count_by_kind(pool: &SqlitePool, user: &str) -> Result<()> {
    sqlx::query("SELECT kind, count(*) FROM activity WHERE user_id = ? GROUP BY kind")
        .bind(user)
        .fetch_all(pool)
        .await?;
    Ok(())
}

async fn text(pool: &SqlitePool) -> Result<()> {
    let sql =
        "SELECT * FROM activity WHERE sentence LIKE '%zzyzx%' OR user_name LIKE '%zzyzx%' ORDER BY seq DESC LIMIT 50";
    sqlx::query(sql).fetch_all(pool).await?;
    Ok(())
}

async fn csv(pool: &SqlitePool) -> Result<f64> {
    use std::io::Write as _;

    use futures::TryStreamExt as _;
    use sqlx::Row as _;
    let started = Instant::now();
    let mut rows = sqlx::query("SELECT * FROM activity ORDER BY occurred_at DESC, seq DESC").fetch(pool);
    let (mut count, mut out) = (0_u64, std::io::BufWriter::new(std::io::sink()));
    while let Some(row) = rows.try_next().await? {
        let text = |at: usize| row.try_get::<Option<String>, _>(at).ok().flatten().unwrap_or_default();
        writeln!(
            out,
            "{},{},{},{},{}",
            row.get::<i64, _>(0),
            row.get::<i64, _>(1),
            text(3),
            text(6),
            text(15)
        )?;
        count += 1;
    }
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

async fn singles(pool: &SqlitePool) -> Result<f64> {
    let (started, mut done) = (Instant::now(), 0_u64);
    while started.elapsed().as_secs() < 3 {
        let fact = Facts::new("user.login", activity::Time(0));
        insert(&mut *pool.acquire().await?, u64::MAX / 4 + done, &fact).await?;
        done += 1;
    }
    Ok(done as f64 / started.elapsed().as_secs_f64())
}
