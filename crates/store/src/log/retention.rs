//! The tables `retention_rule`, `retention_run`, `retention_cut` and `retention_held`: how long activities are kept, and what
//! was removed because they had been.

use std::collections::BTreeMap;

use activity::Time;
use sqlx::{AssertSqlSafe, Row as _};

use super::{signed, unsigned};
use crate::{Read, StoreError, Tx};

/// For how many days what is under a heading is kept, by the heading's word; `None` is for ever.
pub type Rules = BTreeMap<String, Option<u32>>;

/// What is done next for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Volumes are rewritten.
    Volumes,
    /// What the database kept of rows that are gone is taken out.
    Traces,
    /// Nothing.
    Done,
}

impl Stage {
    fn of(word: &str) -> Result<Self, StoreError> {
        match word {
            "volumes" => Ok(Self::Volumes),
            "traces" => Ok(Self::Traces),
            "done" => Ok(Self::Done),
            other => Err(StoreError::Unreadable(format!("retention_run.state is `{other}`"))),
        }
    }
}

/// What a run takes of a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The heading's word.
    pub heading: String,
    /// What was recorded before goes.
    pub before: Time,
    /// How many went.
    pub removed: u64,
    /// How many stayed because they are on hold.
    pub held: u64,
}

/// An import that a run takes out of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfImport {
    /// Its number.
    pub id: u64,
    /// How many of its activities went.
    pub removed: u64,
    /// Why.
    pub reason: String,
}

/// A run that is to be noted.
#[derive(Clone, Debug)]
pub struct NewRun<'a> {
    /// When.
    pub at: Time,
    /// Activities from this one on are none of it.
    pub seq: u64,
    /// Who asked for it: id and name.
    pub by: Option<(&'a str, &'a str)>,
    /// What it takes; one of each heading.
    pub cuts: &'a [Cut],
    /// The import that it takes.
    pub import: Option<&'a OfImport>,
    /// Whose activities it leaves.
    pub held: &'a [String],
}

/// A row of `retention_run`, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number, from 1.
    pub id: u64,
    /// How far it is.
    pub stage: Stage,
    /// When it was decided; from then on nothing shows what goes.
    pub begun_at: Time,
    /// When nothing of it was left in any file.
    pub finished_at: Option<Time>,
    /// Activities from this one on are none of it.
    pub seq: u64,
    /// Who asked for it, id and name; `None` where it was due.
    pub by: Option<(String, String)>,
    /// Whether there is a signed note of it.
    pub is_signed: bool,
    /// What it took, by heading.
    pub cuts: Vec<Cut>,
    /// The import that it took.
    pub import: Option<OfImport>,
    /// Whose activities it leaves; nobody when it is done.
    pub held: Vec<String>,
}

/// The rules that there are.
///
/// # Errors
/// Whatever the database refuses.
pub async fn rules(read: &mut Read) -> Result<Rules, StoreError> {
    let rows = sqlx::query("SELECT heading, days FROM retention_rule ORDER BY heading");
    let rows = rows.fetch_all(read.conn()).await?;
    let rule = |row: &sqlx::any::AnyRow| {
        let days: Option<i64> = row.try_get(1)?;
        let days = days.map(|days| unsigned(days, "days")).transpose()?;
        let days = days.map(|days| u32::try_from(days).unwrap_or(u32::MAX));
        Ok((row.try_get(0)?, days))
    };
    rows.iter().map(rule).collect()
}

/// Puts these rules in the place of those that there are.
///
/// # Errors
/// Whatever the database refuses.
pub async fn set_rules(tx: &mut Tx, rules: &Rules) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM retention_rule").execute(tx.conn()).await?;
    for (heading, days) in rules {
        sqlx::query("INSERT INTO retention_rule (heading, days) VALUES ($1, $2)")
            .bind(heading.as_str())
            .bind(days.map(i64::from))
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Notes a run; its number. Guarantee: numbers are gapless and readers look anew, because the head is locked.
///
/// # Errors
/// Whatever the database refuses.
pub async fn begin(tx: &mut Tx, run: NewRun<'_>) -> Result<u64, StoreError> {
    super::head::bump_generation(tx).await?;
    let last: Option<i64> = sqlx::query_scalar("SELECT MAX(id) FROM retention_run")
        .fetch_one(tx.conn())
        .await?;
    let id = last.unwrap_or(0) + 1;
    let insert =
        "INSERT INTO retention_run (id, state, begun_at, seq, by_id, by_name, import_id, import_removed, reason)
        VALUES ($1, 'volumes', $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(insert)
        .bind(id)
        .bind(run.at.0)
        .bind(signed(run.seq))
        .bind(run.by.map(|by| by.0))
        .bind(run.by.map(|by| by.1))
        .bind(run.import.map(|of| signed(of.id)))
        .bind(run.import.map(|of| signed(of.removed)))
        .bind(run.import.map(|of| of.reason.as_str()))
        .execute(tx.conn())
        .await?;
    for cut in run.cuts {
        let insert = "INSERT INTO retention_cut (run, heading, before, removed, held) VALUES ($1, $2, $3, $4, $5)";
        sqlx::query(insert)
            .bind(id)
            .bind(cut.heading.as_str())
            .bind(cut.before.0)
            .bind(signed(cut.removed))
            .bind(signed(cut.held))
            .execute(tx.conn())
            .await?;
    }
    for person in run.held {
        sqlx::query("INSERT INTO retention_held (run, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(person.as_str())
            .execute(tx.conn())
            .await?;
    }
    unsigned(id, "id")
}

/// The `limit` newest runs, newest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn newest(read: &mut Read, limit: u32) -> Result<Vec<Run>, StoreError> {
    those(read, &format!("ORDER BY id DESC LIMIT {limit}")).await
}

/// Those that are not done, oldest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn pending(read: &mut Read) -> Result<Vec<Run>, StoreError> {
    those(read, "WHERE state <> 'done' ORDER BY id").await
}

async fn those(read: &mut Read, which: &str) -> Result<Vec<Run>, StoreError> {
    let select = format!(
        "SELECT id, state, begun_at, finished_at, seq, by_id, by_name,
             CAST(CASE WHEN note IS NULL THEN 0 ELSE 1 END AS BIGINT), import_id, import_removed, reason
         FROM retention_run {which}"
    );
    let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(read.conn()).await?;
    let mut runs = Vec::with_capacity(rows.len());
    for row in rows {
        let id: i64 = row.try_get(0)?;
        let by: (Option<String>, Option<String>) = (row.try_get(5)?, row.try_get(6)?);
        runs.push(Run {
            id: unsigned(id, "id")?,
            stage: Stage::of(&row.try_get::<String, _>(1)?)?,
            begun_at: Time(row.try_get(2)?),
            finished_at: row.try_get::<Option<i64>, _>(3)?.map(Time),
            seq: unsigned(row.try_get(4)?, "seq")?,
            by: by.0.map(|id| (id, by.1.unwrap_or_default())),
            is_signed: row.try_get::<i64, _>(7)? != 0,
            cuts: cuts(read, id).await?,
            import: of_import(row.try_get(8)?, row.try_get(9)?, row.try_get(10)?)?,
            held: sqlx::query_scalar("SELECT person_id FROM retention_held WHERE run = $1 ORDER BY person_id")
                .bind(id)
                .fetch_all(read.conn())
                .await?,
        });
    }
    Ok(runs)
}

fn of_import(id: Option<i64>, removed: Option<i64>, reason: Option<String>) -> Result<Option<OfImport>, StoreError> {
    let Some(id) = id else { return Ok(None) };
    Ok(Some(OfImport {
        id: unsigned(id, "import_id")?,
        removed: unsigned(removed.unwrap_or(0), "import_removed")?,
        reason: reason.unwrap_or_default(),
    }))
}

async fn cuts(read: &mut Read, run: i64) -> Result<Vec<Cut>, StoreError> {
    let select = "SELECT heading, before, removed, held FROM retention_cut WHERE run = $1 ORDER BY heading";
    let rows = sqlx::query(select).bind(run).fetch_all(read.conn()).await?;
    let cut = |row: &sqlx::any::AnyRow| {
        Ok(Cut {
            heading: row.try_get(0)?,
            before: Time(row.try_get(1)?),
            removed: unsigned(row.try_get(2)?, "removed")?,
            held: unsigned(row.try_get(3)?, "held")?,
        })
    };
    rows.iter().map(cut).collect()
}

/// Of each heading, before which instant what was recorded has been removed.
///
/// # Errors
/// Whatever the database refuses.
pub async fn removed_before(read: &mut Read) -> Result<BTreeMap<String, Time>, StoreError> {
    let select = "SELECT heading, MAX(before) FROM retention_cut WHERE removed > 0 GROUP BY heading";
    let rows = sqlx::query(select).fetch_all(read.conn()).await?;
    let one = |row: &sqlx::any::AnyRow| Ok((row.try_get(0)?, Time(row.try_get(1)?)));
    rows.iter().map(one).collect()
}

/// Those of `ids` that are at this stage go on to the next. With the volumes it is forgotten whose activities were left.
///
/// # Errors
/// Whatever the database refuses.
pub async fn advance(tx: &mut Tx, ids: &[u64], from: Stage, now: Time) -> Result<(), StoreError> {
    let update = match from {
        Stage::Volumes => "UPDATE retention_run SET state = 'traces' WHERE id = $1 AND state = 'volumes' AND $2 = $2",
        Stage::Traces | Stage::Done => {
            "UPDATE retention_run SET state = 'done', finished_at = $2 WHERE id = $1 AND state = 'traces'"
        }
    };
    for id in ids {
        sqlx::query(update)
            .bind(signed(*id))
            .bind(now.0)
            .execute(tx.conn())
            .await?;
        if from == Stage::Volumes {
            sqlx::query("DELETE FROM retention_held WHERE run = $1")
                .bind(signed(*id))
                .execute(tx.conn())
                .await?;
        }
    }
    super::head::bump_generation(tx).await
}

/// Keeps the signed note of a run.
///
/// # Errors
/// Whatever the database refuses.
pub async fn keep_note(tx: &mut Tx, id: u64, note: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE retention_run SET note = $1 WHERE id = $2 AND note IS NULL")
        .bind(note)
        .bind(signed(id))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The signed note of a run, if there is one.
///
/// # Errors
/// Whatever the database refuses.
pub async fn note(read: &mut Read, id: u64) -> Result<Option<String>, StoreError> {
    let note = sqlx::query_scalar("SELECT note FROM retention_run WHERE id = $1");
    let note: Option<Option<String>> = note.bind(signed(id)).fetch_optional(read.conn()).await?;
    Ok(note.flatten())
}
