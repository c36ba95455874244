//! What became of a transaction whose COMMIT got no answer. PostgreSQL remembers that of every transaction by its number, also
//! after it was killed; so it is asked, instead of stopping the process.

use std::time::Duration;

use sqlx::AnyPool;

use crate::StoreError;

/// How long the database is waited for, and the pause between two questions.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(200);

/// Waits until it is known what became of the transaction with this number, or of one that wrote nothing: `Ok` if it was kept.
///
/// # Errors
/// [`StoreError::Lost`] if nothing of it was kept; [`StoreError::Unknown`] if the database does not say so in time.
pub(crate) async fn settled(
    pool: &AnyPool,
    ask: &'static str,
    id: Option<String>,
    why: String,
) -> Result<(), StoreError> {
    let Some(id) = id else {
        return Err(StoreError::Lost(why));
    };
    tracing::warn!(error = %why, "a commit got no answer; the database is asked what became of it");
    let asking = async {
        loop {
            match asked(pool, ask, &id).await {
                Ok(status) if status.as_deref() == Some("committed") => return Ok(()),
                Ok(status) if status.as_deref() == Some("aborted") => return Err(StoreError::Lost(why.clone())),
                // Still under way there, or not reached.
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the database could not be asked yet"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(known) => known,
        Err(_) => Err(StoreError::Unknown(why.clone())),
    }
}

async fn asked(pool: &AnyPool, ask: &'static str, id: &str) -> Result<Option<String>, sqlx::Error> {
    let mut conn = pool.acquire().await?;
    sqlx::query_scalar(ask).bind(id).fetch_one(&mut *conn).await
}
