//! Hearing at once of what other processes commit, where the database tells of it.

use sqlx::postgres::PgListener;

use super::Store;
use crate::StoreError;
use crate::dialect::Dialect;

/// Hears of commits that changed what readers of the log see, each by a word of its own; while the connection is lost nothing is
/// heard. Whoever listens looks for itself now and then.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Store {
    /// Begins to listen to what other processes commit; `None` where there are none that write, or none that tell.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn listen(&self) -> Result<Option<Listener>, StoreError> {
        if self.inner.dialect != Dialect::Postgres {
            return Ok(None);
        }
        let mut listener = PgListener::connect(&self.inner.url).await?;
        listener.listen("whodid").await?;
        Ok(Some(Listener(listener)))
    }
}

impl Listener {
    /// Waits until something was committed, or may have been while the connection was lost.
    ///
    /// # Errors
    /// If the connection was lost and there is no other yet.
    pub async fn heard(&mut self) -> Result<(), StoreError> {
        self.0.try_recv().await?;
        Ok(())
    }
}
