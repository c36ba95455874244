//! Invitations that wait, under the hash of the token of their mailed link.

use activity::{Named, Time};
use sqlx::any::AnyRow;

use super::{GroupRole, role};
use crate::page::Walk;
use crate::row::{number, text, time};
use crate::sql::Sql;
use crate::{PageFrom, Read, StoreError, Tx};

/// One invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    /// `inv_…`
    pub id: String,
    /// The group, as it is named now.
    pub group: Named,
    /// The address it was sent to, as it was typed.
    pub email: String,
    /// NFKC, lower case.
    pub email_key: String,
    /// What whoever accepts it becomes.
    pub role: GroupRole,
    /// Who sent it, by id.
    pub invited_by: String,
    /// Who sent it, as they were named then.
    pub invited_by_name: String,
    /// When it was sent.
    pub created_at: Time,
    /// From when it is refused.
    pub expires_at: Time,
}

fn invitation(row: &AnyRow) -> Result<InvitationRow, StoreError> {
    Ok(InvitationRow {
        id: text(row, "id")?,
        group: Named {
            id: text(row, "group_id")?,
            name: text(row, "group_name")?,
        },
        email: text(row, "email")?,
        email_key: text(row, "email_key")?,
        role: role(row, "role")?,
        invited_by: text(row, "invited_by")?,
        invited_by_name: text(row, "invited_by_name")?,
        created_at: time(row, "created_at")?,
        expires_at: time(row, "expires_at")?,
    })
}

/// Inserts an invitation; `false` if that address is invited to that group already.
pub async fn insert(tx: &mut Tx, invitation: &InvitationRow, token_hash: &[u8]) -> Result<bool, StoreError> {
    let one = sqlx::query(
        "INSERT INTO group_invitation (id, group_id, email, email_key, role, token_hash, invited_by, invited_by_name, \
         created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (group_id, email_key) DO NOTHING",
    );
    let done = one
        .bind(&invitation.id)
        .bind(&invitation.group.id)
        .bind(&invitation.email)
        .bind(&invitation.email_key)
        .bind(invitation.role.code())
        .bind(token_hash)
        .bind(&invitation.invited_by)
        .bind(&invitation.invited_by_name)
        .bind(invitation.created_at.0)
        .bind(invitation.expires_at.0)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

/// The invitation with this id, expired or not.
pub async fn get(read: &mut Read, id: &str) -> Result<Option<InvitationRow>, StoreError> {
    let row = sqlx::query(
        "SELECT i.id, i.group_id, g.name AS group_name, i.email, i.email_key, i.role, i.invited_by, \
         i.invited_by_name, i.created_at, i.expires_at FROM group_invitation i \
         JOIN user_group g ON g.id = i.group_id WHERE i.id = $1",
    );
    let row = row.bind(id).fetch_optional(read.conn()).await?;
    row.as_ref().map(invitation).transpose()
}

/// The invitation whose mailed link has this token, expired or not.
pub async fn by_token(read: &mut Read, token_hash: &[u8]) -> Result<Option<InvitationRow>, StoreError> {
    let row = sqlx::query(
        "SELECT i.id, i.group_id, g.name AS group_name, i.email, i.email_key, i.role, i.invited_by, \
         i.invited_by_name, i.created_at, i.expires_at FROM group_invitation i \
         JOIN user_group g ON g.id = i.group_id WHERE i.token_hash = $1",
    );
    let row = row.bind(token_hash).fetch_optional(read.conn()).await?;
    row.as_ref().map(invitation).transpose()
}

/// Uses an invitation up; `false` if it has expired or somebody used or deleted it meanwhile.
pub async fn take(tx: &mut Tx, id: &str, now: Time) -> Result<bool, StoreError> {
    // Guarantee: an invitation is used once. Of several deletes at once, one finds the row.
    let done = sqlx::query("DELETE FROM group_invitation WHERE id = $1 AND expires_at > $2");
    Ok(done.bind(id).bind(now.0).execute(tx.conn()).await?.rows_affected() > 0)
}

/// Gives an invitation, expired or not, another token, sender and time; `false` if it is gone.
pub async fn renew(tx: &mut Tx, invitation: &InvitationRow, token_hash: &[u8]) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE group_invitation SET token_hash = $2, invited_by = $3, invited_by_name = $4, created_at = $5, \
         expires_at = $6 WHERE id = $1",
    );
    let done = done
        .bind(&invitation.id)
        .bind(token_hash)
        .bind(&invitation.invited_by)
        .bind(&invitation.invited_by_name)
        .bind(invitation.created_at.0)
        .bind(invitation.expires_at.0);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Deletes an invitation, expired or not; `false` if it is gone.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM group_invitation WHERE id = $1").bind(id);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Removes those of a group that have expired: who is invited again gets a new one.
pub async fn delete_expired(tx: &mut Tx, group_id: &str, now: Time) -> Result<(), StoreError> {
    let done = sqlx::query("DELETE FROM group_invitation WHERE group_id = $1 AND expires_at <= $2");
    done.bind(group_id).bind(now.0).execute(tx.conn()).await?;
    Ok(())
}

/// Removes those of every group that expired before `before`: nobody looks at them any more.
pub async fn delete_forgotten(tx: &mut Tx, before: Time) -> Result<(), StoreError> {
    let done = sqlx::query("DELETE FROM group_invitation WHERE expires_at <= $1");
    done.bind(before.0).execute(tx.conn()).await?;
    Ok(())
}

/// Those to a group that had not expired at `since`, newest first, from the one with this time and id.
pub async fn of_group(
    read: &mut Read,
    group_id: &str,
    since: Time,
    from: &PageFrom<(i64, &str)>,
    limit: u32,
) -> Result<Vec<InvitationRow>, StoreError> {
    newest(read, "i.group_id = ", group_id, since, from, limit).await
}

/// Those to an address that have not expired, newest first, from the one with this time and id.
pub async fn to_address(
    read: &mut Read,
    email_key: &str,
    now: Time,
    from: &PageFrom<(i64, &str)>,
    limit: u32,
) -> Result<Vec<InvitationRow>, StoreError> {
    newest(read, "i.email_key = ", email_key, now, from, limit).await
}

async fn newest(
    read: &mut Read,
    column: &'static str,
    value: &str,
    since: Time,
    from: &PageFrom<(i64, &str)>,
    limit: u32,
) -> Result<Vec<InvitationRow>, StoreError> {
    let Walk { sign, direction } = from.walk(true);
    let mut sql = Sql::default();
    sql.text(
        "SELECT i.id, i.group_id, g.name AS group_name, i.email, i.email_key, i.role, i.invited_by, \
         i.invited_by_name, i.created_at, i.expires_at FROM group_invitation i \
         JOIN user_group g ON g.id = i.group_id WHERE ",
    );
    sql.text(column);
    sql.bind(value);
    sql.text(" AND i.expires_at > ");
    sql.bind(since.0);
    if let Some((at, id)) = from.key() {
        sql.past("i.created_at, i.id", sign, *at, id);
    }
    sql.text(&format!(" ORDER BY i.created_at {direction}, i.id {direction} LIMIT "));
    sql.bind(i64::from(limit));
    sql.fetch_all(read).await?.iter().map(invitation).collect()
}

/// Whether the account with this e-mail address is a member of the group.
pub async fn is_member(read: &mut Read, group_id: &str, email_key: &str) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT m.role FROM account a JOIN group_member m ON m.account_id = a.id \
         WHERE a.email_key = $2 AND m.group_id = $1",
    );
    Ok(row
        .bind(group_id)
        .bind(email_key)
        .fetch_optional(read.conn())
        .await?
        .is_some())
}

/// Counts `n` more sent by an account on this day and returns how many those are now; earlier days are forgotten.
pub async fn count_sent(tx: &mut Tx, account_id: &str, day: i64, n: u32) -> Result<u64, StoreError> {
    let old = sqlx::query("DELETE FROM group_invitations_sent WHERE account_id = $1 AND day < $2");
    old.bind(account_id).bind(day).execute(tx.conn()).await?;
    let row = sqlx::query(
        "INSERT INTO group_invitations_sent (account_id, day, n) VALUES ($1, $2, $3) \
         ON CONFLICT (account_id, day) DO UPDATE SET n = group_invitations_sent.n + excluded.n RETURNING n",
    );
    let row = row
        .bind(account_id)
        .bind(day)
        .bind(i64::from(n))
        .fetch_one(tx.conn())
        .await?;
    number(&row, "n")
}
