//! The table `volume`: which sealed stretches make up the log below `log_head.sealed`.

use sqlx::{AnyConnection, Row as _};

use super::{signed, unsigned};

/// A row of `volume`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeRow {
    /// Seq of its first activity.
    pub first_seq: u64,
    /// How many activities.
    pub count: u64,
    /// The volume's id, which is the name of its directory.
    pub id: String,
    /// The volume's own description, as JSON.
    pub meta: String,
}

/// Adds a volume.
///
/// # Errors
/// Whatever the database refuses.
pub async fn insert(conn: &mut AnyConnection, row: &VolumeRow) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO volume (first_seq, count, id, meta) VALUES ($1, $2, $3, $4)")
        .bind(signed(row.first_seq))
        .bind(signed(row.count))
        .bind(row.id.as_str())
        .bind(row.meta.as_str())
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes a volume; whether it was there.
///
/// # Errors
/// Whatever the database refuses.
pub async fn delete(conn: &mut AnyConnection, id: &str) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("DELETE FROM volume WHERE id = $1")
        .bind(id)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// All volumes, oldest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(conn: &mut AnyConnection) -> Result<Vec<VolumeRow>, sqlx::Error> {
    let rows = sqlx::query("SELECT first_seq, count, id, meta FROM volume ORDER BY first_seq")
        .fetch_all(conn)
        .await?;
    let volume = |row: &sqlx::any::AnyRow| {
        Ok(VolumeRow {
            first_seq: unsigned(row.try_get(0)?, "first_seq")?,
            count: unsigned(row.try_get(1)?, "count")?,
            id: row.try_get(2)?,
            meta: row.try_get(3)?,
        })
    };
    rows.iter().map(volume).collect()
}
