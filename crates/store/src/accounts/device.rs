//! Signed-in browsers, and clients signed in to applications.

use activity::Time;
use sqlx::any::AnyRow;

use crate::row::{maybe_text, maybe_time, text, time};
use crate::{Read, StoreError, Tx};

/// A signed-in browser or client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// `dev_…`
    pub id: String,
    /// Whose it is.
    pub account_id: String,
    /// The known device it signed in on.
    pub known_device_id: Option<String>,
    /// In words, such as `Firefox on Linux`.
    pub name: String,
    /// The address it signed in from.
    pub ip: Option<String>,
    /// Its user agent when it signed in.
    pub user_agent: Option<String>,
    /// When it signed in.
    pub created_at: Time,
    /// When it was last seen, to a few minutes.
    pub last_seen_at: Time,
    /// When it ends whatever happens; that of a client moves with every refresh.
    pub expires_at: Time,
    /// The application it is signed in to; `None` for the web manager.
    pub application_id: Option<String>,
    /// Until when a client's token is good without a refresh; `None` for a browser.
    pub access_expires_at: Option<Time>,
}

fn device(row: &AnyRow) -> Result<DeviceRow, StoreError> {
    Ok(DeviceRow {
        id: text(row, "id")?,
        account_id: text(row, "account_id")?,
        known_device_id: maybe_text(row, "known_device_id")?,
        name: text(row, "name")?,
        ip: maybe_text(row, "ip")?,
        user_agent: maybe_text(row, "user_agent")?,
        created_at: time(row, "created_at")?,
        last_seen_at: time(row, "last_seen_at")?,
        expires_at: time(row, "expires_at")?,
        application_id: maybe_text(row, "application_id")?,
        access_expires_at: maybe_time(row, "access_expires_at")?,
    })
}

/// Inserts one under the hash of its token.
pub async fn insert(tx: &mut Tx, device: &DeviceRow, token_hash: &[u8]) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO device (id, account_id, known_device_id, token_hash, name, ip, user_agent, created_at, \
         last_seen_at, expires_at, application_id, access_expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&device.id)
    .bind(&device.account_id)
    .bind(&device.known_device_id)
    .bind(token_hash)
    .bind(&device.name)
    .bind(&device.ip)
    .bind(&device.user_agent)
    .bind(device.created_at.0)
    .bind(device.last_seen_at.0)
    .bind(device.expires_at.0)
    .bind(&device.application_id)
    .bind(device.access_expires_at.map(|at| at.0))
    .execute(tx.conn())
    .await?;
    Ok(())
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, account_id, known_device_id, name, ip, user_agent, created_at, last_seen_at, expires_at, \
             application_id, access_expires_at FROM device WHERE ",
            $rest
        )
    };
}

/// The one with this token, expired or not.
pub async fn by_token(read: &mut Read, token_hash: &[u8]) -> Result<Option<DeviceRow>, StoreError> {
    let row = sqlx::query(select!("token_hash = $1"))
        .bind(token_hash)
        .fetch_optional(read.conn())
        .await?;
    row.as_ref().map(device).transpose()
}

/// The one with this id, whoever's it is: for a token that has just been matched to it.
pub async fn by_id(read: &mut Read, id: &str) -> Result<Option<DeviceRow>, StoreError> {
    let row = sqlx::query(select!("id = $1"))
        .bind(id)
        .fetch_optional(read.conn())
        .await?;
    row.as_ref().map(device).transpose()
}

/// The one with this id, if it is this account's: the account is part of the condition so that nobody ends another's.
pub async fn get(read: &mut Read, account_id: &str, id: &str) -> Result<Option<DeviceRow>, StoreError> {
    let row = sqlx::query(select!("id = $1 AND account_id = $2"));
    row.bind(id)
        .bind(account_id)
        .fetch_optional(read.conn())
        .await?
        .as_ref()
        .map(device)
        .transpose()
}

/// Those of an account that have not expired, last seen first.
pub async fn of(read: &mut Read, account_id: &str, now: Time) -> Result<Vec<DeviceRow>, StoreError> {
    let rows = sqlx::query(select!(
        "account_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC"
    ));
    rows.bind(account_id)
        .bind(now.0)
        .fetch_all(read.conn())
        .await?
        .iter()
        .map(device)
        .collect()
}

/// Writes when it was last seen, and moves its end when it is idle.
pub async fn seen(tx: &mut Tx, id: &str, now: Time) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE device SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2");
    done.bind(id).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}

/// Those of an account but `keep`, expired or not.
pub async fn others(read: &mut Read, account_id: &str, keep: Option<&str>) -> Result<Vec<DeviceRow>, StoreError> {
    let rows = sqlx::query(select!("account_id = $1 AND id <> $2 ORDER BY id"));
    let rows = rows.bind(account_id).bind(keep.unwrap_or_default());
    rows.fetch_all(read.conn()).await?.iter().map(device).collect()
}

/// Those of an account that are signed in to this application.
pub async fn of_application(
    read: &mut Read,
    account_id: &str,
    application_id: &str,
) -> Result<Vec<DeviceRow>, StoreError> {
    let rows = sqlx::query(select!("application_id = $1 AND account_id = $2 ORDER BY id"));
    let rows = rows.bind(application_id).bind(account_id);
    rows.fetch_all(read.conn()).await?.iter().map(device).collect()
}

/// The first of everybody's devices that are signed in to this application, at most `limit`.
pub async fn some_of_application(
    read: &mut Read,
    application_id: &str,
    limit: u32,
) -> Result<Vec<DeviceRow>, StoreError> {
    let rows = sqlx::query(select!("application_id = $1 ORDER BY account_id, id LIMIT $2"));
    let rows = rows.bind(application_id).bind(i64::from(limit));
    rows.fetch_all(read.conn()).await?.iter().map(device).collect()
}

/// Gives a client its next token.
pub async fn refreshed(tx: &mut Tx, device: &DeviceRow, token_hash: &[u8]) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE device SET token_hash = $2, access_expires_at = $3, expires_at = $4, last_seen_at = $5 WHERE id = $1",
    );
    done.bind(&device.id)
        .bind(token_hash)
        .bind(device.access_expires_at.map(|at| at.0))
        .bind(device.expires_at.0)
        .bind(device.last_seen_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Ends one of this account's; `false` if there was none.
pub async fn delete(tx: &mut Tx, account_id: &str, id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM device WHERE id = $1 AND account_id = $2");
    Ok(done.bind(id).bind(account_id).execute(tx.conn()).await?.rows_affected() > 0)
}

/// Removes those that have expired.
pub async fn delete_expired(tx: &mut Tx, now: Time) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM device WHERE expires_at <= $1").bind(now.0);
    Ok(done.execute(tx.conn()).await?.rows_affected())
}
