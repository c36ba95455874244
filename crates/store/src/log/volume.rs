//! The table `volume`, the ledger of volumes: `pending` while one is being made, `live` while it is part of the log
//! below `log_head.sealed`, `doomed` until its files are gone.

use activity::Time;
use sqlx::Row as _;

use super::{signed, unsigned};
use crate::{Read, StoreError, Tx};

/// A live volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeRow {
    /// Seq of its first activity.
    pub first_seq: u64,
    /// How many activities.
    pub count: u64,
    /// The volume's id, which is the name of its directory.
    pub id: String,
    /// The volume's own description, as JSON.
    pub meta: String,
}

/// A volume that is going to be made.
#[derive(Clone, Copy, Debug)]
pub struct Pending<'a> {
    /// Its id, which no other volume has or had.
    pub id: &'a str,
    /// Seq of its first activity.
    pub first_seq: u64,
    /// How many activities.
    pub count: u64,
    /// Until when its maker has it to itself.
    pub until: Time,
}

/// Notes a volume before its first byte is written.
///
/// # Errors
/// Whatever the database refuses.
pub async fn begin(tx: &mut Tx, of: Pending<'_>) -> Result<(), StoreError> {
    let insert = "INSERT INTO volume (id, first_seq, count, state, until) VALUES ($1, $2, $3, 'pending', $4)";
    sqlx::query(insert)
        .bind(of.id)
        .bind(signed(of.first_seq))
        .bind(signed(of.count))
        .bind(of.until.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Makes a pending volume part of the log. The fence: false if it is not pending any more, because its maker took so
/// long that it was given up.
///
/// # Errors
/// Whatever the database refuses, such as a second live volume of the same stretch.
pub async fn publish(tx: &mut Tx, row: &VolumeRow) -> Result<bool, StoreError> {
    let update = "UPDATE volume SET state = 'live', until = NULL, meta = $1, count = $2
        WHERE id = $3 AND state = 'pending' AND first_seq = $4";
    let query = sqlx::query(update)
        .bind(row.meta.as_str())
        .bind(signed(row.count))
        .bind(row.id.as_str())
        .bind(signed(row.first_seq));
    Ok(query.execute(tx.conn()).await?.rows_affected() == 1)
}

/// Takes a live volume out of the log; its files may go from `until` on. The fence: false if it is not live any more.
///
/// # Errors
/// Whatever the database refuses.
pub async fn doom(tx: &mut Tx, id: &str, until: Time) -> Result<bool, StoreError> {
    let update = "UPDATE volume SET state = 'doomed', until = $1 WHERE id = $2 AND state = 'live'";
    let done = sqlx::query(update).bind(until.0).bind(id).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

/// Gives up the pending volumes whose time is over at `now`, and with `all` every one; how many.
///
/// # Errors
/// Whatever the database refuses.
pub async fn give_up(tx: &mut Tx, now: Time, all: bool) -> Result<u64, StoreError> {
    let update = "UPDATE volume SET state = 'doomed', until = $1 WHERE state = 'pending' AND (until <= $1 OR $2)";
    let done = sqlx::query(update).bind(now.0).bind(all).execute(tx.conn()).await?;
    Ok(done.rows_affected())
}

/// Lets the files of all doomed volumes go from `now` on.
///
/// # Errors
/// Whatever the database refuses.
pub async fn hasten(tx: &mut Tx, now: Time) -> Result<(), StoreError> {
    let update = "UPDATE volume SET until = $1 WHERE state = 'doomed' AND until > $1";
    sqlx::query(update).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}

/// The doomed volumes whose files may go at `now`.
///
/// # Errors
/// Whatever the database refuses.
pub async fn due(read: &mut Read, now: Time) -> Result<Vec<String>, StoreError> {
    let select = "SELECT id FROM volume WHERE state = 'doomed' AND until <= $1 ORDER BY id";
    Ok(sqlx::query_scalar(select).bind(now.0).fetch_all(read.conn()).await?)
}

/// Takes a volume that is not live out of the ledger, after its files are gone.
///
/// # Errors
/// Whatever the database refuses.
pub async fn forget(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    let delete = "DELETE FROM volume WHERE id = $1 AND state <> 'live'";
    sqlx::query(delete).bind(id).execute(tx.conn()).await?;
    Ok(())
}

/// The ids of all volumes in the ledger, whatever their state.
///
/// # Errors
/// Whatever the database refuses.
pub async fn known(read: &mut Read) -> Result<Vec<String>, StoreError> {
    let ids = sqlx::query_scalar("SELECT id FROM volume ORDER BY id");
    Ok(ids.fetch_all(read.conn()).await?)
}

/// The live volumes, oldest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(read: &mut Read) -> Result<Vec<VolumeRow>, StoreError> {
    let select = "SELECT first_seq, count, id, meta FROM volume WHERE state = 'live' ORDER BY first_seq";
    let rows = sqlx::query(select).fetch_all(read.conn()).await?;
    let volume = |row: &sqlx::any::AnyRow| {
        Ok(VolumeRow {
            first_seq: unsigned(row.try_get(0)?, "first_seq")?,
            count: unsigned(row.try_get(1)?, "count")?,
            id: row.try_get(2)?,
            meta: row.try_get(3)?,
        })
    };
    rows.iter().map(volume).collect()
}
