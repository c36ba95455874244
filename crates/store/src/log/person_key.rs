//! The table `person_key`: the secret of each person named in the log.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::many::{chunks, placeholders};
use super::{signed, unsigned};
use crate::sql::rows;
use crate::{Read, StoreError, Tx};

/// A person's secret, and the activities it holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonKey {
    /// The secret.
    pub secret: [u8; 32],
    /// Seq of the first of them: of those before, the key was lost.
    pub since: u64,
}

impl PersonKey {
    /// The secret, if it holds for the activity `seq`.
    #[must_use]
    pub fn at(&self, seq: u64) -> Option<[u8; 32]> {
        (seq >= self.since).then_some(self.secret)
    }

    /// SHA-256 over all of the row.
    fn sum(&self, person: &str) -> [u8; 32] {
        let mut sum = Sha256::new();
        sum.update(self.secret);
        sum.update(self.since.to_le_bytes());
        sum.update(person);
        sum.finalize().into()
    }
}

/// The keys of those of `people` who have one that is sound: a damaged one is as good as none.
///
/// # Errors
/// Whatever the database refuses.
pub async fn load(read: &mut Read, people: &[&str]) -> Result<HashMap<String, PersonKey>, StoreError> {
    let mut keys = HashMap::with_capacity(people.len());
    for chunk in chunks(people) {
        let sql = format!(
            "SELECT person_id, key, since, sum FROM person_key WHERE person_id IN ({})",
            placeholders(chunk.len())
        );
        let query = chunk
            .iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, person| query.bind(**person));
        for row in query.fetch_all(read.conn()).await? {
            if let Some((person, key)) = key(&row)? {
                keys.insert(person, key);
            }
        }
    }
    Ok(keys)
}

/// So many ids of those who have a key or an account, from `after` on, in order: everybody whom this database can name.
///
/// # Errors
/// Whatever the database refuses.
pub async fn persons(read: &mut Read, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
    let select = "SELECT person_id FROM person_key WHERE person_id > $1
        UNION SELECT id FROM account WHERE id > $1 ORDER BY 1 LIMIT $2";
    let ids = sqlx::query_scalar(select).bind(after).bind(i64::from(limit));
    Ok(ids.fetch_all(read.conn()).await?)
}

/// Gives each of these people the key proposed for them, for the activities from `since` on, unless they have one.
///
/// # Errors
/// Whatever the database refuses.
pub async fn ensure(tx: &mut Tx, proposed: &[(&str, [u8; 32])], since: u64) -> Result<(), StoreError> {
    for chunk in chunks(proposed) {
        let values = rows(chunk.len(), 4);
        let sql = format!(
            "INSERT INTO person_key (person_id, key, since, sum) VALUES {values} ON CONFLICT (person_id) DO NOTHING"
        );
        let query = sqlx::query(AssertSqlSafe(sql));
        let query = chunk.iter().fold(query, |query, (person, secret)| {
            let key = PersonKey { secret: *secret, since };
            let query = query.bind(*person).bind(secret.to_vec()).bind(signed(since));
            query.bind(key.sum(person).to_vec())
        });
        query.execute(tx.conn()).await?;
    }
    Ok(())
}

/// Takes a person's key away from them; the key, if it was sound.
///
/// # Errors
/// Whatever the database refuses.
pub async fn take(tx: &mut Tx, person: &str) -> Result<Option<PersonKey>, StoreError> {
    let key = load(tx, &[person]).await?.remove(person);
    sqlx::query("DELETE FROM person_key WHERE person_id = $1")
        .bind(person)
        .execute(tx.conn())
        .await?;
    Ok(key)
}

/// Gives a person whose key is damaged another, for the activities from `key.since` on.
///
/// # Errors
/// Whatever the database refuses.
pub async fn replace(tx: &mut Tx, person: &str, key: &PersonKey) -> Result<(), StoreError> {
    sqlx::query("UPDATE person_key SET key = $1, since = $2, sum = $3 WHERE person_id = $4")
        .bind(key.secret.to_vec())
        .bind(signed(key.since))
        .bind(key.sum(person).to_vec())
        .bind(person)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whose a row is, and the key; `None` if it is not what was written.
fn key(row: &AnyRow) -> Result<Option<(String, PersonKey)>, StoreError> {
    let (person, bytes): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
    let since = unsigned(row.try_get(2)?, "since")?;
    let Ok(secret) = <[u8; 32]>::try_from(bytes) else {
        return Ok(None);
    };
    let key = PersonKey { secret, since };
    let sum: Option<Vec<u8>> = row.try_get(3)?;
    let Some(sum) = sum else {
        return Ok(Some((person, key)));
    };
    Ok(mended(key, |key| key.sum(&person)[..] == sum).map(|key| (person, key)))
}

/// The key that was written, also if one bit of its secret was flipped since.
fn mended(mut key: PersonKey, is_written: impl Fn(&PersonKey) -> bool) -> Option<PersonKey> {
    if is_written(&key) {
        return Some(key);
    }
    for bit in 0..256 {
        key.secret[bit / 8] ^= 1 << (bit % 8);
        if is_written(&key) {
            return Some(key);
        }
        key.secret[bit / 8] ^= 1 << (bit % 8);
    }
    None
}
