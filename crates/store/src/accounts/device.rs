//! Signed-in browsers.

use activity::Time;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Error};

use super::{maybe_text, text, time};

/// A signed-in browser.
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
    /// When it ends whatever happens.
    pub expires_at: Time,
}

fn device(row: &AnyRow) -> Result<DeviceRow, Error> {
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
    })
}

/// Inserts one under the hash of its token.
pub async fn insert(conn: &mut AnyConnection, device: &DeviceRow, token_hash: &[u8]) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO device (id, account_id, known_device_id, token_hash, name, ip, user_agent, created_at, \
         last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
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
    .execute(conn)
    .await?;
    Ok(())
}

const SELECT: &str = "SELECT id, account_id, known_device_id, name, ip, user_agent, created_at, last_seen_at, expires_at \
     FROM device WHERE token_hash = $1";

/// The one with this token, expired or not.
pub async fn by_token(conn: &mut AnyConnection, token_hash: &[u8]) -> Result<Option<DeviceRow>, Error> {
    let row = sqlx::query(SELECT).bind(token_hash).fetch_optional(conn).await?;
    row.as_ref().map(device).transpose()
}

/// The one with this id, if it is this account's: the account is part of the condition so that nobody ends another's.
pub async fn get(conn: &mut AnyConnection, account_id: &str, id: &str) -> Result<Option<DeviceRow>, Error> {
    let row = sqlx::query(
        "SELECT id, account_id, known_device_id, name, ip, user_agent, created_at, last_seen_at, expires_at \
         FROM device WHERE id = $1 AND account_id = $2",
    );
    row.bind(id)
        .bind(account_id)
        .fetch_optional(conn)
        .await?
        .as_ref()
        .map(device)
        .transpose()
}

/// Those of an account that have not expired, last seen first.
pub async fn of(conn: &mut AnyConnection, account_id: &str, now: Time) -> Result<Vec<DeviceRow>, Error> {
    let rows = sqlx::query(
        "SELECT id, account_id, known_device_id, name, ip, user_agent, created_at, last_seen_at, expires_at \
         FROM device WHERE account_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC",
    );
    rows.bind(account_id)
        .bind(now.0)
        .fetch_all(conn)
        .await?
        .iter()
        .map(device)
        .collect()
}

/// Writes when it was last seen, and moves its end when it is idle.
pub async fn seen(conn: &mut AnyConnection, id: &str, now: Time) -> Result<(), Error> {
    let done = sqlx::query("UPDATE device SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2");
    done.bind(id).bind(now.0).execute(conn).await?;
    Ok(())
}

/// Ends one of this account's; `false` if there was none.
pub async fn delete(conn: &mut AnyConnection, account_id: &str, id: &str) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM device WHERE id = $1 AND account_id = $2");
    Ok(done.bind(id).bind(account_id).execute(conn).await?.rows_affected() > 0)
}

/// Ends all of this account's but `keep`, and returns how many.
pub async fn delete_others(conn: &mut AnyConnection, account_id: &str, keep: Option<&str>) -> Result<u64, Error> {
    let done = sqlx::query("DELETE FROM device WHERE account_id = $1 AND id <> $2");
    Ok(done
        .bind(account_id)
        .bind(keep.unwrap_or_default())
        .execute(conn)
        .await?
        .rows_affected())
}

/// Removes those that have expired.
pub async fn delete_expired(conn: &mut AnyConnection, now: Time) -> Result<u64, Error> {
    let done = sqlx::query("DELETE FROM device WHERE expires_at <= $1").bind(now.0);
    Ok(done.execute(conn).await?.rows_affected())
}
