//! The table `witness`: what each witness of the log cosigned last, and what is wrong with it.

use activity::Time;
use sqlx::{Row as _, any::AnyRow};

use super::{signed, unsigned};
use crate::{Read, StoreError, Tx};

/// A row of `witness`. The default is that of a witness that was never asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WitnessRow {
    /// The size of the checkpoint that it cosigned last; 0 if there is none.
    pub size: u64,
    /// When that was.
    pub cosigned_at: Option<Time>,
    /// That checkpoint as a signed note, with its cosignature.
    pub note: Option<String>,
    /// Why it did not cosign when it was asked last.
    pub trouble: Option<String>,
    /// Since when it does not.
    pub troubled_since: Option<Time>,
    /// The size of a tree that it cosigned and that this log does not begin with.
    pub contradicts: Option<u64>,
    /// The largest of those with which somebody decided to go on all the same.
    pub accepted: Option<u64>,
}

impl WitnessRow {
    /// Takes note that it did not cosign: why, and of which size it knows another tree.
    pub fn wrong(&mut self, now: Time, why: String, contradicts: Option<u64>) {
        self.trouble = Some(why);
        self.troubled_since = self.troubled_since.or(Some(now));
        self.contradicts = contradicts;
    }
}

/// What is known of the witness with this key.
///
/// # Errors
/// Whatever the database refuses.
pub async fn get(read: &mut Read, vkey: &str) -> Result<Option<WitnessRow>, StoreError> {
    let select = "SELECT size, cosigned_at, note, trouble, troubled_since, contradicts, accepted
        FROM witness WHERE vkey = $1";
    let row = sqlx::query(select).bind(vkey).fetch_optional(read.conn()).await?;
    row.as_ref().map(of_row).transpose()
}

fn of_row(row: &AnyRow) -> Result<WitnessRow, StoreError> {
    let size = |at: usize, column| {
        let value = row.try_get::<Option<i64>, _>(at)?;
        value.map(|value| unsigned(value, column)).transpose()
    };
    Ok(WitnessRow {
        size: unsigned(row.try_get(0)?, "size")?,
        cosigned_at: row.try_get::<Option<i64>, _>(1)?.map(Time),
        note: row.try_get(2)?,
        trouble: row.try_get(3)?,
        troubled_since: row.try_get::<Option<i64>, _>(4)?.map(Time),
        contradicts: size(5, "contradicts")?,
        accepted: size(6, "accepted")?,
    })
}

/// Keeps what is known of the witness with this key now.
///
/// # Errors
/// Whatever the database refuses.
pub async fn put(tx: &mut Tx, vkey: &str, row: &WitnessRow) -> Result<(), StoreError> {
    let insert = "INSERT INTO witness
            (vkey, size, cosigned_at, note, trouble, troubled_since, contradicts, accepted)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (vkey) DO UPDATE SET size = $2, cosigned_at = $3, note = $4, trouble = $5, troubled_since = $6,
            contradicts = $7, accepted = $8";
    sqlx::query(insert)
        .bind(vkey)
        .bind(signed(row.size))
        .bind(row.cosigned_at.map(|at| at.0))
        .bind(row.note.as_deref())
        .bind(row.trouble.as_deref())
        .bind(row.troubled_since.map(|at| at.0))
        .bind(row.contradicts.map(signed))
        .bind(row.accepted.map(signed))
        .execute(tx.conn())
        .await?;
    Ok(())
}
