//! Members of groups. Owns no paging (`list`); its statements keep every group that has an owner from losing the last.

use activity::Time;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::{GroupRole, role};
use crate::row::{text, time};
use crate::sql::in_shapes;
use crate::{Read, StoreError, Tx};

/// One membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// The group.
    pub group_id: String,
    /// The account.
    pub account_id: String,
    /// What it is in the group.
    pub role: GroupRole,
    /// Since when.
    pub joined_at: Time,
    /// Counts the changes of the role.
    pub version: i64,
}

pub(super) fn member(row: &AnyRow) -> Result<MemberRow, StoreError> {
    Ok(MemberRow {
        group_id: text(row, "group_id")?,
        account_id: text(row, "account_id")?,
        role: role(row, "role")?,
        joined_at: time(row, "joined_at")?,
        version: row.try_get("member_version")?,
    })
}

/// The membership of this account in this group.
pub async fn get(read: &mut Read, group_id: &str, account_id: &str) -> Result<Option<MemberRow>, StoreError> {
    let row = sqlx::query(
        "SELECT m.group_id, m.account_id, m.role, m.joined_at, m.version AS member_version FROM group_member m \
         WHERE m.group_id = $1 AND m.account_id = $2",
    );
    let row = row.bind(group_id).bind(account_id).fetch_optional(read.conn()).await?;
    row.as_ref().map(member).transpose()
}

/// What this account is in this group itself, whatever it is in the group above.
pub async fn role_of(read: &mut Read, group_id: &str, account_id: &str) -> Result<Option<GroupRole>, StoreError> {
    Ok(get(read, group_id, account_id).await?.map(|member| member.role))
}

/// Makes the account a member; `false` if it is one already.
pub async fn insert(tx: &mut Tx, member: &MemberRow) -> Result<bool, StoreError> {
    Ok(insert_all(tx, std::slice::from_ref(member)).await? > 0)
}

/// Makes accounts members, many in one statement; how many were none yet.
pub async fn insert_all(tx: &mut Tx, members: &[MemberRow]) -> Result<u64, StoreError> {
    let mut inserted = 0;
    for chunk in in_shapes(members) {
        let row = |at: usize| {
            let [group, account, role, joined] = [1, 2, 3, 4].map(|column| at * 4 + column);
            format!(
                "SELECT CAST(${group} AS TEXT) AS group_id, CAST(${account} AS TEXT) AS account_id, \
                 CAST(${role} AS TEXT) AS role, CAST(${joined} AS BIGINT) AS joined_at"
            )
        };
        let given: Vec<String> = (0..chunk.len()).map(row).collect();
        let sql = format!(
            "INSERT INTO group_member (group_id, account_id, role, joined_at, name_key) \
             SELECT m.group_id, a.id, m.role, m.joined_at, a.name_key FROM ({}) m \
             JOIN account a ON a.id = m.account_id WHERE 1 = 1 ON CONFLICT DO NOTHING",
            given.join(" UNION ALL ")
        );
        let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, member| {
            query
                .bind(&member.group_id)
                .bind(&member.account_id)
                .bind(member.role.code())
                .bind(member.joined_at.0)
        });
        inserted += query.execute(tx.conn()).await?.rows_affected();
    }
    Ok(inserted)
}

/// Sets the role, if the membership still has the version that `member` has; `false` otherwise, or if no owner would
/// be left.
pub async fn set_role(tx: &mut Tx, member: &MemberRow, role: GroupRole) -> Result<bool, StoreError> {
    // Guarantee: the last owner stays one. The group is locked, so the other owner is still there at commit.
    let done = sqlx::query(
        "UPDATE group_member SET role = $4, version = version + 1 \
         WHERE group_id = $1 AND account_id = $2 AND version = $3 AND ($4 = 'owner' OR role <> 'owner' OR EXISTS \
         (SELECT 1 FROM group_member o WHERE o.group_id = $1 AND o.role = 'owner' AND o.role <> 'member' \
          AND o.account_id <> $2))",
    );
    let done = done
        .bind(&member.group_id)
        .bind(&member.account_id)
        .bind(member.version)
        .bind(role.code())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends the membership, and with it the default group; `false` if there is none, or if no owner would be left.
pub async fn delete(tx: &mut Tx, group_id: &str, account_id: &str) -> Result<bool, StoreError> {
    // Guarantee: the last owner stays. The group is locked, so the other owner is still there at commit.
    let done = sqlx::query(
        "DELETE FROM group_member WHERE group_id = $1 AND account_id = $2 AND (role <> 'owner' OR EXISTS \
         (SELECT 1 FROM group_member o WHERE o.group_id = $1 AND o.role = 'owner' AND o.role <> 'member' \
          AND o.account_id <> $2))",
    );
    let done = done.bind(group_id).bind(account_id).execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}

/// How many members a group has.
pub async fn count(read: &mut Read, group_id: &str) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS n FROM group_member WHERE group_id = $1");
    crate::row::number(&row.bind(group_id).fetch_one(read.conn()).await?, "n")
}
