//! Rows of `disclosure_activity`: when a reader's disclosures last became an activity.

use sqlx::Row as _;

use crate::{Read, StoreError, Tx};

/// When disclosures to this reader from this person's log last became an activity, in microseconds since 1970.
pub async fn noted_at(
    read: &mut Read,
    reader_id: &str,
    via_id: &str,
    subject_id: &str,
) -> Result<Option<i64>, StoreError> {
    let row =
        sqlx::query("SELECT at FROM disclosure_activity WHERE reader_id = $1 AND via_id = $2 AND subject_id = $3");
    let row = row.bind(reader_id).bind(via_id).bind(subject_id);
    let row = row.fetch_optional(read.conn()).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Says that they do now.
pub async fn set_noted_at(
    tx: &mut Tx,
    reader_id: &str,
    via_id: &str,
    subject_id: &str,
    at: i64,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "INSERT INTO disclosure_activity (reader_id, via_id, subject_id, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (reader_id, via_id, subject_id) DO UPDATE SET at = excluded.at",
    );
    let done = done.bind(reader_id).bind(via_id).bind(subject_id).bind(at);
    done.execute(tx.conn()).await?;
    Ok(())
}
