//! Buckets of attempts: one an account for strangers, one a known device. Owns the atomic reservation of an attempt
//! before its secret is checked; decides no limits.

use activity::Time;
use sqlx::{AnyConnection, Error};

use crate::row::number;

/// Which bucket an attempt counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket<'a> {
    /// Attempts on the account from anywhere but a known device.
    Account(&'a str),
    /// Attempts from this known device.
    KnownDevice(&'a str),
}

/// When a bucket is full, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Failures that fill it.
    pub failures: u32,
    /// The present moment.
    pub now: Time,
    /// Until when it stays full.
    pub locked_until: Time,
}

const RESERVE_ACCOUNT: &str = "UPDATE account SET \
     failures = CASE WHEN locked_until IS NULL THEN failures + 1 ELSE 1 END, \
     locked_until = CASE WHEN (CASE WHEN locked_until IS NULL THEN failures + 1 ELSE 1 END) >= $2 THEN CAST($4 AS BIGINT) END \
     WHERE id = $1 AND (locked_until IS NULL OR locked_until <= $3) RETURNING failures";

const RESERVE_KNOWN_DEVICE: &str = "UPDATE known_device SET \
     failures = CASE WHEN locked_until IS NULL THEN failures + 1 ELSE 1 END, \
     locked_until = CASE WHEN (CASE WHEN locked_until IS NULL THEN failures + 1 ELSE 1 END) >= $2 THEN CAST($4 AS BIGINT) END \
     WHERE id = $1 AND (locked_until IS NULL OR locked_until <= $3) RETURNING failures";

/// Counts an attempt as failed before it is made, and returns the bucket's failures with it; `None` if the bucket is
/// locked. The attempt that fills the bucket locks it in the same statement, so any number of attempts at once get no
/// more than the limit, and a crash before their outcome leaves a lock that lapses.
pub async fn reserve(conn: &mut AnyConnection, bucket: Bucket<'_>, limit: Limit) -> Result<Option<u64>, Error> {
    let (sql, id) = match bucket {
        Bucket::Account(id) => (RESERVE_ACCOUNT, id),
        Bucket::KnownDevice(id) => (RESERVE_KNOWN_DEVICE, id),
    };
    let row = sqlx::query(sql)
        .bind(id)
        .bind(i64::from(limit.failures))
        .bind(limit.now.0)
        .bind(limit.locked_until.0)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(|row| number(row, "failures")).transpose()
}

const GIVE_BACK_ACCOUNT: &str = "UPDATE account SET \
     locked_until = CASE WHEN failures >= $2 THEN NULL ELSE locked_until END, failures = failures - 1 \
     WHERE id = $1 AND failures > 0";

const GIVE_BACK_KNOWN_DEVICE: &str = "UPDATE known_device SET \
     locked_until = CASE WHEN failures >= $2 THEN NULL ELSE locked_until END, failures = failures - 1 \
     WHERE id = $1 AND failures > 0";

/// Takes one reserved attempt back: its secret was right, but it does not end the log-in yet, so that what failed
/// before still counts. Lifts the lock that this attempt would have been.
pub async fn give_back(conn: &mut AnyConnection, bucket: Bucket<'_>, limit: Limit) -> Result<(), Error> {
    let (sql, id) = match bucket {
        Bucket::Account(id) => (GIVE_BACK_ACCOUNT, id),
        Bucket::KnownDevice(id) => (GIVE_BACK_KNOWN_DEVICE, id),
    };
    sqlx::query(sql)
        .bind(id)
        .bind(i64::from(limit.failures))
        .execute(conn)
        .await?;
    Ok(())
}

/// Counts one attempt on anything, known account or not, so that both cost a durable write.
pub async fn count(conn: &mut AnyConnection) -> Result<(), Error> {
    sqlx::query("UPDATE login_attempts SET n = n + 1 WHERE id = 1")
        .execute(conn)
        .await?;
    Ok(())
}

/// Empties one bucket and lifts its lock, after a success.
pub async fn clear(conn: &mut AnyConnection, bucket: Bucket<'_>) -> Result<(), Error> {
    let (sql, id) = match bucket {
        Bucket::Account(id) => ("UPDATE account SET failures = 0, locked_until = NULL WHERE id = $1", id),
        Bucket::KnownDevice(id) => (
            "UPDATE known_device SET failures = 0, locked_until = NULL WHERE id = $1",
            id,
        ),
    };
    sqlx::query(sql).bind(id).execute(conn).await?;
    Ok(())
}

/// Empties every bucket of an account, after an unlock or a completed reset.
pub async fn clear_all(conn: &mut AnyConnection, account_id: &str) -> Result<(), Error> {
    clear(conn, Bucket::Account(account_id)).await?;
    let known = sqlx::query("UPDATE known_device SET failures = 0, locked_until = NULL WHERE account_id = $1");
    known.bind(account_id).execute(conn).await?;
    Ok(())
}

/// Locks the account's own bucket, because a known device of it was locked; a later end of a lock stays.
pub async fn lock(conn: &mut AnyConnection, account_id: &str, until: Time) -> Result<(), Error> {
    let done = "UPDATE account SET locked_until = $2 WHERE id = $1 AND (locked_until IS NULL OR locked_until < $2)";
    sqlx::query(done).bind(account_id).bind(until.0).execute(conn).await?;
    Ok(())
}

/// Whether a bucket is locked at `now`.
pub async fn is_locked(conn: &mut AnyConnection, bucket: Bucket<'_>, now: Time) -> Result<bool, Error> {
    let (sql, id) = match bucket {
        Bucket::Account(id) => ("SELECT id FROM account WHERE id = $1 AND locked_until > $2", id),
        Bucket::KnownDevice(id) => ("SELECT id FROM known_device WHERE id = $1 AND locked_until > $2", id),
    };
    Ok(sqlx::query(sql)
        .bind(id)
        .bind(now.0)
        .fetch_optional(conn)
        .await?
        .is_some())
}
