//! The table `verification`: what verifying the whole log came to, each time.

use activity::Time;
use sqlx::Row as _;

use super::{signed, unsigned};
use crate::{Read, StoreError, Tx};

/// A row of `verification`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// When it began.
    pub began_at: Time,
    /// When it ended.
    pub ended_at: Time,
    /// How many activities there were.
    pub size: u64,
    /// How many of them hold.
    pub sound: u64,
    /// How many places are wrong.
    pub faults: u64,
    /// The first of them, in words.
    pub first_fault: Option<String>,
}

/// Keeps what one came to; of two that began in the same moment the later to end.
///
/// # Errors
/// Whatever the database refuses.
pub async fn insert(tx: &mut Tx, row: &Verification) -> Result<(), StoreError> {
    let insert = "INSERT INTO verification (began_at, ended_at, size, sound, faults, first_fault)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (began_at) DO UPDATE SET ended_at = $2, size = $3, sound = $4, faults = $5, first_fault = $6";
    sqlx::query(insert)
        .bind(row.began_at.0)
        .bind(row.ended_at.0)
        .bind(signed(row.size))
        .bind(signed(row.sound))
        .bind(signed(row.faults))
        .bind(row.first_fault.as_deref())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The one that began last.
///
/// # Errors
/// Whatever the database refuses.
pub async fn last(read: &mut Read) -> Result<Option<Verification>, StoreError> {
    let select = "SELECT began_at, ended_at, size, sound, faults, first_fault FROM verification
        ORDER BY began_at DESC LIMIT 1";
    let Some(row) = sqlx::query(select).fetch_optional(read.conn()).await? else {
        return Ok(None);
    };
    Ok(Some(Verification {
        began_at: Time(row.try_get(0)?),
        ended_at: Time(row.try_get(1)?),
        size: unsigned(row.try_get(2)?, "size")?,
        sound: unsigned(row.try_get(3)?, "sound")?,
        faults: unsigned(row.try_get(4)?, "faults")?,
        first_fault: row.try_get(5)?,
    }))
}
