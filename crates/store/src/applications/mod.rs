//! The table `application`. Owns its SQL text and rows; decides nothing.

use activity::Time;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::row::{flag, maybe_time, text, time};
use crate::{PageFrom, Read, StoreError, Tx};

/// A registered application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationRow {
    /// `app_…`
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The first characters of its key.
    pub hint: String,
    /// Whether a log-in ends the account's other devices of this application.
    pub single_device: bool,
    /// Whether nobody may use it.
    pub disabled: bool,
    /// Counts its edits.
    pub version: i64,
    /// The account that registered it.
    pub created_by: String,
    /// When it was registered.
    pub created_at: Time,
    /// When its key was last used, to a few minutes.
    pub last_used_at: Option<Time>,
}

fn application(row: &AnyRow) -> Result<ApplicationRow, StoreError> {
    Ok(ApplicationRow {
        id: text(row, "id")?,
        name: text(row, "name")?,
        hint: text(row, "hint")?,
        single_device: flag(row, "single_device")?,
        disabled: flag(row, "disabled")?,
        version: row.try_get("version")?,
        created_by: text(row, "created_by")?,
        created_at: time(row, "created_at")?,
        last_used_at: maybe_time(row, "last_used_at")?,
    })
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, hint, single_device, disabled, version, created_by, created_at, last_used_at \
             FROM application ",
            $rest
        )
    };
}

/// Inserts one under the hash of its key; `false` if the name is taken.
pub async fn insert(tx: &mut Tx, row: &ApplicationRow, name_key: &str, key_hash: &[u8]) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO application (id, name, name_key, key_hash, hint, single_device, disabled, version, created_by, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (name_key) DO NOTHING",
    )
    .bind(&row.id)
    .bind(&row.name)
    .bind(name_key)
    .bind(key_hash)
    .bind(&row.hint)
    .bind(i64::from(row.single_device))
    .bind(i64::from(row.disabled))
    .bind(row.version)
    .bind(&row.created_by)
    .bind(row.created_at.0)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The one with this id.
pub async fn get(read: &mut Read, id: &str) -> Result<Option<ApplicationRow>, StoreError> {
    let row = sqlx::query(select!("WHERE id = $1"))
        .bind(id)
        .fetch_optional(read.conn())
        .await?;
    row.as_ref().map(application).transpose()
}

/// The one with this key.
pub async fn by_key(read: &mut Read, key_hash: &[u8]) -> Result<Option<ApplicationRow>, StoreError> {
    let row = sqlx::query(select!("WHERE key_hash = $1"));
    let row = row.bind(key_hash).fetch_optional(read.conn()).await?;
    row.as_ref().map(application).transpose()
}

/// Whether another one has this name.
pub async fn name_taken(read: &mut Read, id: &str, name_key: &str) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM application WHERE name_key = $2 AND id <> $1");
    let row = row.bind(id).bind(name_key).fetch_optional(read.conn()).await?;
    Ok(row.is_some())
}

/// Up to `limit` of them by name, from the one with this key of its name.
pub async fn page(read: &mut Read, from: &PageFrom<&str>, limit: u32) -> Result<Vec<ApplicationRow>, StoreError> {
    let rows = match from.is_back() {
        false => sqlx::query(select!("WHERE name_key > $1 ORDER BY name_key LIMIT $2")),
        true => sqlx::query(select!("WHERE name_key < $1 ORDER BY name_key DESC LIMIT $2")),
    };
    let key = from.key().copied().unwrap_or_default();
    let rows = rows.bind(key).bind(i64::from(limit)).fetch_all(read.conn()).await?;
    rows.iter().map(application).collect()
}

/// What an edit writes.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'a> {
    /// Its name.
    pub name: &'a str,
    /// The key of its name.
    pub name_key: &'a str,
    /// Whether it is for one device.
    pub single_device: bool,
    /// Whether nobody may use it.
    pub disabled: bool,
}

/// Writes an edit and counts it; `false` if it is gone or no longer of this version, so that no edit overwrites one
/// its author has not seen.
pub async fn edit(tx: &mut Tx, id: &str, version: i64, edit: Edit<'_>) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE application SET name = $3, name_key = $4, single_device = $5, disabled = $6, version = version + 1 \
         WHERE id = $1 AND version = $2",
    );
    let done = done
        .bind(id)
        .bind(version)
        .bind(edit.name)
        .bind(edit.name_key)
        .bind(i64::from(edit.single_device))
        .bind(i64::from(edit.disabled));
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Gives it another key.
pub async fn set_key(tx: &mut Tx, id: &str, key_hash: &[u8], hint: &str) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE application SET key_hash = $2, hint = $3, version = version + 1 WHERE id = $1");
    done.bind(id).bind(key_hash).bind(hint).execute(tx.conn()).await?;
    Ok(())
}

/// Writes when its key was last used.
pub async fn used(tx: &mut Tx, id: &str, now: Time) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE application SET last_used_at = $2 WHERE id = $1");
    done.bind(id).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}

/// Stops it, so that no device signs in while those there are ended.
pub async fn disable(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE application SET disabled = 1 WHERE id = $1");
    done.bind(id).execute(tx.conn()).await?;
    Ok(())
}

/// Deletes it; its devices must have been ended.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM application WHERE id = $1");
    Ok(done.bind(id).execute(tx.conn()).await?.rows_affected() > 0)
}
