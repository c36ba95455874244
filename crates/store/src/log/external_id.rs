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

/// How long it is remembered what an id became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Until then.
    Until(Time),
    /// For good, or until the import of this number is undone.
    ForGood(Option<u64>),
}

/// The ids of what is undone.
const UNDONE: &str = "import_id IN (SELECT id FROM import WHERE undone_by_run IS NOT NULL)";

/// The activities that those of `digests` became that are remembered at `now`.
///
/// # Errors
/// Whatever the database refuses.
pub async fn find(read: &mut Read, digests: &[Digest], now: Time) -> Result<HashMap<Digest, u64>, StoreError> {
    let mut found = HashMap::new();
    for chunk in chunks(digests) {
        let n = chunk.len();
        let sql = format!(
            "SELECT digest, seq FROM external_id WHERE digest IN ({}) AND (expires_at IS NULL OR expires_at > ${})
             AND (import_id IS NULL OR NOT {UNDONE})",
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

/// Remembers what `ids` became: distinct digests, seqs, and how long. Returns how many it
/// remembered: fewer than `ids` means that another node was first, and this transaction must not commit.
///
/// # Errors
/// Whatever the database refuses.
pub async fn remember(tx: &mut Tx, ids: &[(Digest, u64, Kept)], now: Time) -> Result<u64, StoreError> {
    let mut remembered = 0;
    forget(tx, ids, now).await?;
    for chunk in chunks(ids) {
        let values = rows(chunk.len(), 4);
        let sql = format!(
            "INSERT INTO external_id (digest, seq, expires_at, import_id) VALUES {values} ON CONFLICT (digest) DO NOTHING"
        );
        let query = chunk
            .iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, (digest, seq, kept)| {
                let (until, import) = match kept {
                    Kept::Until(at) => (Some(at.0), None),
                    Kept::ForGood(import) => (None, import.map(signed)),
                };
                query.bind(digest.to_vec()).bind(signed(*seq)).bind(until).bind(import)
            });
        remembered += query.execute(tx.conn()).await?.rows_affected();
    }
    Ok(remembered)
}

/// Clears expired rows, and those of imports that are undone, out of the way of new ones with the same digest.
async fn forget(tx: &mut Tx, ids: &[(Digest, u64, Kept)], now: Time) -> Result<(), StoreError> {
    // An import's are in the way of its own kind only.
    let is_undone: Option<i64> = sqlx::query_scalar("SELECT MAX(id) FROM import WHERE undone_by_run IS NOT NULL")
        .fetch_one(tx.conn())
        .await?;
    let may_be_in_the_way = |kept: &Kept| matches!(kept, Kept::Until(_)) || is_undone.is_some();
    let old: Vec<Digest> = ids
        .iter()
        .filter(|(_, _, kept)| may_be_in_the_way(kept))
        .map(|(digest, _, _)| *digest)
        .collect();
    for chunk in chunks(&old) {
        let n = chunk.len();
        let sql = format!(
            "DELETE FROM external_id WHERE digest IN ({}) AND (expires_at <= ${} OR {UNDONE})",
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
