//! The table `legal_hold`: whose rows may not leave the log.

use activity::Time;
use sqlx::any::AnyRow;

use crate::row::{text, time};
use crate::{Read, StoreError, Tx};

/// A row of `legal_hold`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRow {
    /// `hold_…`; later ones sort later.
    pub id: String,
    /// Whose rows are held.
    pub person_id: String,
    /// As they were named then, as JSON of the person.
    pub person: String,
    /// Why.
    pub reason: String,
    /// Who placed it, as JSON of the person.
    pub placed_by: String,
    /// When.
    pub placed_at: Time,
}

const COLUMNS: &str = "SELECT id, person_id, person, reason, placed_by, placed_at FROM legal_hold";

/// Places one.
///
/// # Errors
/// Whatever the database refuses.
pub async fn insert(tx: &mut Tx, row: &HoldRow) -> Result<(), StoreError> {
    let insert = "INSERT INTO legal_hold (id, person_id, person, reason, placed_by, placed_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    sqlx::query(insert)
        .bind(&row.id)
        .bind(&row.person_id)
        .bind(&row.person)
        .bind(&row.reason)
        .bind(&row.placed_by)
        .bind(row.placed_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Lifts one; `false` if there is none of this id.
///
/// # Errors
/// Whatever the database refuses.
pub async fn remove(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    let delete = sqlx::query("DELETE FROM legal_hold WHERE id = $1").bind(id);
    Ok(delete.execute(tx.conn()).await?.rows_affected() == 1)
}

/// All of them, newest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(read: &mut Read) -> Result<Vec<HoldRow>, StoreError> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY id DESC")));
    rows.fetch_all(read.conn()).await?.iter().map(hold).collect()
}

/// So many of them that were placed before this one, newest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn page(read: &mut Read, before: Option<&str>, limit: u32) -> Result<Vec<HoldRow>, StoreError> {
    let select = format!("{COLUMNS} WHERE (CAST($1 AS TEXT) IS NULL OR id < $1) ORDER BY id DESC LIMIT $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(select))
        .bind(before)
        .bind(i64::from(limit));
    rows.fetch_all(read.conn()).await?.iter().map(hold).collect()
}

/// Those of a person, newest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn of(read: &mut Read, person_id: &str) -> Result<Vec<HoldRow>, StoreError> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
        "{COLUMNS} WHERE person_id = $1 ORDER BY id DESC"
    )));
    let rows = rows.bind(person_id).fetch_all(read.conn()).await?;
    rows.iter().map(hold).collect()
}

fn hold(row: &AnyRow) -> Result<HoldRow, StoreError> {
    Ok(HoldRow {
        id: text(row, "id")?,
        person_id: text(row, "person_id")?,
        person: text(row, "person")?,
        reason: text(row, "reason")?,
        placed_by: text(row, "placed_by")?,
        placed_at: time(row, "placed_at")?,
    })
}
