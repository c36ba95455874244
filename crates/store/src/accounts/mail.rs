//! Mails waiting, sent, given up, or kept for the outbox page.

use activity::Time;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::page::Walk;
use crate::row::{maybe_text, maybe_time, number, text, time};
use crate::sql::Sql;
use crate::{PageFrom, Read, StoreError, Tx};

/// One mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRow {
    /// `mail_…`, in order of creation.
    pub id: String,
    /// The account it is about.
    pub account_id: Option<String>,
    /// The address it goes to.
    pub recipient: String,
    /// What sort of mail, such as `activation`.
    pub kind: String,
    /// Subject line.
    pub subject: String,
    /// The text, wrapped; `None` once sent, given up, or what is secret in it has expired.
    pub sealed_body: Option<Vec<u8>>,
    /// From when on the link or code in it is worth nothing; `None` where there is none.
    pub expires_at: Option<Time>,
    /// `queued`, `sent`, `failed` or `outbox`.
    pub state: String,
    /// Tries so far.
    pub attempts: u64,
    /// When it is tried next.
    pub next_attempt_at: Time,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Time,
    /// When it was sent or given up.
    pub finished_at: Option<Time>,
}

fn mail(row: &AnyRow) -> Result<MailRow, StoreError> {
    Ok(MailRow {
        id: text(row, "id")?,
        account_id: maybe_text(row, "account_id")?,
        recipient: text(row, "recipient")?,
        kind: text(row, "kind")?,
        subject: text(row, "subject")?,
        sealed_body: row.try_get("sealed_body")?,
        expires_at: maybe_time(row, "expires_at")?,
        state: text(row, "state")?,
        attempts: number(row, "attempts")?,
        next_attempt_at: time(row, "next_attempt_at")?,
        last_error: maybe_text(row, "last_error")?,
        created_at: time(row, "created_at")?,
        finished_at: maybe_time(row, "finished_at")?,
    })
}

/// Inserts a mail in the state it has.
pub async fn insert(tx: &mut Tx, mail: &MailRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO mail (id, account_id, recipient, kind, subject, sealed_body, state, next_attempt_at, created_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&mail.id)
    .bind(&mail.account_id)
    .bind(&mail.recipient)
    .bind(&mail.kind)
    .bind(&mail.subject)
    .bind(&mail.sealed_body)
    .bind(&mail.state)
    .bind(mail.next_attempt_at.0)
    .bind(mail.created_at.0)
    .bind(mail.expires_at.map(|at| at.0))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The oldest that are due, and those whose secret has expired while they waited.
pub async fn due(read: &mut Read, now: Time, limit: u32) -> Result<Vec<MailRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, account_id, recipient, kind, subject, sealed_body, expires_at, state, attempts, next_attempt_at, \
         last_error, created_at, finished_at FROM mail WHERE state = 'queued' \
         AND (next_attempt_at <= $1 OR expires_at <= $1) ORDER BY next_attempt_at, id LIMIT $2",
    );
    rows.bind(now.0)
        .bind(i64::from(limit))
        .fetch_all(read.conn())
        .await?
        .iter()
        .map(mail)
        .collect()
}

/// Marks it sent and forgets its text.
pub async fn sent(tx: &mut Tx, id: &str, now: Time) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE mail SET state = 'sent', sealed_body = NULL, attempts = attempts + 1, last_error = NULL, finished_at = $2 \
         WHERE id = $1",
    );
    done.bind(id).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}

/// Writes a failed try, and when the next one is.
pub async fn retry(tx: &mut Tx, id: &str, error: &str, next: Time) -> Result<(), StoreError> {
    let done =
        sqlx::query("UPDATE mail SET attempts = attempts + 1, last_error = $2, next_attempt_at = $3 WHERE id = $1");
    done.bind(id).bind(error).bind(next.0).execute(tx.conn()).await?;
    Ok(())
}

/// Gives it up.
pub async fn give_up(tx: &mut Tx, id: &str, error: &str, now: Time) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE mail SET state = 'failed', sealed_body = NULL, attempts = attempts + 1, last_error = $2, finished_at = $3 \
         WHERE id = $1",
    );
    done.bind(id).bind(error).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}

/// Up to `limit` mails, newest first, from the one with this time and id.
pub async fn newest(read: &mut Read, from: &PageFrom<(Time, &str)>, limit: u32) -> Result<Vec<MailRow>, StoreError> {
    let Walk { sign, direction } = from.walk(true);
    let mut sql = Sql::default();
    sql.text(
        "SELECT id, account_id, recipient, kind, subject, sealed_body, expires_at, state, attempts, next_attempt_at, \
         last_error, created_at, finished_at FROM mail WHERE 1 = 1",
    );
    if let Some((at, id)) = from.key() {
        sql.past("created_at, id", sign, at.0, id);
    }
    sql.text(&format!(" ORDER BY created_at {direction}, id {direction} LIMIT "));
    sql.bind(i64::from(limit));
    sql.fetch_all(read).await?.iter().map(mail).collect()
}

/// Forgets the texts of kept mails whose secret has expired. Those in the queue are given up by whoever sends them.
pub async fn forget_expired(tx: &mut Tx, now: Time) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE mail SET sealed_body = NULL WHERE sealed_body IS NOT NULL AND state = 'outbox' AND expires_at <= $1",
    );
    Ok(done.bind(now.0).execute(tx.conn()).await?.rows_affected())
}

/// Removes those written before `before` that wait for nothing.
pub async fn delete_old(tx: &mut Tx, before: Time) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM mail WHERE created_at < $1 AND state <> 'queued'").bind(before.0);
    Ok(done.execute(tx.conn()).await?.rows_affected())
}

/// The mail with this id.
pub async fn get(read: &mut Read, id: &str) -> Result<Option<MailRow>, StoreError> {
    let row = sqlx::query(
        "SELECT id, account_id, recipient, kind, subject, sealed_body, expires_at, state, attempts, next_attempt_at, \
         last_error, created_at, finished_at FROM mail WHERE id = $1",
    );
    row.bind(id)
        .fetch_optional(read.conn())
        .await?
        .as_ref()
        .map(mail)
        .transpose()
}

/// Makes it due now; a mail kept in the outbox joins the queue. `false` if its text is gone.
pub async fn make_due(tx: &mut Tx, id: &str, now: Time) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE mail SET state = 'queued', next_attempt_at = $2 WHERE id = $1 \
         AND state IN ('queued', 'outbox') AND sealed_body IS NOT NULL",
    );
    Ok(done.bind(id).bind(now.0).execute(tx.conn()).await?.rows_affected() > 0)
}

/// Removes it.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM mail WHERE id = $1")
        .bind(id)
        .execute(tx.conn())
        .await?;
    Ok(())
}
