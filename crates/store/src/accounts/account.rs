//! Accounts: reading one, creating, and changing single columns. Owns no attempts (`attempt`) and no paging (`list`).

use activity::{Person, Time};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Dialect, Read, StoreError, Tx};

use crate::row::{flag, maybe_text, maybe_time, number, text, time};

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// `usr_…`
    pub id: String,
    /// Given name; may be empty.
    pub given_name: String,
    /// Family name; may be empty.
    pub family_name: String,
    /// Log-in name as it was typed.
    pub username: String,
    /// E-mail address as it was typed.
    pub email: String,
    /// IANA name of the person's time zone.
    pub time_zone: String,
    /// PHC string; `None` until the account is activated.
    pub password_hash: Option<String>,
    /// Whether the account may log in.
    pub login_enabled: bool,
    /// Manages users, reads every log.
    pub is_administrator: bool,
    /// Reads every log.
    pub is_auditor: bool,
    /// Only programs use it, with API keys.
    pub is_service: bool,
    /// When it was created.
    pub created_at: Time,
    /// When its activation link was used.
    pub activated_at: Option<Time>,
    /// The latest successful log-in.
    pub last_login_at: Option<Time>,
    /// Whether the latest attempt failed.
    pub last_attempt_failed: bool,
    /// Failed attempts from anywhere but a known device since the last success.
    pub failures: u64,
    /// Until when attempts from anywhere but a known device are refused; may have passed.
    pub locked_until: Option<Time>,
    /// Greater after every edit of what administrators and its owner set.
    pub version: i64,
}

impl AccountRow {
    /// The account as activities name it.
    #[must_use]
    pub fn person(&self) -> Person {
        let name = [self.given_name.as_str(), self.family_name.as_str()].join(" ");
        Person {
            id: self.id.clone(),
            name: name.trim().to_owned(),
            username: self.username.clone(),
            email: self.email.clone(),
        }
    }
}

/// An account's columns by which it is found, unique and ordered: NFKC, lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountKeys {
    /// Of the full name: folded without accents, for it need not be unique.
    pub name: String,
    /// Of the username.
    pub username: String,
    /// What the username looks like in small letters: two that look alike are one.
    pub username_skeleton: String,
    /// What it looks like as it was typed, where a capital I passes for a small l. Asked, not kept.
    pub username_shown: String,
    /// Of the e-mail address.
    pub email: String,
}

pub(crate) const COLUMNS: &str = "a.id, a.given_name, a.family_name, a.username, a.email, a.time_zone, a.password_hash, \
     a.login_enabled, a.is_administrator, a.is_auditor, a.is_service, a.created_at, a.activated_at, a.last_login_at, \
     a.last_attempt_failed, a.failures, a.locked_until, a.version";

pub(crate) fn account(row: &AnyRow) -> Result<AccountRow, StoreError> {
    Ok(AccountRow {
        id: text(row, "id")?,
        given_name: text(row, "given_name")?,
        family_name: text(row, "family_name")?,
        username: text(row, "username")?,
        email: text(row, "email")?,
        time_zone: text(row, "time_zone")?,
        password_hash: maybe_text(row, "password_hash")?,
        login_enabled: flag(row, "login_enabled")?,
        is_administrator: flag(row, "is_administrator")?,
        is_auditor: flag(row, "is_auditor")?,
        is_service: flag(row, "is_service")?,
        created_at: time(row, "created_at")?,
        activated_at: maybe_time(row, "activated_at")?,
        last_login_at: maybe_time(row, "last_login_at")?,
        last_attempt_failed: flag(row, "last_attempt_failed")?,
        failures: number(row, "failures")?,
        locked_until: maybe_time(row, "locked_until")?,
        version: row.try_get("version")?,
    })
}

const BY_ID: &str = "SELECT a.id, a.given_name, a.family_name, a.username, a.email, a.time_zone, a.password_hash, \
     a.login_enabled, a.is_administrator, a.is_auditor, a.is_service, a.created_at, a.activated_at, a.last_login_at, \
     a.last_attempt_failed, a.failures, a.locked_until, a.version FROM account a WHERE a.id = $1";

/// The account with this id.
pub async fn get(read: &mut Read, id: &str) -> Result<Option<AccountRow>, StoreError> {
    let row = sqlx::query(BY_ID).bind(id).fetch_optional(read.conn()).await?;
    row.as_ref().map(account).transpose()
}

/// The account whose username or e-mail address has this key; a username goes first.
pub async fn by_login(read: &mut Read, key: &str) -> Result<Option<AccountRow>, StoreError> {
    // Two look-ups by unique index, always both, so that a username and an e-mail address cost the same.
    let by_username = sqlx::query("SELECT id FROM account WHERE username_key = $1").bind(key);
    let by_username = by_username.fetch_optional(read.conn()).await?;
    let by_email = sqlx::query("SELECT id FROM account WHERE email_key = $1").bind(key);
    let by_email = by_email.fetch_optional(read.conn()).await?;
    match by_username.or(by_email) {
        Some(row) => get(read, &row.try_get::<String, _>("id")?).await,
        None => Ok(None),
    }
}

/// Whether another account than `id` has this username key, or one that looks like it, or this e-mail key, in that
/// order. A username may not be another's e-mail address either, since both are typed into the same field. Who keeps
/// their username is not asked what it looks like.
pub async fn taken(read: &mut Read, id: &str, keys: &AccountKeys) -> Result<(bool, bool), StoreError> {
    let count = "SELECT COUNT(*) AS n FROM account WHERE id <> $1 AND (username_key = $2 OR email_key = $2)";
    let alike = "SELECT COUNT(*) AS n FROM account WHERE id <> $1 AND (username_key = $2 OR email_key = $2 \
         OR (username_skeleton IN ($3, $4) \
             AND NOT EXISTS (SELECT 1 FROM account AS own WHERE own.id = $1 AND own.username_key = $2)))";
    let username = sqlx::query(alike)
        .bind(id)
        .bind(&keys.username)
        .bind(&keys.username_skeleton)
        .bind(&keys.username_shown)
        .fetch_one(read.conn())
        .await?;
    let email = sqlx::query(count)
        .bind(id)
        .bind(&keys.email)
        .fetch_one(read.conn())
        .await?;
    Ok((number(&username, "n")? > 0, number(&email, "n")? > 0))
}

/// Inserts a new account; attempts, log-ins and activation start empty whatever `account` says.
pub async fn insert(tx: &mut Tx, account: &AccountRow, keys: &AccountKeys) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO account (id, given_name, family_name, username, email, name_key, username_key, email_key, \
         username_skeleton, time_zone, login_enabled, is_administrator, is_auditor, is_service, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(&account.id)
    .bind(&account.given_name)
    .bind(&account.family_name)
    .bind(&account.username)
    .bind(&account.email)
    .bind(&keys.name)
    .bind(&keys.username)
    .bind(&keys.email)
    .bind(&keys.username_skeleton)
    .bind(&account.time_zone)
    .bind(i64::from(account.login_enabled))
    .bind(i64::from(account.is_administrator))
    .bind(i64::from(account.is_auditor))
    .bind(i64::from(account.is_service))
    .bind(account.created_at.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Sets the names, username, e-mail address and time zone of `account.id` to what `account` says.
pub async fn set_profile(tx: &mut Tx, account: &AccountRow, keys: &AccountKeys) -> Result<(), StoreError> {
    // Who keeps their username keeps what it has: nothing, if it looked like another's before that was asked.
    sqlx::query(
        "UPDATE account SET given_name = $2, family_name = $3, username = $4, email = $5, name_key = $6, \
         username_key = $7, email_key = $8, time_zone = $9, version = version + 1, \
         username_skeleton = CASE WHEN username_key = $7 THEN username_skeleton ELSE $10 END WHERE id = $1",
    )
    .bind(&account.id)
    .bind(&account.given_name)
    .bind(&account.family_name)
    .bind(&account.username)
    .bind(&account.email)
    .bind(&keys.name)
    .bind(&keys.username)
    .bind(&keys.email)
    .bind(&account.time_zone)
    .bind(&keys.username_skeleton)
    .execute(tx.conn())
    .await?;
    crate::renamed::follow(tx, &account.id, &keys.name).await
}

/// The same where the names stay: sets the e-mail address and the time zone.
pub async fn set_email_and_zone(tx: &mut Tx, account: &AccountRow, keys: &AccountKeys) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE account SET email = $2, email_key = $3, time_zone = $4, version = version + 1 WHERE id = $1",
    );
    done.bind(&account.id)
        .bind(&account.email)
        .bind(&keys.email)
        .bind(&account.time_zone)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Makes this an edit of the account as it was at `version`, or of whatever it is now; `false` if it is another by now.
pub async fn edit(tx: &mut Tx, id: &str, version: Option<i64>) -> Result<bool, StoreError> {
    // The version in the statement itself: of two edits of what both have read, one is done.
    let done = match version {
        Some(version) => sqlx::query("UPDATE account SET version = version + 1 WHERE id = $1 AND version = $2")
            .bind(id)
            .bind(version),
        None => sqlx::query("UPDATE account SET version = version + 1 WHERE id = $1").bind(id),
    };
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Waits for what is changing this account, and lets no other change of it pass until the transaction ends: for
/// conditions over several tables, which no single statement can hold.
pub async fn hold(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE account SET version = version WHERE id = $1").bind(id);
    done.execute(tx.conn()).await?;
    Ok(())
}

/// Allows or forbids logging in; `false` if it was so already.
pub async fn set_login_enabled(tx: &mut Tx, id: &str, enabled: bool) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE account SET login_enabled = $2, version = version + 1 WHERE id = $1 AND login_enabled <> $2",
    );
    Ok(done
        .bind(id)
        .bind(i64::from(enabled))
        .execute(tx.conn())
        .await?
        .rows_affected()
        > 0)
}

/// Makes it a service account or a person's again; `false` if it was so already.
pub async fn set_service(tx: &mut Tx, id: &str, service: bool) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE account SET is_service = $2, version = version + 1 WHERE id = $1 AND is_service <> $2");
    Ok(done
        .bind(id)
        .bind(i64::from(service))
        .execute(tx.conn())
        .await?
        .rows_affected()
        > 0)
}

/// Sets both roles.
pub async fn set_roles(tx: &mut Tx, id: &str, administrator: bool, auditor: bool) -> Result<(), StoreError> {
    let done = "UPDATE account SET is_administrator = $2, is_auditor = $3, version = version + 1 WHERE id = $1";
    sqlx::query(done)
        .bind(id)
        .bind(i64::from(administrator))
        .bind(i64::from(auditor))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How many administrators there are that may log in.
pub async fn administrators(read: &mut Read) -> Result<u64, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS n FROM account WHERE is_administrator = 1 AND login_enabled = 1 AND is_service = 0",
    );
    number(&row.fetch_one(read.conn()).await?, "n")
}

/// How many accounts other than `id` are administrators that may log in. All of them stay locked until the
/// transaction ends, so that two changes at once cannot remove the last two.
pub async fn other_administrators(tx: &mut Tx, id: &str) -> Result<u64, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT id FROM account WHERE is_administrator = 1 AND login_enabled = 1 AND is_service = 0",
        Dialect::Postgres => {
            "SELECT id FROM account WHERE is_administrator = 1 AND login_enabled = 1 AND is_service = 0 \
             ORDER BY id FOR UPDATE"
        }
    };
    let mut others = 0;
    for row in sqlx::query(sql).fetch_all(tx.conn()).await? {
        others += u64::from(text(&row, "id")? != id);
    }
    Ok(others)
}

/// Sets the password; attempts are cleared, and an account that was not active becomes so.
pub async fn set_password(tx: &mut Tx, id: &str, hash: &str, now: Time) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE account SET password_hash = $2, password_changed_at = $3 WHERE id = $1");
    done.bind(id).bind(hash).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}

/// Replaces the stored hash of an unchanged password by one with today's cost.
pub async fn rehash(tx: &mut Tx, id: &str, old: &str, new: &str) -> Result<(), StoreError> {
    // Only over the hash that was verified: a password changed meanwhile stays.
    let done = sqlx::query("UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2");
    done.bind(id).bind(old).bind(new).execute(tx.conn()).await?;
    Ok(())
}

/// Marks the activation link as used, the first time.
pub async fn set_activated(tx: &mut Tx, id: &str, now: Time) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE account SET activated_at = $2 WHERE id = $1 AND activated_at IS NULL");
    done.bind(id).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}

/// Writes a successful log-in.
pub async fn set_logged_in(tx: &mut Tx, id: &str, now: Time) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE account SET last_login_at = $2, last_attempt_failed = 0 WHERE id = $1");
    done.bind(id).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}

/// Writes a failed attempt to log in.
pub async fn set_attempt_failed(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE account SET last_attempt_failed = 1 WHERE id = $1")
        .bind(id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether there is any account at all.
pub async fn any(read: &mut Read) -> Result<bool, StoreError> {
    Ok(sqlx::query("SELECT id FROM account LIMIT 1")
        .fetch_optional(read.conn())
        .await?
        .is_some())
}
