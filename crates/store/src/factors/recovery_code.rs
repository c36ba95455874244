//! Recovery codes that can still be used, by their hashes.

use activity::Time;
use sqlx::Row as _;

use crate::{Read, StoreError, Tx};

/// Replaces those of an account.
pub async fn replace(tx: &mut Tx, account_id: &str, hashes: &[[u8; 32]], now: Time) -> Result<(), StoreError> {
    delete_all(tx, account_id).await?;
    for hash in hashes {
        sqlx::query("INSERT INTO recovery_code (account_id, code_hash, created_at) VALUES ($1, $2, $3)")
            .bind(account_id)
            .bind(hash.as_slice())
            .bind(now.0)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Uses one up; `false` if there is none such. The row is deleted by the statement that finds it, so that one code
/// given many times at once is right once.
pub async fn take(tx: &mut Tx, account_id: &str, hash: &[u8]) -> Result<bool, StoreError> {
    let one = sqlx::query("DELETE FROM recovery_code WHERE account_id = $1 AND code_hash = $2");
    Ok(one
        .bind(account_id)
        .bind(hash)
        .execute(tx.conn())
        .await?
        .rows_affected()
        > 0)
}

/// How many an account has left.
pub async fn count(read: &mut Read, account_id: &str) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS n FROM recovery_code WHERE account_id = $1");
    let n: i64 = row.bind(account_id).fetch_one(read.conn()).await?.try_get("n")?;
    Ok(u64::try_from(n).unwrap_or_default())
}

/// Removes those of an account.
pub async fn delete_all(tx: &mut Tx, account_id: &str) -> Result<(), StoreError> {
    let all = sqlx::query("DELETE FROM recovery_code WHERE account_id = $1").bind(account_id);
    all.execute(tx.conn()).await?;
    Ok(())
}
