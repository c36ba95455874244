//! Copies of an embedded database, made beside whoever writes it, and what is wrong with one.

use std::path::Path;

use sqlx::{AnyConnection, Connection as _, Executor as _, Row as _};

use super::Store;
use crate::{Read, StoreError};

impl Store {
    /// Writes a copy of the database as of one moment to `file`, which must not be there. Nobody who writes waits for it:
    /// it reads one snapshot. Free pages are not copied, and with them nothing that was deleted. The file is not yet on the
    /// disk for sure when this ends.
    ///
    /// # Errors
    /// [`StoreError::Full`] if there is no room for it; [`StoreError::NoCopy`] where the database is not a file of ours.
    pub async fn copy_into(&self, file: &Path) -> Result<(), StoreError> {
        let copy = self.inner.dialect.copy_into().ok_or(StoreError::NoCopy)?;
        let failed = |source| StoreError::File {
            path: file.to_owned(),
            source,
        };
        // From the root on, so that no name is taken for an address.
        let whole = std::path::absolute(file).map_err(failed)?;
        let not_text = || failed(std::io::Error::other("its name is not UTF-8, which the database needs"));
        let name = whole.to_str().ok_or_else(not_text)?;
        // A connection of its own: one that may only read refuses to fill another database as well.
        let mut conn = AnyConnection::connect(&self.inner.url).await?;
        conn.execute("PRAGMA busy_timeout = 10000").await?;
        let done = sqlx::query(copy).bind(name).execute(&mut conn).await;
        conn.close().await?;
        done?;
        Ok(())
    }

    /// What is wrong with the pages of the database and with its indexes; nothing where the database checks itself.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        faults(&mut self.glance().await?, self.inner.dialect.integrity_check()).await
    }
}

/// What this check says, but that all is well.
pub(super) async fn faults(read: &mut Read, check: Option<&'static str>) -> Result<Vec<String>, StoreError> {
    let Some(check) = check else {
        return Ok(Vec::new());
    };
    let mut lines = Vec::new();
    for row in sqlx::query(check).fetch_all(read.conn()).await? {
        lines.push(row.try_get::<String, _>(0)?);
    }
    lines.retain(|line| line != "ok");
    Ok(lines)
}
