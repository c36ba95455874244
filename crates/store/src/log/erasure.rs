//! The table `erasure`: whose values are being taken out of the log, and that somebody's were.

use activity::Time;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{PersonKey, bytes32, signed, unsigned};
use crate::{Read, StoreError, Tx};

/// What is rewritten next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Hot activities.
    Hot,
    /// Volumes.
    Sealed,
    /// What the database kept of rows that are gone.
    Traces,
    /// Nothing: nothing is left.
    Done,
}

impl Stage {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Hot, "hot"),
        (Self::Sealed, "sealed"),
        (Self::Traces, "traces"),
        (Self::Done, "done"),
    ];

    fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    fn of(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|(_, each)| *each == word);
        let unknown = || StoreError::Unreadable(format!("erasure.state is `{word}`"));
        found.map(|(stage, _)| stage).ok_or_else(unknown)
    }
}

/// A row of `erasure`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Its number, from 1.
    pub id: u64,
    /// How far it is.
    pub stage: Stage,
    /// When it was requested.
    pub requested_at: Time,
    /// When it was done.
    pub finished_at: Option<Time>,
    /// Activities below this seq are rewritten.
    pub seq: u64,
    /// Whose it is, while that has to be known.
    pub person: Option<String>,
    /// Their key, if there was one and as long as it is needed.
    pub key: Option<PersonKey>,
    /// How many activities were looked at.
    pub looked_at: u64,
    /// How many of them were rewritten.
    pub rewritten: u64,
}

/// A person who is to be erased.
#[derive(Clone, Copy, Debug)]
pub struct Requested<'a> {
    /// Their id.
    pub person: &'a str,
    /// The key that was theirs.
    pub key: Option<PersonKey>,
    /// Activities below this seq are rewritten.
    pub seq: u64,
    /// When.
    pub at: Time,
    /// Random.
    pub salt: [u8; 32],
}

/// What is left of a person who was erased: whoever knows their id can tell that it was theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The erasure's number in its database.
    pub id: u64,
    /// When it was requested.
    pub requested_at: Time,
    /// Random.
    pub salt: [u8; 32],
    /// SHA-256 of the salt and the person's id.
    pub hash: [u8; 32],
}

impl Requested<'_> {
    /// What will be left of it under this number.
    #[must_use]
    pub fn tombstone(&self, id: u64) -> Tombstone {
        Tombstone {
            id,
            requested_at: self.at,
            salt: self.salt,
            hash: hash(&self.salt, self.person),
        }
    }
}

impl Tombstone {
    /// Whether it is this person's.
    #[must_use]
    pub fn is_of(&self, person: &str) -> bool {
        self.hash == hash(&self.salt, person)
    }
}

/// Adds a row, and counts it in the head; its number. Guarantee: numbers are gapless, because the head is locked.
///
/// # Errors
/// Whatever the database refuses.
pub async fn begin(tx: &mut Tx, of: Requested<'_>) -> Result<u64, StoreError> {
    sqlx::query("UPDATE log_head SET erasures = erasures + 1 WHERE id = 1")
        .execute(tx.conn())
        .await?;
    super::head::bump_generation(tx).await?;
    let id = super::head::erasures(tx).await?;
    let insert = "INSERT INTO erasure (id, state, requested_at, seq, person_id, key, since, salt, person_hash)
        VALUES ($1, 'hot', $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(insert)
        .bind(signed(id))
        .bind(of.at.0)
        .bind(signed(of.seq))
        .bind(of.person)
        .bind(of.key.map(|key| key.secret.to_vec()))
        .bind(signed(of.key.map_or(0, |key| key.since)))
        .bind(of.salt.to_vec())
        .bind(hash(&of.salt, of.person).to_vec())
        .execute(tx.conn())
        .await?;
    Ok(id)
}

/// All of them, oldest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(read: &mut Read) -> Result<Vec<Erasure>, StoreError> {
    those(read, "").await
}

/// Those that are not done, oldest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn pending(read: &mut Read) -> Result<Vec<Erasure>, StoreError> {
    those(read, "WHERE state <> 'done'").await
}

async fn those(read: &mut Read, filter: &'static str) -> Result<Vec<Erasure>, StoreError> {
    let select = format!(
        "SELECT id, state, requested_at, finished_at, seq, person_id, key, since, looked_at, rewritten FROM erasure
         {filter} ORDER BY id"
    );
    let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(read.conn()).await?;
    rows.iter().map(erasure).collect()
}

/// Whether this person's values were taken out of the log, or are being: as long as nothing names them anew, nothing else
/// tells that they were ever in it.
///
/// # Errors
/// Whatever the database refuses.
pub async fn is_of(read: &mut Read, person: &str) -> Result<bool, StoreError> {
    Ok(tombstones(read, 0).await?.iter().any(|of| of.is_of(person)))
}

/// The tombstones of all erasures behind this number, oldest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn tombstones(read: &mut Read, after: u64) -> Result<Vec<Tombstone>, StoreError> {
    let rows = sqlx::query("SELECT id, requested_at, salt, person_hash FROM erasure WHERE id > $1 ORDER BY id")
        .bind(signed(after))
        .fetch_all(read.conn())
        .await?;
    let tombstone = |row: &AnyRow| {
        Ok(Tombstone {
            id: unsigned(row.try_get(0)?, "id")?,
            requested_at: Time(row.try_get(1)?),
            salt: bytes32(&row.try_get::<Vec<u8>, _>(2)?, "salt")?,
            hash: bytes32(&row.try_get::<Vec<u8>, _>(3)?, "person_hash")?,
        })
    };
    rows.iter().map(tombstone).collect()
}

/// A step of one that is at a stage.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Below which seq all activities were looked at.
    pub looked_at: u64,
    /// How many more were rewritten.
    pub rewritten: u64,
}

/// Notes how far one is that is at this stage.
///
/// # Errors
/// Whatever the database refuses.
pub async fn note(tx: &mut Tx, stage: Stage, id: u64, step: Progress) -> Result<(), StoreError> {
    let update = "UPDATE erasure SET rewritten = rewritten + $1,
            looked_at = CASE WHEN $2 >= seq THEN seq WHEN $2 > looked_at THEN $2 ELSE looked_at END
        WHERE id = $3 AND state = $4";
    sqlx::query(update)
        .bind(signed(step.rewritten))
        .bind(signed(step.looked_at))
        .bind(signed(id))
        .bind(stage.word())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Those of `ids` that are at this stage go on to the next. With the last that needs to know whose values go, that is
/// destroyed, and the key with it.
///
/// # Errors
/// Whatever the database refuses.
pub async fn advance(tx: &mut Tx, ids: &[u64], from: Stage, now: Time) -> Result<(), StoreError> {
    let update = match from {
        Stage::Hot => "UPDATE erasure SET state = 'sealed' WHERE id = $1 AND state = 'hot' AND $2 = $2",
        Stage::Sealed => {
            "UPDATE erasure SET state = 'traces', person_id = NULL, key = NULL, looked_at = seq
             WHERE id = $1 AND state = 'sealed' AND $2 = $2"
        }
        Stage::Traces | Stage::Done => {
            "UPDATE erasure SET state = 'done', finished_at = $2 WHERE id = $1 AND state = 'traces'"
        }
    };
    for id in ids {
        sqlx::query(update)
            .bind(signed(*id))
            .bind(now.0)
            .execute(tx.conn())
            .await?;
    }
    super::head::bump_generation(tx).await
}

fn hash(salt: &[u8; 32], person: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(person).finalize().into()
}

fn erasure(row: &AnyRow) -> Result<Erasure, StoreError> {
    let key: Option<Vec<u8>> = row.try_get(6)?;
    let since = unsigned(row.try_get(7)?, "since")?;
    let key = key.map(|key| bytes32(&key, "key").map(|secret| PersonKey { secret, since }));
    Ok(Erasure {
        id: unsigned(row.try_get(0)?, "id")?,
        stage: Stage::of(&row.try_get::<String, _>(1)?)?,
        requested_at: Time(row.try_get(2)?),
        finished_at: row.try_get::<Option<i64>, _>(3)?.map(Time),
        seq: unsigned(row.try_get(4)?, "seq")?,
        person: row.try_get(5)?,
        key: key.transpose()?,
        looked_at: unsigned(row.try_get(8)?, "looked_at")?,
        rewritten: unsigned(row.try_get(9)?, "rewritten")?,
    })
}
