//! The single row `log_head`: how long the log is, its tree, and how much of it is sealed.

use activity::Time;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{bytes32, signed, unsigned};
use crate::{Read, StoreError, Tx};

/// The row `log_head`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of activities; the next seq.
    pub size: u64,
    /// State of the Merkle tree of that size.
    pub frontier: Vec<u8>,
    /// Root of that tree.
    pub root: [u8; 32],
    /// `recorded_at` of the newest activity.
    pub last_recorded_at: Time,
    /// Activities below this seq are in volumes.
    pub sealed: u64,
    /// State of the tree of that size.
    pub sealed_frontier: Vec<u8>,
    /// Grows with every change of the table `volume`.
    pub generation: u64,
    /// What the activities that are in no volume weigh, in bytes.
    pub hot_bytes: u64,
}

/// The part of the head that every read begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Number of activities.
    pub size: u64,
    /// `recorded_at` of the newest activity.
    pub last_recorded_at: Time,
    /// Activities below this seq are in volumes.
    pub sealed: u64,
    /// Grows with every change of the table `volume`.
    pub generation: u64,
    /// What the activities that are in no volume weigh, in bytes.
    pub hot_bytes: u64,
}

const COLUMNS: &str = "size, frontier, root, last_recorded_at, sealed, sealed_frontier, generation, hot_bytes";

/// Makes the row of an empty log, unless it is there.
///
/// # Errors
/// Whatever the database refuses.
pub async fn ensure(tx: &mut Tx, frontier: &[u8], root: &[u8; 32]) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO log_head (id, size, frontier, root, last_recorded_at, sealed, sealed_frontier, generation)
         VALUES (1, 0, $1, $2, 0, 0, $1, 0) ON CONFLICT (id) DO NOTHING",
    )
    .bind(frontier)
    .bind(&root[..])
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The head as it is now; `None` in a store whose log was never opened.
///
/// # Errors
/// Whatever the database refuses.
pub async fn read(read: &mut Read) -> Result<Option<Head>, StoreError> {
    let row = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM log_head WHERE id = 1")));
    row.fetch_optional(read.conn()).await?.map(|row| head(&row)).transpose()
}

/// Which installation the database is of: `new` from now on, if it has no name yet.
///
/// # Errors
/// Whatever the database refuses.
pub async fn installation(tx: &mut Tx, new: &str) -> Result<String, StoreError> {
    sqlx::query("UPDATE log_head SET installation = $1 WHERE id = 1 AND installation IS NULL")
        .bind(new)
        .execute(tx.conn())
        .await?;
    let name = sqlx::query_scalar("SELECT installation FROM log_head WHERE id = 1");
    Ok(name.fetch_one(tx.conn()).await?)
}

/// Which installation the database is of, if it has a name.
///
/// # Errors
/// Whatever the database refuses.
pub async fn installation_name(read: &mut Read) -> Result<Option<String>, StoreError> {
    let name = sqlx::query_scalar("SELECT installation FROM log_head WHERE id = 1");
    Ok(name.fetch_optional(read.conn()).await?.flatten())
}

/// The position of the head as it is now; that of an empty log where none was ever opened.
///
/// # Errors
/// Whatever the database refuses.
pub async fn position(read: &mut Read) -> Result<Position, StoreError> {
    let query = sqlx::query("SELECT size, last_recorded_at, sealed, generation, hot_bytes FROM log_head WHERE id = 1");
    let Some(row) = query.fetch_optional(read.conn()).await? else {
        return Ok(Position::default());
    };
    Ok(Position {
        size: unsigned(row.try_get(0)?, "size")?,
        last_recorded_at: Time(row.try_get(1)?),
        sealed: unsigned(row.try_get(2)?, "sealed")?,
        generation: unsigned(row.try_get(3)?, "generation")?,
        hot_bytes: unsigned(row.try_get(4)?, "hot_bytes")?,
    })
}

/// The head, locked until the transaction ends. Guarantee: seq is gapless and in commit order, because one transaction writes
/// at a time; the lock of the row holds that by itself as well.
///
/// # Errors
/// Whatever the database refuses.
pub async fn lock(tx: &mut Tx) -> Result<Head, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM log_head WHERE id = 1{}",
        tx.dialect().for_update()
    );
    head(&sqlx::query(AssertSqlSafe(sql)).fetch_one(tx.conn()).await?)
}

/// Where the head is after an append.
#[derive(Clone, Copy, Debug)]
pub struct Advance<'a> {
    /// Number of activities.
    pub size: u64,
    /// State of the Merkle tree of that size.
    pub frontier: &'a [u8],
    /// Root of that tree.
    pub root: &'a [u8; 32],
    /// `recorded_at` of the newest activity.
    pub recorded_at: Time,
    /// What the new activities weigh, in bytes.
    pub bytes: u64,
}

/// Replaces the state of the tree, if its root is still this one.
///
/// # Errors
/// Whatever the database refuses.
pub async fn mend(tx: &mut Tx, root: &[u8; 32], frontier: &[u8]) -> Result<(), StoreError> {
    sqlx::query("UPDATE log_head SET frontier = $1 WHERE root = $2")
        .bind(frontier.to_vec())
        .bind(root.to_vec())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// By how much the clock was set while the log was open, in microseconds.
///
/// # Errors
/// Whatever the database refuses.
pub async fn skipped(read: &mut Read) -> Result<i64, StoreError> {
    let skipped = sqlx::query_scalar("SELECT skipped FROM log_head WHERE id = 1");
    Ok(skipped.fetch_optional(read.conn()).await?.unwrap_or(0))
}

/// Notes that the clock was set by so much, in microseconds.
///
/// # Errors
/// Whatever the database refuses.
pub async fn skip(tx: &mut Tx, by: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE log_head SET skipped = skipped + $1 WHERE id = 1")
        .bind(by)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How many persons were to be erased so far.
///
/// # Errors
/// Whatever the database refuses.
pub async fn erasures(read: &mut Read) -> Result<u64, StoreError> {
    let erasures = sqlx::query_scalar("SELECT erasures FROM log_head WHERE id = 1");
    let erasures: Option<i64> = erasures.fetch_optional(read.conn()).await?;
    unsigned(erasures.unwrap_or(0), "erasures")
}

/// Whether pages of the database may hold what was deleted before deleting overwrote it.
///
/// # Errors
/// Whatever the database refuses.
pub async fn has_traces(read: &mut Read) -> Result<bool, StoreError> {
    let traces = sqlx::query_scalar("SELECT traces FROM log_head WHERE id = 1");
    let traces: Option<i64> = traces.fetch_optional(read.conn()).await?;
    Ok(traces.unwrap_or(0) != 0)
}

/// Notes that none do any more.
///
/// # Errors
/// Whatever the database refuses.
pub async fn without_traces(tx: &mut Tx) -> Result<(), StoreError> {
    sqlx::query("UPDATE log_head SET traces = 0 WHERE id = 1")
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes that what is hot weighs so much less.
///
/// # Errors
/// Whatever the database refuses.
pub async fn lighten(tx: &mut Tx, bytes: u64) -> Result<(), StoreError> {
    let update = "UPDATE log_head SET hot_bytes = CASE WHEN hot_bytes > $1 THEN hot_bytes - $1 ELSE 0 END WHERE id = 1";
    sqlx::query(update).bind(signed(bytes)).execute(tx.conn()).await?;
    Ok(())
}

/// Moves the head after an append.
///
/// # Errors
/// Whatever the database refuses.
pub async fn advance(tx: &mut Tx, to: Advance<'_>) -> Result<(), StoreError> {
    tx.tell();
    sqlx::query(
        "UPDATE log_head SET size = $1, frontier = $2, root = $3, last_recorded_at = $4, hot_bytes = hot_bytes + $5
         WHERE id = 1",
    )
    .bind(signed(to.size))
    .bind(to.frontier)
    .bind(&to.root[..])
    .bind(to.recorded_at.0)
    .bind(signed(to.bytes))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A stretch that is in a volume now.
#[derive(Clone, Copy, Debug)]
pub struct Sealed<'a> {
    /// Where it begins, which is up to where the log was sealed before.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
    /// State of the Merkle tree of that size.
    pub frontier: &'a [u8],
    /// What its activities weigh, in bytes.
    pub bytes: u64,
}

/// Records that a stretch is sealed. Returns whether it was: the WHERE is the fence that lets only one
/// sealer publish a stretch, whoever else wrote a volume of it.
///
/// # Errors
/// Whatever the database refuses.
pub async fn seal(tx: &mut Tx, stretch: Sealed<'_>) -> Result<bool, StoreError> {
    tx.tell();
    let done = sqlx::query(
        "UPDATE log_head SET sealed = $2, sealed_frontier = $3, generation = generation + 1,
             hot_bytes = CASE WHEN hot_bytes > $4 AND size > $2 THEN hot_bytes - $4 ELSE 0 END
         WHERE id = 1 AND sealed = $1 AND size >= $2",
    )
    .bind(signed(stretch.from))
    .bind(signed(stretch.to))
    .bind(stretch.frontier)
    .bind(signed(stretch.bytes))
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Records that the set of volumes changed.
///
/// # Errors
/// Whatever the database refuses.
pub async fn bump_generation(tx: &mut Tx) -> Result<(), StoreError> {
    tx.tell();
    sqlx::query("UPDATE log_head SET generation = generation + 1 WHERE id = 1")
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn head(row: &AnyRow) -> Result<Head, StoreError> {
    Ok(Head {
        size: unsigned(row.try_get("size")?, "size")?,
        frontier: row.try_get("frontier")?,
        root: bytes32(&row.try_get::<Vec<u8>, _>("root")?, "root")?,
        last_recorded_at: Time(row.try_get("last_recorded_at")?),
        sealed: unsigned(row.try_get("sealed")?, "sealed")?,
        sealed_frontier: row.try_get("sealed_frontier")?,
        generation: unsigned(row.try_get("generation")?, "generation")?,
        hot_bytes: unsigned(row.try_get("hot_bytes")?, "hot_bytes")?,
    })
}
