//! Accounts whose username has no skeleton yet: those that were there before it was asked what a username looks like.

use activity::Time;
use sqlx::Row as _;

use crate::row::{text, time};
use crate::{Read, StoreError, Tx};

/// An account without a skeleton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfilled {
    /// `usr_…`
    pub id: String,
    /// NFKC and lower case of its username.
    pub username_key: String,
    /// When it was created.
    pub created_at: Time,
}

/// Whether there is any.
pub async fn any_missing(read: &mut Read) -> Result<bool, StoreError> {
    let one = sqlx::query("SELECT id FROM account WHERE username_skeleton IS NULL LIMIT 1");
    Ok(one.fetch_optional(read.conn()).await?.is_some())
}

/// At most `limit` of them behind this one, the oldest first.
pub async fn missing(read: &mut Read, after: Option<&Unfilled>, limit: u32) -> Result<Vec<Unfilled>, StoreError> {
    // No index of skeletons for this: it would sort all of them for each batch, and that of creation has the order.
    let sql = "SELECT id, username_key, created_at FROM account \
         WHERE created_at >= $1 AND (created_at > $1 OR id > $2) AND (username_skeleton || '') IS NULL \
         ORDER BY created_at, id LIMIT $3";
    let rows = sqlx::query(sql)
        .bind(after.map_or(i64::MIN, |after| after.created_at.0))
        .bind(after.map_or("", |after| after.id.as_str()))
        .bind(i64::from(limit))
        .fetch_all(read.conn())
        .await?;
    let unfilled = rows.iter().map(|row| {
        Ok(Unfilled {
            id: text(row, "id")?,
            username_key: row.try_get("username_key")?,
            created_at: time(row, "created_at")?,
        })
    });
    unfilled.collect()
}

/// Gives an account its skeleton; `false` if another account has that already.
pub async fn fill(tx: &mut Tx, of: &Unfilled, skeleton: &str) -> Result<bool, StoreError> {
    // Only of the username that the skeleton was made of, and never over one that was made meanwhile.
    let sql = "UPDATE account SET username_skeleton = $3 \
         WHERE id = $1 AND username_key = $2 AND username_skeleton IS NULL \
         AND NOT EXISTS (SELECT 1 FROM account AS other WHERE other.username_skeleton = $3)";
    let done = sqlx::query(sql).bind(&of.id).bind(&of.username_key).bind(skeleton);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}
