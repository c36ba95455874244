//! What people and groups are found by, where an earlier folding made it. Owns what is read and written to make it anew,
//! not how a name is folded.

use crate::accounts::account::{self, AccountRow};
use crate::groups::group::{self, GroupRow};
use sqlx::any::AnyRow;

use crate::row::number;
use crate::sql::Sql;
use crate::{Read, StoreError, Tx, renamed};

/// The folding that made all of it.
pub async fn version(read: &mut Read) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT version FROM folding")
        .fetch_one(read.conn())
        .await?;
    number(&row, "version")
}

/// Says that this folding made all of it.
pub async fn set_version(tx: &mut Tx, version: u64) -> Result<(), StoreError> {
    let all = sqlx::query("UPDATE folding SET version = $1");
    all.bind(i64::try_from(version).unwrap_or(i64::MAX))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// At most `limit` accounts behind this id, none of which is renamed until the transaction ends.
pub async fn hold_accounts(tx: &mut Tx, after: &str, limit: u32) -> Result<Vec<AccountRow>, StoreError> {
    let hold = "UPDATE account SET version = version \
         WHERE id IN (SELECT id FROM account WHERE id > $1 ORDER BY id LIMIT $2)";
    let select = format!("SELECT {} FROM account a WHERE a.id > ", account::COLUMNS);
    let rows = held(tx, hold, &select, after, limit).await?;
    rows.iter().map(account::account).collect()
}

/// Holds what is behind this id first and reads it then: what another transaction changed meanwhile is read as it has
/// become. The id is the first column.
async fn held(
    tx: &mut Tx,
    hold: &'static str,
    select: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<AnyRow>, StoreError> {
    let held = sqlx::query(hold).bind(after).bind(i64::from(limit));
    held.execute(tx.conn()).await?;
    let mut sql = Sql::default();
    sql.text(select);
    sql.bind(after);
    sql.text(" ORDER BY 1 LIMIT ");
    sql.bind(i64::from(limit));
    sql.fetch_all(tx).await
}

/// Gives an account the name that it is found and ordered by.
pub async fn set_account_name(tx: &mut Tx, id: &str, name_key: &str) -> Result<(), StoreError> {
    let one = sqlx::query("UPDATE account SET name_key = $2 WHERE id = $1");
    one.bind(id).bind(name_key).execute(tx.conn()).await?;
    renamed::follow(tx, id, name_key).await
}

/// At most `limit` groups behind this id, none of which is renamed until the transaction ends.
pub async fn hold_groups(tx: &mut Tx, after: &str, limit: u32) -> Result<Vec<GroupRow>, StoreError> {
    let hold = "UPDATE user_group SET version = version \
         WHERE id IN (SELECT id FROM user_group WHERE id > $1 ORDER BY id LIMIT $2)";
    let select = format!(
        "SELECT {} FROM user_group g LEFT JOIN user_group p ON p.id = g.parent_id WHERE g.id > ",
        group::COLUMNS
    );
    let rows = held(tx, hold, &select, after, limit).await?;
    rows.iter().map(group::group).collect()
}

/// Gives a group the name that it is found and ordered by.
pub async fn set_group_name(tx: &mut Tx, id: &str, name_key: &str) -> Result<(), StoreError> {
    let one = sqlx::query("UPDATE user_group SET name_key = $2 WHERE id = $1");
    one.bind(id).bind(name_key).execute(tx.conn()).await?;
    Ok(())
}
