//! Keys of programs, under the hash of their token.

use activity::Time;
use sqlx::any::AnyRow;

use crate::row::{flag, maybe_text, maybe_time, text, time};
use crate::{Read, StoreError, Tx};

/// One key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyRow {
    /// `key_…`
    pub id: String,
    /// The account it acts as.
    pub account_id: String,
    /// What uses it.
    pub name: String,
    /// The first characters of the key.
    pub hint: String,
    /// May record activities.
    pub can_write: bool,
    /// May read activities.
    pub can_read: bool,
    /// May export.
    pub can_export: bool,
    /// May manage users and settings.
    pub can_admin: bool,
    /// Whether what it reports may name accounts, groups and sessions of this installation.
    pub names_accounts: bool,
    /// The mapping by which what it sends is read where a request names none.
    pub mapping: Option<String>,
    /// The account that created it.
    pub created_by: String,
    /// When it was created.
    pub created_at: Time,
    /// When it was last used, to a few minutes.
    pub last_used_at: Option<Time>,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

fn api_key(row: &AnyRow) -> Result<ApiKeyRow, StoreError> {
    Ok(ApiKeyRow {
        id: text(row, "id")?,
        account_id: text(row, "account_id")?,
        name: text(row, "name")?,
        hint: text(row, "hint")?,
        can_write: flag(row, "can_write")?,
        can_read: flag(row, "can_read")?,
        can_export: flag(row, "can_export")?,
        can_admin: flag(row, "can_admin")?,
        names_accounts: flag(row, "names_accounts")?,
        mapping: maybe_text(row, "mapping")?,
        created_by: text(row, "created_by")?,
        created_at: time(row, "created_at")?,
        last_used_at: maybe_time(row, "last_used_at")?,
        revoked_at: maybe_time(row, "revoked_at")?,
    })
}

/// Inserts one under the hash of its token.
pub async fn insert(tx: &mut Tx, key: &ApiKeyRow, token_hash: &[u8]) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO api_key (id, account_id, name, token_hash, hint, can_write, can_read, can_export, can_admin, \
         names_accounts, mapping, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(&key.id)
    .bind(&key.account_id)
    .bind(&key.name)
    .bind(token_hash)
    .bind(&key.hint)
    .bind(i64::from(key.can_write))
    .bind(i64::from(key.can_read))
    .bind(i64::from(key.can_export))
    .bind(i64::from(key.can_admin))
    .bind(i64::from(key.names_accounts))
    .bind(key.mapping.as_deref())
    .bind(&key.created_by)
    .bind(key.created_at.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The key with this token that is not revoked.
pub async fn by_token(read: &mut Read, token_hash: &[u8]) -> Result<Option<ApiKeyRow>, StoreError> {
    let row = sqlx::query(
        "SELECT id, account_id, name, hint, can_write, can_read, can_export, can_admin, names_accounts, mapping, created_by, \
         created_at, last_used_at, revoked_at FROM api_key WHERE token_hash = $1 AND revoked_at IS NULL",
    );
    row.bind(token_hash)
        .fetch_optional(read.conn())
        .await?
        .as_ref()
        .map(api_key)
        .transpose()
}

/// The key with this id.
pub async fn get(read: &mut Read, id: &str) -> Result<Option<ApiKeyRow>, StoreError> {
    let row = sqlx::query(
        "SELECT id, account_id, name, hint, can_write, can_read, can_export, can_admin, names_accounts, mapping, created_by, \
         created_at, last_used_at, revoked_at FROM api_key WHERE id = $1",
    );
    row.bind(id)
        .fetch_optional(read.conn())
        .await?
        .as_ref()
        .map(api_key)
        .transpose()
}

/// The newest keys, at most a thousand.
pub async fn newest(read: &mut Read) -> Result<Vec<ApiKeyRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, account_id, name, hint, can_write, can_read, can_export, can_admin, names_accounts, mapping, created_by, \
         created_at, last_used_at, revoked_at FROM api_key ORDER BY created_at DESC, id DESC LIMIT 1000",
    );
    rows.fetch_all(read.conn()).await?.iter().map(api_key).collect()
}

/// Writes when it was last used.
pub async fn used(tx: &mut Tx, id: &str, now: Time) -> Result<(), StoreError> {
    sqlx::query("UPDATE api_key SET last_used_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Revokes it; `false` if it was so already.
pub async fn revoke(tx: &mut Tx, id: &str, now: Time) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL");
    Ok(done.bind(id).bind(now.0).execute(tx.conn()).await?.rows_affected() > 0)
}
