//! The table `external_id`: which activity a reporter's own id became, so that a repeat adds nothing.

use std::collections::HashMap;

use activity::Time;
use sqlx::{AssertSqlSafe, Row as _};

use super::many::{chunks, placeholders};
use super::{signed, unsigned};
use crate::sql::rows;
use crate::{Read, StoreError, Tx};

/// Digest of a source and an id in it.
pub type Digest = [u8; 16];

/// The activities that those of `digests` became that are remembered at `now`.
///
/// # Errors
/// Whatever the database refuses.
pub async fn find(read: &mut Read, digests: &[Digest], now: Time) -> Result<HashMap<Digest, u64>, StoreError> {
    let mut found = HashMap::new();
    for chunk in chunks(digests) {
        let n = chunk.len();
        let sql = format!(
            "SELECT digest, seq FROM external_id WHERE digest IN ({}) AND (expires_at IS NULL OR expires_at > ${})",
            placeholders(n),
            n + 1
        );
        let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, digest| {
            query.bind(digest.to_vec())
        });
        for row in query.bind(now.0).fetch_all(read.conn()).await? {
            let digest: Vec<u8> = row.try_get(0)?;
            let digest = Digest::try_from(digest.as_slice())
                .map_err(|_| StoreError::Unreadable("external_id.digest does not hold 16 bytes".to_owned()))?;
            found.insert(digest, unsigned(row.try_get(1)?, "seq")?);
        }
    }
    Ok(found)
}

/// Remembers what `ids` became: distinct digests, seqs, and until when (`None` = for good). Returns how many it
/// remembered: fewer than `ids` means that another node was first, and this transaction must not commit.
///
/// # Errors
/// Whatever the database refuses.
pub async fn remember(tx: &mut Tx, ids: &[(Digest, u64, Option<Time>)], now: Time) -> Result<u64, StoreError> {
    let mut remembered = 0;
    forget(tx, ids, now).await?;
    for chunk in chunks(ids) {
        let values = rows(chunk.len(), 3);
        let sql = format!(
            "INSERT INTO external_id (digest, seq, expires_at) VALUES {values} ON CONFLICT (digest) DO NOTHING"
        );
        let query = chunk
            .iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, (digest, seq, expires)| {
                query
                    .bind(digest.to_vec())
                    .bind(signed(*seq))
                    .bind(expires.map(|at| at.0))
            });
        remembered += query.execute(tx.conn()).await?.rows_affected();
    }
    Ok(remembered)
}

/// Clears expired rows out of the way of new ones with the same digest.
async fn forget(tx: &mut Tx, ids: &[(Digest, u64, Option<Time>)], now: Time) -> Result<(), StoreError> {
    let expiring: Vec<Digest> = ids
        .iter()
        .filter(|(_, _, at)| at.is_some())
        .map(|(digest, _, _)| *digest)
        .collect();
    for chunk in chunks(&expiring) {
        let n = chunk.len();
        let sql = format!(
            "DELETE FROM external_id WHERE digest IN ({}) AND expires_at <= ${}",
            placeholders(n),
            n + 1
        );
        let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, digest| {
            query.bind(digest.to_vec())
        });
        query.bind(now.0).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Forgets what has expired at `now`.
///
/// # Errors
/// Whatever the database refuses.
pub async fn forget_expired(tx: &mut Tx, now: Time) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM external_id WHERE expires_at <= $1")
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}
