//! Which databases are not used: those that can lose what they were given, are too old, or do not keep every text.

use sqlx::{AnyPool, Row as _};

use crate::{Dialect, StoreError};

/// The oldest PostgreSQL that this is tried with.
const POSTGRES: u32 = 15;

/// Refuses it.
///
/// # Errors
/// That it is refused, or cannot be asked.
pub(super) async fn check(pool: &AnyPool, dialect: Dialect) -> Result<(), StoreError> {
    if dialect != Dialect::Sqlite {
        return check_server(pool).await;
    }
    let version: String = sqlx::query("SELECT sqlite_version()")
        .fetch_one(pool)
        .await?
        .try_get(0)?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let number = (
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
    );
    if number < (3, 51, 3) {
        Err(StoreError::OldSqlite(version))
    } else {
        Ok(())
    }
}

/// Refuses a server that is too old, and a database that does not keep every text.
async fn check_server(pool: &AnyPool) -> Result<(), StoreError> {
    let setting = async |name: &'static str| -> Result<String, StoreError> {
        let select = sqlx::query_scalar("SELECT current_setting($1)").bind(name);
        Ok(select.fetch_one(pool).await?)
    };
    let (version, encoding) = (setting("server_version").await?, setting("server_encoding").await?);
    let major = version.split(|c: char| !c.is_ascii_digit()).next();
    if major
        .and_then(|major| major.parse::<u32>().ok())
        .is_none_or(|major| major < POSTGRES)
    {
        return Err(StoreError::Server(format!(
            "the database is PostgreSQL {version}, and {POSTGRES} or later is needed"
        )));
    }
    if encoding != "UTF8" {
        return Err(StoreError::Server(format!(
            "the database keeps text as {encoding}, and UTF8 is needed; make it with ENCODING 'UTF8' TEMPLATE template0"
        )));
    }
    Ok(())
}
