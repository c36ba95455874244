//! The columns that repeat an account's name beside what it takes part in, so that lists are ordered by it. Owns that
//! they follow when the account is renamed; the name itself is the account's.

use crate::{StoreError, Tx};

/// Keeps the order of connections and of members true after the account was renamed.
pub(crate) async fn follow(tx: &mut Tx, account_id: &str, name_key: &str) -> Result<(), StoreError> {
    let renamed = [
        "UPDATE connection SET low_name_key = $2 WHERE low_id = $1 AND low_name_key <> $2",
        "UPDATE connection SET high_name_key = $2 WHERE high_id = $1 AND high_name_key <> $2",
        "UPDATE connection_block SET name_key = $2 WHERE blocked_id = $1 AND name_key <> $2",
        "UPDATE group_member SET name_key = $2 WHERE account_id = $1 AND name_key <> $2",
    ];
    for sql in renamed {
        sqlx::query(sql)
            .bind(account_id)
            .bind(name_key)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}
