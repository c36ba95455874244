//! Who is present in a session and should not be any more, and sessions whose group is gone.

use activity::{Person, Time};
use sqlx::any::AnyRow;

use super::presence::person;
use crate::row::text;
use crate::{Read, StoreError};

/// Somebody who is to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaver {
    /// The session.
    pub session_id: String,
    /// Who.
    pub person: Person,
}

fn leavers(rows: &[AnyRow]) -> Result<Vec<Leaver>, StoreError> {
    let one = |row: &AnyRow| {
        Ok(Leaver {
            session_id: text(row, "session_id")?,
            person: person(row)?,
        })
    };
    rows.iter().map(one).collect()
}

/// Those not heard of since `before`, longest silent first.
pub async fn silent(read: &mut Read, before: Time, limit: u32) -> Result<Vec<Leaver>, StoreError> {
    let rows = sqlx::query(
        "SELECT p.session_id, p.account_id, a.given_name, a.family_name, a.username, a.email \
         FROM session_presence p JOIN account a ON a.id = p.account_id \
         WHERE p.last_seen_at < $1 ORDER BY p.last_seen_at LIMIT $2",
    );
    leavers(
        &rows
            .bind(before.0)
            .bind(i64::from(limit))
            .fetch_all(read.conn())
            .await?,
    )
}

/// Those whose account may not log in any more.
pub async fn disabled(read: &mut Read, limit: u32) -> Result<Vec<Leaver>, StoreError> {
    // The sum keeps this a test of those present: there may be many more accounts that are disabled.
    let rows = sqlx::query(
        "SELECT p.session_id, p.account_id, a.given_name, a.family_name, a.username, a.email \
         FROM session_presence p JOIN account a ON a.id = p.account_id WHERE a.login_enabled + 0 = 0 LIMIT $1",
    );
    leavers(&rows.bind(i64::from(limit)).fetch_all(read.conn()).await?)
}

/// Those whose device was logged out.
pub async fn without_device(read: &mut Read, now: Time, limit: u32) -> Result<Vec<Leaver>, StoreError> {
    let rows = sqlx::query(
        "SELECT p.session_id, p.account_id, a.given_name, a.family_name, a.username, a.email \
         FROM session_presence p JOIN account a ON a.id = p.account_id \
         WHERE p.device_id IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM device d WHERE d.id = p.device_id AND d.expires_at > $1) LIMIT $2",
    );
    leavers(&rows.bind(now.0).bind(i64::from(limit)).fetch_all(read.conn()).await?)
}

/// Those who are no longer members of the session's group, nor manage the group above it.
pub async fn not_members(read: &mut Read, limit: u32) -> Result<Vec<Leaver>, StoreError> {
    let rows = sqlx::query(
        "SELECT p.session_id, p.account_id, a.given_name, a.family_name, a.username, a.email \
         FROM session_presence p JOIN account a ON a.id = p.account_id JOIN session s ON s.id = p.session_id \
         WHERE NOT EXISTS (SELECT 1 FROM group_member m WHERE m.group_id = s.group_id AND m.account_id = p.account_id) \
         AND NOT EXISTS (SELECT 1 FROM user_group g JOIN group_member m ON m.group_id = g.parent_id \
         WHERE g.id = s.group_id AND m.account_id = p.account_id AND m.role <> 'member') LIMIT $1",
    );
    leavers(&rows.bind(i64::from(limit)).fetch_all(read.conn()).await?)
}

/// Sessions that have not ended though their group is gone.
pub async fn without_group(read: &mut Read, limit: u32) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query(
        "SELECT s.id FROM session s WHERE s.state IN ('planned', 'running') \
         AND NOT EXISTS (SELECT 1 FROM user_group g WHERE g.id = s.group_id) LIMIT $1",
    );
    let rows = rows.bind(i64::from(limit)).fetch_all(read.conn()).await?;
    rows.iter().map(|row| text(row, "id")).collect()
}
