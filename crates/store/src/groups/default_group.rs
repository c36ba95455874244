//! The group a person works in unless they say otherwise.

use crate::row::text;
use crate::{Read, StoreError, Tx};

/// The default group of an account.
pub async fn of(read: &mut Read, account_id: &str) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT group_id FROM default_group WHERE account_id = $1");
    let row = row.bind(account_id).fetch_optional(read.conn()).await?;
    row.as_ref().map(|row| text(row, "group_id")).transpose()
}

/// Makes it the default group; `false` if it was already, or if the account is no member of it.
pub async fn set(tx: &mut Tx, account_id: &str, group_id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO default_group (account_id, group_id) \
         SELECT m.account_id, m.group_id FROM group_member m WHERE m.account_id = $1 AND m.group_id = $2 \
         ON CONFLICT (account_id) DO UPDATE SET group_id = excluded.group_id \
         WHERE default_group.group_id <> excluded.group_id",
    );
    let done = done.bind(account_id).bind(group_id).execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}
