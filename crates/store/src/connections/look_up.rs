//! How often somebody looked others up.

use activity::Time;

use crate::row::{number, time};
use crate::{StoreError, Tx};

/// Counts one more look-up of `account_id`; the count begins anew when it began before `since`. Returns the count, this
/// one included, and when it began.
pub async fn count(tx: &mut Tx, account_id: &str, now: Time, since: Time) -> Result<(u64, Time), StoreError> {
    // One statement, so that look-ups at once each get their own number.
    let sql = "INSERT INTO connection_look_up (account_id, began_at, n) VALUES ($1, $2, 1) \
               ON CONFLICT (account_id) DO UPDATE SET \
               n = CASE WHEN connection_look_up.began_at <= $3 THEN 1 ELSE connection_look_up.n + 1 END, \
               began_at = CASE WHEN connection_look_up.began_at <= $3 THEN $2 ELSE connection_look_up.began_at END \
               RETURNING n, began_at";
    let row = sqlx::query(sql)
        .bind(account_id)
        .bind(now.0)
        .bind(since.0)
        .fetch_one(tx.conn())
        .await?;
    let n = number(&row, "n")?;
    Ok((n, time(&row, "began_at")?))
}
