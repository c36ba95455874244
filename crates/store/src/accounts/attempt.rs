//! Buckets of attempts: one an account for strangers, one a known device. Owns reading a bucket so that nobody else
//! changes it before it is kept; decides no limits.

use activity::Time;

use crate::row::{maybe_time, number, time};
use crate::{Read, StoreError, Tx};

/// Which bucket an attempt counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket<'a> {
    /// Attempts on the account from anywhere but a known device.
    Account(&'a str),
    /// Attempts from this known device.
    KnownDevice(&'a str),
}

/// What a bucket holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Failures since the last success or lock.
    pub failures: u64,
    /// Until when no attempt is taken; stays after that moment until the next attempt.
    pub locked_until: Option<Time>,
    /// Locks since the last success or the last quiet time.
    pub locks: u64,
    /// The newest failure.
    pub last_at: Option<Time>,
    /// When the day in which `in_day` counts began.
    pub day_began: Time,
    /// Failures since then, whatever succeeded in between.
    pub in_day: u64,
}

macro_rules! of_both {
    ($bucket:expr, $before:literal, $after:literal) => {
        match $bucket {
            Bucket::Account(id) => (concat!($before, "account", $after), id),
            Bucket::KnownDevice(id) => (concat!($before, "known_device", $after), id),
        }
    };
}

/// What the bucket holds; `None` if there is no such account or device. Nobody else changes it until the transaction
/// ends: of any number of attempts at once each sees those before it.
pub async fn hold(tx: &mut Tx, bucket: Bucket<'_>) -> Result<Option<Failures>, StoreError> {
    let (sql, id) = of_both!(
        bucket,
        "UPDATE ",
        " SET failures = failures WHERE id = $1 \
         RETURNING failures, locked_until, lock_count, last_failure_at, day_began, day_failures"
    );
    let row = sqlx::query(sql).bind(id).fetch_optional(tx.conn()).await?;
    row.map(|row| {
        Ok(Failures {
            failures: number(&row, "failures")?,
            locked_until: maybe_time(&row, "locked_until")?,
            locks: number(&row, "lock_count")?,
            last_at: maybe_time(&row, "last_failure_at")?,
            day_began: time(&row, "day_began")?,
            in_day: number(&row, "day_failures")?,
        })
    })
    .transpose()
}

/// Keeps what a bucket that is held holds now.
pub async fn keep(tx: &mut Tx, bucket: Bucket<'_>, failures: &Failures) -> Result<(), StoreError> {
    let (sql, id) = of_both!(
        bucket,
        "UPDATE ",
        " SET failures = $2, locked_until = $3, lock_count = $4, last_failure_at = $5, day_began = $6, \
         day_failures = $7 WHERE id = $1"
    );
    sqlx::query(sql)
        .bind(id)
        .bind(counted(failures.failures))
        .bind(failures.locked_until.map(|at| at.0))
        .bind(counted(failures.locks))
        .bind(failures.last_at.map(|at| at.0))
        .bind(failures.day_began.0)
        .bind(counted(failures.in_day))
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn counted(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Counts one attempt on anything, known account or not, so that both cost a durable write.
pub async fn count(tx: &mut Tx) -> Result<(), StoreError> {
    sqlx::query("UPDATE login_attempts SET n = n + 1 WHERE id = 1")
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Empties every bucket of an account, after an unlock or a completed reset.
pub async fn clear_all(tx: &mut Tx, account_id: &str) -> Result<(), StoreError> {
    let own = "UPDATE account SET failures = 0, locked_until = NULL, lock_count = 0, last_failure_at = NULL, \
         day_failures = 0 WHERE id = $1";
    sqlx::query(own).bind(account_id).execute(tx.conn()).await?;
    let known = "UPDATE known_device SET failures = 0, locked_until = NULL, lock_count = 0, last_failure_at = NULL, \
         day_failures = 0 WHERE account_id = $1";
    sqlx::query(known).bind(account_id).execute(tx.conn()).await?;
    Ok(())
}

/// Locks the account's own bucket, because a known device of it was locked; a later end of a lock stays.
pub async fn lock(tx: &mut Tx, account_id: &str, until: Time) -> Result<(), StoreError> {
    let done = "UPDATE account SET locked_until = $2 WHERE id = $1 AND (locked_until IS NULL OR locked_until < $2)";
    sqlx::query(done)
        .bind(account_id)
        .bind(until.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether a bucket is locked at `now`.
pub async fn is_locked(read: &mut Read, bucket: Bucket<'_>, now: Time) -> Result<bool, StoreError> {
    let (sql, id) = of_both!(bucket, "SELECT id FROM ", " WHERE id = $1 AND locked_until > $2");
    let row = sqlx::query(sql).bind(id).bind(now.0);
    Ok(row.fetch_optional(read.conn()).await?.is_some())
}
