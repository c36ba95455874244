//! Where a typed beginning may match an account. Owns the table, not how a name is cut into it.

use sqlx::{AnyConnection, Error};

use super::account::AccountKeys;

/// Replaces the words of an account.
pub async fn replace(
    conn: &mut AnyConnection,
    account_id: &str,
    keys: &AccountKeys,
    words: &[String],
) -> Result<(), Error> {
    let all = sqlx::query("DELETE FROM account_word WHERE account_id = $1");
    all.bind(account_id).execute(&mut *conn).await?;
    for word in words {
        let one = "INSERT INTO account_word (word, account_id, name_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        sqlx::query(one)
            .bind(word)
            .bind(account_id)
            .bind(&keys.name)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
