//! Passkeys of accounts.

use activity::Time;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::row::{maybe_time, text, time};
use crate::{Read, StoreError, Tx};

/// One passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRow {
    /// `pky_…`
    pub id: String,
    /// Whose it is.
    pub account_id: String,
    /// What the authenticator calls it.
    pub credential_id: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// The public key and what else is needed to check an answer, as JSON.
    pub credential: String,
    /// The signature counter last seen; 0 where the authenticator keeps none.
    pub counter: u32,
    /// When it was added.
    pub created_at: Time,
    /// When it last signed somebody in.
    pub last_used_at: Option<Time>,
}

fn passkey(row: &AnyRow) -> Result<PasskeyRow, StoreError> {
    Ok(PasskeyRow {
        id: text(row, "id")?,
        account_id: text(row, "account_id")?,
        credential_id: row.try_get("credential_id")?,
        name: text(row, "name")?,
        credential: row.try_get("credential")?,
        counter: u32::try_from(row.try_get::<i64, _>("counter")?).unwrap_or(u32::MAX),
        created_at: time(row, "created_at")?,
        last_used_at: maybe_time(row, "last_used_at")?,
    })
}

/// Inserts one; `false` if this credential is somebody's already.
pub async fn insert(tx: &mut Tx, passkey: &PasskeyRow) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO passkey (id, account_id, credential_id, name, credential, counter, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential_id) DO NOTHING",
    )
    .bind(&passkey.id)
    .bind(&passkey.account_id)
    .bind(&passkey.credential_id)
    .bind(&passkey.name)
    .bind(&passkey.credential)
    .bind(i64::from(passkey.counter))
    .bind(passkey.created_at.0)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether an account has any.
pub async fn any(read: &mut Read, account_id: &str) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM passkey WHERE account_id = $1 LIMIT 1");
    Ok(row.bind(account_id).fetch_optional(read.conn()).await?.is_some())
}

/// All of an account, oldest first.
pub async fn of(read: &mut Read, account_id: &str) -> Result<Vec<PasskeyRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, account_id, credential_id, name, credential, counter, created_at, last_used_at FROM passkey \
         WHERE account_id = $1 ORDER BY created_at, id",
    );
    rows.bind(account_id)
        .fetch_all(read.conn())
        .await?
        .iter()
        .map(passkey)
        .collect()
}

/// The one with this id, if it is this account's: the account is part of the condition so that nobody touches
/// another's.
pub async fn get(read: &mut Read, account_id: &str, id: &str) -> Result<Option<PasskeyRow>, StoreError> {
    let row = sqlx::query(
        "SELECT id, account_id, credential_id, name, credential, counter, created_at, last_used_at FROM passkey \
         WHERE id = $1 AND account_id = $2",
    );
    let row = row.bind(id).bind(account_id).fetch_optional(read.conn()).await?;
    row.as_ref().map(passkey).transpose()
}

/// The one that the authenticator calls this.
pub async fn by_credential(read: &mut Read, credential_id: &[u8]) -> Result<Option<PasskeyRow>, StoreError> {
    let row = sqlx::query(
        "SELECT id, account_id, credential_id, name, credential, counter, created_at, last_used_at FROM passkey \
         WHERE credential_id = $1",
    );
    let row = row.bind(credential_id).fetch_optional(read.conn()).await?;
    row.as_ref().map(passkey).transpose()
}

/// Writes that it signed somebody in. `false` if it is gone or its counter does not move on: then a copy of it answered,
/// or the same answer came twice. A counter of 0 is one that is not kept.
pub async fn used(tx: &mut Tx, id: &str, counter: u32, credential: &str, now: Time) -> Result<bool, StoreError> {
    // The counter is compared by the statement that writes it, so that of two answers at once one is refused.
    let done = sqlx::query(
        "UPDATE passkey SET counter = $2, credential = $3, last_used_at = $4 \
         WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))",
    );
    let done = done.bind(id).bind(i64::from(counter)).bind(credential).bind(now.0);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Gives it another name; `false` if this account has none with this id.
pub async fn rename(tx: &mut Tx, account_id: &str, id: &str, name: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE passkey SET name = $3 WHERE id = $1 AND account_id = $2");
    let done = done.bind(id).bind(account_id).bind(name).execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}

/// Removes it; `false` if this account has none with this id.
pub async fn delete(tx: &mut Tx, account_id: &str, id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM passkey WHERE id = $1 AND account_id = $2");
    Ok(done.bind(id).bind(account_id).execute(tx.conn()).await?.rows_affected() > 0)
}
