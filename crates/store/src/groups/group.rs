//! Groups themselves: reading one, creating, editing, deleting. Owns no membership (`member`) and no paging (`list`).

use activity::{Named, Time};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::Dialect;
use crate::row::{flag, maybe_text, text, time};
use crate::{Read, StoreError, Tx};

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    /// `grp_…`
    pub id: String,
    /// The group it is a subgroup of, with its name.
    pub parent: Option<Named>,
    /// Name as it was typed.
    pub name: String,
    /// What it is found and ordered by: folded.
    pub name_key: String,
    /// Whether its members, and those of its subgroups, need a second factor.
    pub requires_second_factor: bool,
    /// Counts its edits.
    pub version: i64,
    /// When it was created.
    pub created_at: Time,
    /// The account that created it.
    pub created_by: String,
}

impl GroupRow {
    /// The group as activities name it.
    #[must_use]
    pub fn named(&self) -> Named {
        Named {
            id: self.id.clone(),
            name: self.name.clone(),
        }
    }
}

pub(crate) const COLUMNS: &str = "g.id, g.parent_id, p.name AS parent_name, g.name, g.name_key, g.requires_second_factor, \
     g.version, g.created_at, g.created_by";

const BY_ID: &str = "SELECT g.id, g.parent_id, p.name AS parent_name, g.name, g.name_key, g.requires_second_factor, \
     g.version, g.created_at, g.created_by FROM user_group g LEFT JOIN user_group p ON p.id = g.parent_id \
     WHERE g.id = $1";

pub(crate) fn group(row: &AnyRow) -> Result<GroupRow, StoreError> {
    let parent = match (maybe_text(row, "parent_id")?, maybe_text(row, "parent_name")?) {
        (Some(id), Some(name)) => Some(Named { id, name }),
        _ => None,
    };
    Ok(GroupRow {
        id: text(row, "id")?,
        parent,
        name: text(row, "name")?,
        name_key: text(row, "name_key")?,
        requires_second_factor: flag(row, "requires_second_factor")?,
        version: row.try_get("version")?,
        created_at: time(row, "created_at")?,
        created_by: text(row, "created_by")?,
    })
}

/// The group with this id.
pub async fn get(read: &mut Read, id: &str) -> Result<Option<GroupRow>, StoreError> {
    let row = sqlx::query(BY_ID).bind(id).fetch_optional(read.conn()).await?;
    row.as_ref().map(group).transpose()
}

/// The group with this id, locked until the transaction ends: what is decided about its members and its parent stays
/// true until it is written.
pub async fn lock(tx: &mut Tx, id: &str) -> Result<Option<GroupRow>, StoreError> {
    // SQLite has one writer, which holds the whole database.
    if tx.dialect() == Dialect::Postgres {
        sqlx::query("SELECT id FROM user_group WHERE id = $1 FOR UPDATE")
            .bind(id)
            .execute(tx.conn())
            .await?;
    }
    get(tx, id).await
}

/// The group and its subgroups: whose log and sessions its managers look after.
pub async fn managed_group_ids(read: &mut Read, id: &str) -> Result<Vec<String>, StoreError> {
    let rows =
        sqlx::query("SELECT id FROM user_group WHERE id = $1 UNION ALL SELECT id FROM user_group WHERE parent_id = $1");
    let rows = rows.bind(id).fetch_all(read.conn()).await?;
    rows.iter().map(|row| text(row, "id")).collect()
}

/// Whether a group of this account, or the group above one, needs its members to have a second factor.
pub async fn requires_second_factor(read: &mut Read, account_id: &str) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT g.id FROM group_member m JOIN user_group g ON g.id = m.group_id \
         LEFT JOIN user_group p ON p.id = g.parent_id \
         WHERE m.account_id = $1 AND (g.requires_second_factor = 1 OR p.requires_second_factor = 1) LIMIT 1",
    );
    Ok(row.bind(account_id).fetch_optional(read.conn()).await?.is_some())
}

/// Inserts a new group; its version starts at 1 whatever `group` says.
pub async fn insert(tx: &mut Tx, group: &GroupRow) -> Result<(), StoreError> {
    let one = sqlx::query(
        "INSERT INTO user_group (id, parent_id, name, name_key, requires_second_factor, created_at, created_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    );
    one.bind(&group.id)
        .bind(group.parent.as_ref().map(|parent| parent.id.clone()))
        .bind(&group.name)
        .bind(&group.name_key)
        .bind(i64::from(group.requires_second_factor))
        .bind(group.created_at.0)
        .bind(&group.created_by)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Sets name and requirement to what `group` says, if the group still has the version that `group` has; `false` if
/// somebody else changed it meanwhile.
pub async fn edit(tx: &mut Tx, group: &GroupRow) -> Result<bool, StoreError> {
    // Guarantee: nobody overwrites an edit that they have not seen.
    let done = sqlx::query(
        "UPDATE user_group SET name = $3, name_key = $4, requires_second_factor = $5, version = version + 1 \
         WHERE id = $1 AND version = $2",
    );
    let done = done
        .bind(&group.id)
        .bind(group.version)
        .bind(&group.name)
        .bind(&group.name_key)
        .bind(i64::from(group.requires_second_factor))
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Removes the group with its subgroups, members and invitations; `false` if there is none.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM user_group WHERE id = $1").bind(id);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}
