//! One connection: asked for, decided, ended. Each change names the state it starts from, so that of several at once
//! one happens.

use activity::Time;
use sqlx::{AssertSqlSafe, Row as _};

use crate::row::{flag, maybe_time, time};
use crate::sql::{in_shapes, rows};
use crate::{Read, StoreError, Tx};

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Asked for.
    Requested,
    /// Both are connected.
    Accepted,
    /// The request was rejected.
    Rejected,
}

/// One connection, as one of its two accounts sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionRow {
    /// How far it has come.
    pub state: State,
    /// Whether the other one asked.
    pub by_other: bool,
    /// When it was asked for.
    pub requested_at: Time,
    /// When it was accepted or rejected.
    pub decided_at: Option<Time>,
}

/// One account and its name, as the tables order by it.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    /// `usr_…`
    pub id: &'a str,
    /// Key of its full name.
    pub name_key: &'a str,
}

/// The lower id first, and whether that is `id`.
fn pair<'a>(id: &'a str, other: &'a str) -> (&'a str, &'a str, bool) {
    if id < other {
        (id, other, true)
    } else {
        (other, id, false)
    }
}

/// The connection of `id` with `other`.
pub async fn get(read: &mut Read, id: &str, other: &str) -> Result<Option<ConnectionRow>, StoreError> {
    let (low, high, is_low) = pair(id, other);
    let sql = "SELECT state, by_low, requested_at, decided_at FROM connection WHERE low_id = $1 AND high_id = $2";
    let found = sqlx::query(sql)
        .bind(low)
        .bind(high)
        .fetch_optional(read.conn())
        .await?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(ConnectionRow {
        state: match row.try_get::<&str, _>("state")? {
            "accepted" => State::Accepted,
            "rejected" => State::Rejected,
            _ => State::Requested,
        },
        by_other: flag(&row, "by_low")? != is_low,
        requested_at: time(&row, "requested_at")?,
        decided_at: maybe_time(&row, "decided_at")?,
    }))
}

/// `asking` asks `other`; `false` if one of them asked already or they are connected. A rejected request gives way.
pub async fn request(tx: &mut Tx, asking: End<'_>, other: End<'_>, now: Time) -> Result<bool, StoreError> {
    let (low, high) = if asking.id < other.id {
        (asking, other)
    } else {
        (other, asking)
    };
    let sql = "INSERT INTO connection (low_id, high_id, state, by_low, requested_at, low_name_key, high_name_key) \
               VALUES ($1, $2, 'requested', $3, $4, $5, $6) \
               ON CONFLICT (low_id, high_id) DO UPDATE SET state = 'requested', by_low = excluded.by_low, \
               requested_at = excluded.requested_at, decided_at = NULL WHERE connection.state = 'rejected'";
    let done = sqlx::query(sql)
        .bind(low.id)
        .bind(high.id)
        .bind(i64::from(low.id == asking.id))
        .bind(now.0)
        .bind(low.name_key)
        .bind(high.name_key);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// A connection that was asked for, and since when it is one.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// Who asked.
    pub asking: End<'a>,
    /// Who was asked.
    pub other: End<'a>,
    /// When.
    pub requested_at: Time,
    /// When the other accepted, if they did.
    pub accepted_at: Option<Time>,
}

/// Adds connections, many in one statement. A pair that has one already keeps it.
pub async fn insert_all(tx: &mut Tx, all: &[Past<'_>]) -> Result<(), StoreError> {
    for chunk in in_shapes(all) {
        let sql = format!(
            "INSERT INTO connection (low_id, high_id, state, by_low, requested_at, decided_at, low_name_key, \
             high_name_key) VALUES {} ON CONFLICT DO NOTHING",
            rows(chunk.len(), 8)
        );
        let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, past| {
            let is_low = past.asking.id < past.other.id;
            let (low, high) = match is_low {
                true => (past.asking, past.other),
                false => (past.other, past.asking),
            };
            query
                .bind(low.id)
                .bind(high.id)
                .bind(if past.accepted_at.is_some() {
                    "accepted"
                } else {
                    "requested"
                })
                .bind(i64::from(is_low))
                .bind(past.requested_at.0)
                .bind(past.accepted_at.map(|at| at.0))
                .bind(low.name_key)
                .bind(high.name_key)
        });
        query.execute(tx.conn()).await?;
    }
    Ok(())
}

/// `id` accepts or rejects the request of `other`; `false` if there is none that waits for it.
pub async fn decide(tx: &mut Tx, id: &str, other: &str, accepts: bool, now: Time) -> Result<bool, StoreError> {
    let (low, high, is_low) = pair(id, other);
    // Still requested, and by the other side: of fifty answers at once one counts, and nobody answers for another.
    let sql = "UPDATE connection SET state = $4, decided_at = $5 \
               WHERE low_id = $1 AND high_id = $2 AND state = 'requested' AND by_low = $3";
    let done = sqlx::query(sql)
        .bind(low)
        .bind(high)
        .bind(i64::from(!is_low))
        .bind(if accepts { "accepted" } else { "rejected" })
        .bind(now.0);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// `id` withdraws its request to `other`; `false` if there is none that waits.
pub async fn withdraw(tx: &mut Tx, id: &str, other: &str) -> Result<bool, StoreError> {
    let (low, high, is_low) = pair(id, other);
    // Only while it waits and only by who asked: an accepted one is removed, not withdrawn.
    let sql = "DELETE FROM connection WHERE low_id = $1 AND high_id = $2 AND state = 'requested' AND by_low = $3";
    let done = sqlx::query(sql).bind(low).bind(high).bind(i64::from(is_low));
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Ends the connection of `id` with `other`; `false` if they are not connected.
pub async fn remove(tx: &mut Tx, id: &str, other: &str) -> Result<bool, StoreError> {
    let (low, high, _) = pair(id, other);
    // Only while connected: of two that remove each other at once one does.
    let sql = "DELETE FROM connection WHERE low_id = $1 AND high_id = $2 AND state = 'accepted'";
    let done = sqlx::query(sql).bind(low).bind(high);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Ends whatever there is between the two. A rejected request stays: blocking and unblocking is no way to ask again at
/// once.
pub async fn forget(tx: &mut Tx, id: &str, other: &str) -> Result<(), StoreError> {
    let (low, high, _) = pair(id, other);
    let done = sqlx::query("DELETE FROM connection WHERE low_id = $1 AND high_id = $2 AND state <> 'rejected'");
    done.bind(low).bind(high).execute(tx.conn()).await?;
    Ok(())
}
