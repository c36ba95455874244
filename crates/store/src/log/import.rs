//! The table `import`: what was read into the log from files, each as one thing.

use activity::{Named, Time};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::{signed, unsigned};
use crate::row::{maybe_text, maybe_time, text, time};
use crate::{Read, StoreError, Tx};

/// What is read in, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct NewImport<'a> {
    /// What the files are.
    pub format: &'a str,
    /// Tells logs apart whose lines may be the same.
    pub source: &'a str,
    /// Names of the files, as JSON.
    pub files: &'a str,
    /// Id of whoever reads them in: somebody here, a key, an application.
    pub by_id: &'a str,
    /// Their name.
    pub by_name: &'a str,
}

/// A row of `import`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// Its number, from 1.
    pub id: u64,
    /// What the files are.
    pub format: String,
    /// Tells logs apart whose lines may be the same.
    pub source: String,
    /// Names of the files, as JSON.
    pub files: String,
    /// Id of whoever reads them in.
    pub by_id: String,
    /// Their name.
    pub by_name: String,
    /// When it was begun.
    pub begun_at: Time,
    /// When it last went on.
    pub heard_at: Time,
    /// When all was read.
    pub ended_at: Option<Time>,
    /// What came of it.
    pub grown: Grown,
    /// How many of those recorded the log was told of.
    pub told: u64,
    /// How far whoever sends it has come, in their own words.
    pub mark: Option<String>,
    /// How it was undone, if it was.
    pub undone: Option<Undone>,
}

/// How an import was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The run of retention that takes its activities out of the log, of which there is a signed note.
    pub run: u64,
    /// When that was decided; from then on nothing shows them.
    pub at: Time,
    /// When nothing of it was left in any file.
    pub finished_at: Option<Time>,
    /// How many activities went.
    pub removed: u64,
    /// Who decided it.
    pub by: Named,
    /// Why.
    pub reason: String,
}

/// What came of a part of an import, or of all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grown {
    /// Activities recorded.
    pub recorded: u64,
    /// Activities that were there.
    pub known: u64,
    /// Activities and lines refused.
    pub refused: u64,
    /// When the first and the last of what was recorded happened.
    pub spans: Option<(Time, Time)>,
}

const SELECT: &str = "SELECT i.id, i.format, i.source, i.files, i.by_id, i.by_name, i.begun_at, i.heard_at, i.ended_at,
        i.recorded, i.known, i.refused + i.unreadable AS refused, i.told, i.first_at, i.last_at, i.mark, i.undone_by_run AS run, r.begun_at AS undone_at,
        r.finished_at AS undone_finished_at, r.import_removed AS removed, r.by_id AS undone_by_id,
        r.by_name AS undone_by_name, r.reason
    FROM import i LEFT JOIN retention_run r ON r.id = i.undone_by_run";

/// Begins one; its number. Guarantee: no number is given twice, because one transaction writes at a time and no row of
/// one that recorded anything is ever taken away.
///
/// # Errors
/// Whatever the database refuses.
pub async fn begin(tx: &mut Tx, new: NewImport<'_>, now: Time) -> Result<u64, StoreError> {
    let last: Option<i64> = sqlx::query_scalar("SELECT MAX(id) FROM import")
        .fetch_one(tx.conn())
        .await?;
    let id = last.unwrap_or(0) + 1;
    let insert =
        "INSERT INTO import (id, format, source, files, by_id, by_name, begun_at, heard_at, recorded, known, refused, unreadable, told)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0, 0, 0, 0, 0)";
    sqlx::query(insert)
        .bind(id)
        .bind(new.format)
        .bind(new.source)
        .bind(new.files)
        .bind(new.by_id)
        .bind(new.by_name)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    unsigned(id, "id")
}

/// The newest one of the same that was not ended, and can be gone on with.
///
/// # Errors
/// Whatever the database refuses.
pub async fn unended(read: &mut Read, of: NewImport<'_>) -> Result<Option<u64>, StoreError> {
    let select = "SELECT MAX(id) FROM import WHERE format = $1 AND source = $2 AND files = $3 AND by_id = $4
        AND ended_at IS NULL AND undone_by_run IS NULL";
    let id: Option<i64> = sqlx::query_scalar(select)
        .bind(of.format)
        .bind(of.source)
        .bind(of.files)
        .bind(of.by_id)
        .fetch_one(read.conn())
        .await?;
    id.map(|id| unsigned(id, "id")).transpose()
}

/// Adds to what came of one, and keeps the mark of who sends it; `false` if there is none of this number that is not undone.
///
/// # Errors
/// Whatever the database refuses.
pub async fn grow(tx: &mut Tx, id: u64, by: &Grown, mark: Option<&str>, now: Time) -> Result<bool, StoreError> {
    let update =
        "UPDATE import SET heard_at = $2, recorded = recorded + $3, known = known + $4, refused = refused + $5,
            mark = COALESCE($8, mark),
            first_at = CASE WHEN first_at IS NULL OR first_at > $6 THEN COALESCE($6, first_at) ELSE first_at END,
            last_at = CASE WHEN last_at IS NULL OR last_at < $7 THEN COALESCE($7, last_at) ELSE last_at END
        WHERE id = $1 AND undone_by_run IS NULL";
    let done = sqlx::query(update)
        .bind(signed(id))
        .bind(now.0)
        .bind(signed(by.recorded))
        .bind(signed(by.known))
        .bind(signed(by.refused))
        .bind(by.spans.map(|(first, _)| first.0))
        .bind(by.spans.map(|(_, last)| last.0))
        .bind(mark)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether there is one of this number that takes more: that is neither ended nor undone.
///
/// # Errors
/// Whatever the database refuses.
pub async fn goes_on(read: &mut Read, id: u64) -> Result<bool, StoreError> {
    let select = "SELECT COUNT(*) FROM import WHERE id = $1 AND ended_at IS NULL AND undone_by_run IS NULL";
    let found: i64 = sqlx::query_scalar(select)
        .bind(signed(id))
        .fetch_one(read.conn())
        .await?;
    Ok(found > 0)
}

/// Notes that the log was told of all that one recorded, and how many lines of it could not be read: whoever goes on with
/// one reads it from its first line, and so meets the same ones again.
///
/// # Errors
/// Whatever the database refuses.
pub async fn tell(tx: &mut Tx, id: u64, unreadable: u64, now: Time) -> Result<(), StoreError> {
    let update = "UPDATE import SET heard_at = $2, told = recorded,
            unreadable = CASE WHEN unreadable < $3 THEN $3 ELSE unreadable END
        WHERE id = $1";
    sqlx::query(update)
        .bind(signed(id))
        .bind(now.0)
        .bind(signed(unreadable))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes that all of one was read.
///
/// # Errors
/// Whatever the database refuses.
pub async fn end(tx: &mut Tx, id: u64, now: Time) -> Result<(), StoreError> {
    sqlx::query("UPDATE import SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind(signed(id))
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes away one that brought nothing, neither new nor known; whether it was such a one.
///
/// # Errors
/// Whatever the database refuses.
pub async fn forget_empty(tx: &mut Tx, id: u64) -> Result<bool, StoreError> {
    let delete =
        sqlx::query("DELETE FROM import WHERE id = $1 AND recorded = 0 AND known = 0 AND undone_by_run IS NULL");
    let done = delete.bind(signed(id)).execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}

/// Notes the run that takes one out of the log.
///
/// # Errors
/// Whatever the database refuses.
pub async fn undo(tx: &mut Tx, id: u64, run: u64) -> Result<(), StoreError> {
    sqlx::query("UPDATE import SET undone_by_run = $2 WHERE id = $1")
        .bind(signed(id))
        .bind(signed(run))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The one of this number.
///
/// # Errors
/// Whatever the database refuses.
pub async fn get(read: &mut Read, id: u64) -> Result<Option<ImportRow>, StoreError> {
    let row = sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE i.id = $1")));
    let row = row.bind(signed(id)).fetch_optional(read.conn()).await?;
    row.as_ref().map(import).transpose()
}

/// So many of them that were begun before this one, newest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn page(read: &mut Read, before: Option<u64>, limit: u32) -> Result<Vec<ImportRow>, StoreError> {
    let select = format!("{SELECT} WHERE (CAST($1 AS BIGINT) IS NULL OR i.id < $1) ORDER BY i.id DESC LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(select))
        .bind(before.map(signed))
        .bind(i64::from(limit));
    rows.fetch_all(read.conn()).await?.iter().map(import).collect()
}

fn import(row: &AnyRow) -> Result<ImportRow, StoreError> {
    let number = |column: &'static str| unsigned(row.try_get(column)?, column);
    let run: Option<i64> = row.try_get("run")?;
    let undone = match run {
        None => None,
        Some(run) => Some(Undone {
            run: unsigned(run, "run")?,
            at: time(row, "undone_at")?,
            finished_at: maybe_time(row, "undone_finished_at")?,
            removed: number("removed")?,
            by: Named {
                id: text(row, "undone_by_id")?,
                name: text(row, "undone_by_name")?,
            },
            reason: text(row, "reason")?,
        }),
    };
    Ok(ImportRow {
        id: number("id")?,
        format: text(row, "format")?,
        source: text(row, "source")?,
        files: text(row, "files")?,
        by_id: text(row, "by_id")?,
        by_name: text(row, "by_name")?,
        begun_at: time(row, "begun_at")?,
        heard_at: time(row, "heard_at")?,
        ended_at: maybe_time(row, "ended_at")?,
        grown: Grown {
            recorded: number("recorded")?,
            known: number("known")?,
            refused: number("refused")?,
            spans: maybe_time(row, "first_at")?.zip(maybe_time(row, "last_at")?),
        },
        told: number("told")?,
        mark: maybe_text(row, "mark")?,
        undone,
    })
}
