//! The table `job`: work in the background, and under whose lease it is done. Guarantees: of those that claim a job at
//! once one gets it, because the WHERE of the claim looks again once the row is locked; and after a job was claimed anew
//! its former holder changes nothing any more, because every statement of a holder names the fence it was claimed with.

use activity::Time;
use sqlx::any::AnyRow;

use crate::row::{maybe_text, number, text, time};
use crate::{Read, StoreError, Tx};

type Result<T> = std::result::Result<T, StoreError>;

/// Most jobs of a kind that are looked at to find one that can be claimed.
const MOST: i64 = 200;

/// One job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// `kind`, or `kind:` and which one.
    pub name: String,
    /// Who claimed it.
    pub owner: Option<String>,
    /// Until when nobody else may claim it.
    pub lease_until: Time,
    /// Counts claims.
    pub fence: u64,
    /// When it may be claimed at the earliest.
    pub due_at: Time,
    /// Claims since it last ended well.
    pub attempts: u64,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// How far it is.
    pub progress: Progress,
}

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What the next attempt needs to go on.
    pub cursor: Option<String>,
    /// How much is done, in the job's own unit.
    pub done: u64,
    /// How much there is to do; 0 where that is not known.
    pub total: u64,
    /// Bytes written so far, where it makes a file.
    pub bytes: u64,
}

/// Who wants a job, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Who: also takes over what is this owner's already.
    pub owner: &'a str,
    /// The present moment.
    pub now: Time,
    /// Until when.
    pub until: Time,
    /// Whether it is claimed also before it is due.
    pub early: bool,
}

/// A job as it was claimed once.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// The job.
    pub name: &'a str,
    /// The fence it was claimed with.
    pub fence: u64,
}

/// The columns that [`job`] reads; a macro so that each statement stays one literal.
macro_rules! columns {
    () => {
        "name, owner, lease_until, fence, due_at, attempts, error, cursor, done, total, bytes"
    };
}

fn job(row: &AnyRow) -> Result<Job> {
    Ok(Job {
        name: text(row, "name")?,
        owner: maybe_text(row, "owner")?,
        lease_until: time(row, "lease_until")?,
        fence: number(row, "fence")?,
        due_at: time(row, "due_at")?,
        attempts: number(row, "attempts")?,
        error: maybe_text(row, "error")?,
        progress: Progress {
            cursor: maybe_text(row, "cursor")?,
            done: number(row, "done")?,
            total: number(row, "total")?,
            bytes: number(row, "bytes")?,
        },
    })
}

/// Adds a job that may be claimed from `due_at` on; nothing changes if there is one of that name.
pub async fn add(tx: &mut Tx, name: &str, due_at: Time) -> Result<()> {
    let insert = sqlx::query("INSERT INTO job (name, due_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING");
    insert.bind(name).bind(due_at.0).execute(tx.conn()).await?;
    Ok(())
}

/// The job of this name.
pub async fn get(read: &mut Read, name: &str) -> Result<Option<Job>> {
    let row = sqlx::query(concat!("SELECT ", columns!(), " FROM job WHERE name = $1"));
    let row = row.bind(name).fetch_optional(read.conn()).await?;
    row.as_ref().map(job).transpose()
}

/// The names of those jobs of a kind that `owner` could claim at `now`, the one that is due for longest first.
pub async fn due(read: &mut Read, kind: &str, owner: &str, now: Time) -> Result<Vec<String>> {
    let select = "SELECT name FROM job WHERE substr(name, 1, length($1)) = $1 AND due_at <= $2 \
         AND (lease_until <= $2 OR owner = $3) ORDER BY due_at, name LIMIT $4";
    let names = sqlx::query_scalar(select).bind(format!("{kind}:")).bind(now.0);
    Ok(names.bind(owner).bind(MOST).fetch_all(read.conn()).await?)
}

/// Claims a job; `None` if it is not due, another has it, or there is none of that name.
pub async fn claim(tx: &mut Tx, name: &str, by: Claim<'_>) -> Result<Option<Job>> {
    let row = sqlx::query(concat!(
        "UPDATE job SET owner = $2, lease_until = $4, fence = fence + 1, attempts = attempts + 1 \
         WHERE name = $1 AND (lease_until <= $3 OR owner = $2) AND (due_at <= $3 OR $5 = 1) RETURNING ",
        columns!()
    ))
    .bind(name)
    .bind(by.owner)
    .bind(by.now.0)
    .bind(by.until.0)
    .bind(i64::from(by.early))
    .fetch_optional(tx.conn())
    .await?;
    row.as_ref().map(job).transpose()
}

/// Renews a lease and says how far the work is; `false` if the job was claimed anew or is gone.
pub async fn renew(tx: &mut Tx, held: Held<'_>, until: Time, progress: &Progress) -> Result<bool> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let update = "UPDATE job SET lease_until = $3, cursor = $4, done = $5, total = $6, bytes = $7 \
         WHERE name = $1 AND fence = $2 AND owner IS NOT NULL";
    let done = of(update, held)
        .bind(until.0)
        .bind(progress.cursor.as_deref())
        .bind(number(progress.done))
        .bind(number(progress.total))
        .bind(number(progress.bytes))
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether the job is still as it was claimed, for the transaction that makes its effect: nobody claims it before this
/// transaction ends, because the row stays locked until then.
pub async fn holds(tx: &mut Tx, held: Held<'_>) -> Result<bool> {
    let lock = "UPDATE job SET fence = fence WHERE name = $1 AND fence = $2";
    Ok(of(lock, held).execute(tx.conn()).await?.rows_affected() > 0)
}

/// Ends a job for good; `false`, and nothing is changed, if it was claimed anew or is gone. In the transaction that makes
/// its effect it takes the place of [`holds`].
pub async fn finish(tx: &mut Tx, held: Held<'_>) -> Result<bool> {
    let delete = "DELETE FROM job WHERE name = $1 AND fence = $2";
    Ok(of(delete, held).execute(tx.conn()).await?.rows_affected() > 0)
}

/// Ends an attempt well at a job that comes again; its owner keeps the lease until it lapses.
pub async fn succeed(tx: &mut Tx, held: Held<'_>) -> Result<bool> {
    let update = "UPDATE job SET attempts = 0, error = NULL WHERE name = $1 AND fence = $2";
    Ok(of(update, held).execute(tx.conn()).await?.rows_affected() > 0)
}

/// Ends an attempt that failed, and gives the job free from `due_at` on.
pub async fn fail(tx: &mut Tx, held: Held<'_>, error: &str, due_at: Time) -> Result<bool> {
    let update = "UPDATE job SET owner = NULL, lease_until = 0, error = $3, due_at = $4, \
         attempts = CASE WHEN attempts = 0 THEN 1 ELSE attempts END WHERE name = $1 AND fence = $2";
    let done = of(update, held).bind(error).bind(due_at.0).execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}

/// Gives free whatever this owner has.
pub async fn release(tx: &mut Tx, owner: &str) -> Result<()> {
    let update = sqlx::query("UPDATE job SET owner = NULL, lease_until = 0 WHERE owner = $1");
    update.bind(owner).execute(tx.conn()).await?;
    Ok(())
}

/// Gives free whatever anybody has. Only for whoever knows that no other process works on these tables.
pub async fn release_all(tx: &mut Tx) -> Result<u64> {
    let update = sqlx::query("UPDATE job SET owner = NULL, lease_until = 0 WHERE owner IS NOT NULL");
    Ok(update.execute(tx.conn()).await?.rows_affected())
}

/// Whether this owner has any job.
pub async fn has_any(read: &mut Read, owner: &str) -> Result<bool> {
    let one = sqlx::query("SELECT name FROM job WHERE owner = $1 LIMIT 1");
    Ok(one.bind(owner).fetch_optional(read.conn()).await?.is_some())
}

/// Gives every job of a kind free as if it had been claimed anew: whoever has one makes no effect any more, and it is begun
/// again.
pub async fn restart(tx: &mut Tx, kind: &str) -> Result<()> {
    let update = "UPDATE job SET owner = NULL, lease_until = 0, fence = fence + 1, done = 0, bytes = 0 \
         WHERE substr(name, 1, length($1)) = $1";
    sqlx::query(update).bind(format!("{kind}:")).execute(tx.conn()).await?;
    Ok(())
}

/// Removes a job, whoever has it: what it was for is gone.
pub async fn delete(tx: &mut Tx, name: &str) -> Result<()> {
    let delete = sqlx::query("DELETE FROM job WHERE name = $1");
    delete.bind(name).execute(tx.conn()).await?;
    Ok(())
}

/// A statement of a holder: $1 and $2 are the job and the fence.
fn of<'q>(
    sql: &'static str,
    held: Held<'q>,
) -> sqlx::query::Query<'q, sqlx::Any, <sqlx::Any as sqlx::Database>::Arguments> {
    let fence = i64::try_from(held.fence).unwrap_or(i64::MAX);
    sqlx::query(sql).bind(held.name).bind(fence)
}
