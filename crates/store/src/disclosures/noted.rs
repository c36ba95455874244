//! Rows of `disclosure_activity`: when a reader's disclosures last became an activity.

use sqlx::{AnyConnection, Error, Row as _};

/// When disclosures to this reader from this person's log last became an activity, in microseconds since 1970.
pub async fn noted_at(
    conn: &mut AnyConnection,
    reader_id: &str,
    via_id: &str,
    subject_id: &str,
) -> Result<Option<i64>, Error> {
    let row =
        sqlx::query("SELECT at FROM disclosure_activity WHERE reader_id = $1 AND via_id = $2 AND subject_id = $3");
    let row = row.bind(reader_id).bind(via_id).bind(subject_id);
    row.fetch_optional(conn).await?.map(|row| row.try_get(0)).transpose()
}

/// Says that they do now.
pub async fn set_noted_at(
    conn: &mut AnyConnection,
    reader_id: &str,
    via_id: &str,
    subject_id: &str,
    at: i64,
) -> Result<(), Error> {
    let done = sqlx::query(
        "INSERT INTO disclosure_activity (reader_id, via_id, subject_id, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (reader_id, via_id, subject_id) DO UPDATE SET at = excluded.at",
    );
    let done = done.bind(reader_id).bind(via_id).bind(subject_id).bind(at);
    done.execute(conn).await?;
    Ok(())
}
