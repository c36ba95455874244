//! Rows of `log_view`: when a reader last looked at somebody's log with a query.

use sqlx::{AnyConnection, Row as _};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// When this reader last had this look noted, in microseconds since 1970.
pub async fn seen_at(conn: &mut AnyConnection, reader_id: &str, subject_id: &str, query: &[u8]) -> Result<Option<i64>> {
    let row = sqlx::query("SELECT seen_at FROM log_view WHERE reader_id = $1 AND subject_id = $2 AND query = $3")
        .bind(reader_id)
        .bind(subject_id)
        .bind(query.to_vec())
        .fetch_optional(conn)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Notes a look.
pub async fn note(conn: &mut AnyConnection, reader_id: &str, subject_id: &str, query: &[u8], at: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO log_view (reader_id, subject_id, query, seen_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (reader_id, subject_id, query) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(reader_id)
    .bind(subject_id)
    .bind(query.to_vec())
    .bind(at)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets looks that are too old to matter.
pub async fn forget_before(conn: &mut AnyConnection, at: i64) -> Result<()> {
    sqlx::query("DELETE FROM log_view WHERE seen_at < $1")
        .bind(at)
        .execute(conn)
        .await?;
    Ok(())
}
