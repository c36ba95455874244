//! A connection beside those of the program, for tests: it sees what was committed, and changes what no use case can.
//! Only tests ask for the feature `testing`, without which it is not there.

use sqlx::{AnyConnection, Connection as _, Executor as _};

use super::Store;
use crate::StoreError;

impl Store {
    /// Another connection to the same database.
    ///
    /// # Errors
    /// If the database cannot be opened again.
    pub async fn beside(&self) -> Result<AnyConnection, StoreError> {
        let mut conn = AnyConnection::connect(&self.inner.url).await?;
        for statement in self.inner.dialect.on_connect(true) {
            conn.execute(*statement).await?;
        }
        Ok(conn)
    }
}
