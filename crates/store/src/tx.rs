//! A write transaction and a read snapshot. Owns when they end; owns no SQL of any table.

use sqlx::{Any, AnyConnection, Transaction};
use tokio::sync::watch;

use crate::{Dialect, StoreError};

type Hook = Box<dyn FnOnce() + Send>;

/// A write transaction. Dropping it rolls it back.
pub struct Tx {
    pub(crate) inner: Transaction<'static, Any>,
    pub(crate) dialect: Dialect,
    pub(crate) failed: watch::Sender<Option<String>>,
    pub(crate) on_commit: Vec<Hook>,
}

impl Tx {
    /// The connection, for the functions of the tables.
    pub fn conn(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    /// Which database this is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Runs `then` once the commit is durable, and never otherwise.
    pub fn on_commit(&mut self, then: impl FnOnce() + Send + 'static) {
        self.on_commit.push(Box::new(then));
    }

    /// Commits: on `Ok` everything written is durable and visible.
    ///
    /// # Errors
    /// [`StoreError::Fatal`] if it is unknown whether the commit was kept; the whole store then refuses to write.
    pub async fn commit(self) -> Result<(), StoreError> {
        // A task of its own: whoever asked may give up, but what follows a commit must follow it all the same, and
        // an unknown state must not go unnoticed.
        match tokio::spawn(self.finish()).await {
            Ok(result) => result,
            Err(error) => Err(StoreError::Fatal(error.to_string())),
        }
    }

    async fn finish(self) -> Result<(), StoreError> {
        if let Err(error) = self.inner.commit().await {
            return Err(crate::error::end_in(&self.failed, StoreError::of_commit(error)));
        }
        for then in self.on_commit {
            then();
        }
        Ok(())
    }

    /// Rolls back and waits for it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.inner.rollback().await?)
    }
}

/// A read snapshot: every statement on it sees the same state. Dropping it ends it.
pub struct Read {
    pub(crate) inner: Transaction<'static, Any>,
    pub(crate) dialect: Dialect,
}

impl Read {
    /// The connection, for the functions of the tables.
    pub fn conn(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    /// Which database this is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }
}
