//! Rows of `erasure_request`.

use activity::Time;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use crate::row::{flag, maybe_text, maybe_time, text, time};
use crate::{Read, StoreError, Tx};

/// What became of a wish to be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// Nobody decided yet.
    Waiting,
    /// Taken back by whoever asked.
    Withdrawn,
    /// Refused by an administrator.
    Declined,
    /// The person is erased, or being.
    Erased,
}

impl RequestState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Withdrawn, Self::Declined, Self::Erased];

    /// The word in SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Withdrawn => "withdrawn",
            Self::Declined => "declined",
            Self::Erased => "erased",
        }
    }

    fn of(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|state| state.word() == word);
        found.ok_or_else(|| StoreError::Unreadable(format!("erasure_request.state is `{word}`")))
    }
}

/// Who decided, when, and with which words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// As JSON of the person.
    pub by: String,
    /// When.
    pub at: Time,
    /// Why; may be empty.
    pub why: String,
}

/// A row of `erasure_request`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRequestRow {
    /// `ers_…`; later ones sort later.
    pub id: String,
    /// What became of it.
    pub state: RequestState,
    /// Whether the person asked themself.
    pub by_themself: bool,
    /// Whose it is; `None` once they are erased.
    pub person_id: Option<String>,
    /// As they were named, as JSON of the person; `None` once they are erased.
    pub person: Option<String>,
    /// What they wrote, or why an administrator did it; may be empty.
    pub reason: String,
    /// When it was asked for.
    pub asked_at: Time,
    /// Who decided, unless it waits.
    pub decided: Option<Decided>,
    /// The number of the erasure in the log.
    pub erasure: Option<u64>,
    /// What went beside the log, as JSON.
    pub removed: Option<String>,
    /// The signed receipt.
    pub receipt: Option<String>,
}

const SELECT: &str =
    "SELECT id, state, by_themself, person_id, person, reason, asked_at, decided_by, decided_at, decision,
    erasure, removed, receipt FROM erasure_request";

/// Adds one.
///
/// # Errors
/// Whatever the database refuses; so a second one that waits of one person.
pub async fn insert(tx: &mut Tx, row: &ErasureRequestRow) -> Result<(), StoreError> {
    let insert = "INSERT INTO erasure_request (id, state, by_themself, person_id, person, reason, asked_at, decided_by,
        decided_at, decision, erasure, removed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    sqlx::query(insert)
        .bind(&row.id)
        .bind(row.state.word())
        .bind(i64::from(row.by_themself))
        .bind(row.person_id.as_deref())
        .bind(row.person.as_deref())
        .bind(&row.reason)
        .bind(row.asked_at.0)
        .bind(row.decided.as_ref().map(|decided| decided.by.as_str()))
        .bind(row.decided.as_ref().map(|decided| decided.at.0))
        .bind(row.decided.as_ref().map(|decided| decided.why.as_str()))
        .bind(row.erasure.map(signed))
        .bind(row.removed.as_deref())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The one of this id.
///
/// # Errors
/// Whatever the database refuses.
pub async fn by_id(read: &mut Read, id: &str) -> Result<Option<ErasureRequestRow>, StoreError> {
    one(read, "WHERE id = $1", id).await
}

/// The one of this person that waits.
///
/// # Errors
/// Whatever the database refuses.
pub async fn waiting_of(read: &mut Read, person_id: &str) -> Result<Option<ErasureRequestRow>, StoreError> {
    one(read, "WHERE person_id = $1 AND state = 'waiting'", person_id).await
}

async fn one(read: &mut Read, filter: &'static str, value: &str) -> Result<Option<ErasureRequestRow>, StoreError> {
    let select = format!("{SELECT} {filter}");
    let row = sqlx::query(AssertSqlSafe(select)).bind(value);
    let row = row.fetch_optional(read.conn()).await?;
    row.as_ref().map(request).transpose()
}

/// The newest of them, those that wait first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(read: &mut Read, limit: u32) -> Result<Vec<ErasureRequestRow>, StoreError> {
    let order = "ORDER BY CASE state WHEN 'waiting' THEN 0 ELSE 1 END, id DESC LIMIT $1";
    let select = sqlx::query(AssertSqlSafe(format!("{SELECT} {order}"))).bind(i64::from(limit));
    select.fetch_all(read.conn()).await?.iter().map(request).collect()
}

/// So many of them that came before this one, in this state or in any, newest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn page(
    read: &mut Read,
    before: Option<&str>,
    state: Option<RequestState>,
    limit: u32,
) -> Result<Vec<ErasureRequestRow>, StoreError> {
    let select = format!(
        "{SELECT} WHERE (CAST($1 AS TEXT) IS NULL OR id < $1) AND (CAST($2 AS TEXT) IS NULL OR state = $2) ORDER BY id DESC LIMIT $3"
    );
    let select = sqlx::query(AssertSqlSafe(select))
        .bind(before)
        .bind(state.map(RequestState::word))
        .bind(i64::from(limit));
    select.fetch_all(read.conn()).await?.iter().map(request).collect()
}

/// The one that the erasure of this number is of.
///
/// # Errors
/// Whatever the database refuses.
pub async fn by_erasure(read: &mut Read, erasure: u64) -> Result<Option<ErasureRequestRow>, StoreError> {
    let select = format!("{SELECT} WHERE erasure = $1");
    let row = sqlx::query(AssertSqlSafe(select)).bind(signed(erasure));
    let row = row.fetch_optional(read.conn()).await?;
    row.as_ref().map(request).transpose()
}

/// Erasures that have no receipt yet, oldest first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn unfinished(read: &mut Read) -> Result<Vec<ErasureRequestRow>, StoreError> {
    let select = sqlx::query(AssertSqlSafe(format!(
        "{SELECT} WHERE state = 'erased' AND receipt IS NULL ORDER BY id"
    )));
    select.fetch_all(read.conn()).await?.iter().map(request).collect()
}

/// Ends one that waits without an erasure; `false` if none of this id waits.
///
/// # Errors
/// Whatever the database refuses.
pub async fn decide(tx: &mut Tx, id: &str, state: RequestState, decided: &Decided) -> Result<bool, StoreError> {
    let update = "UPDATE erasure_request SET state = $2, decided_by = $3, decided_at = $4, decision = $5
        WHERE id = $1 AND state = 'waiting'";
    let done = sqlx::query(update).bind(id).bind(state.word()).bind(&decided.by);
    let done = done.bind(decided.at.0).bind(&decided.why).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

/// Ends one that waits with an erasure, and forgets whose it was; `false` if none of this id waits.
///
/// # Errors
/// Whatever the database refuses.
pub async fn erased(
    tx: &mut Tx,
    (id, erasure): (&str, u64),
    decided: &Decided,
    removed: &str,
) -> Result<bool, StoreError> {
    let update = "UPDATE erasure_request SET state = 'erased', person_id = NULL, person = NULL, reason = '',
            decided_by = $2, decided_at = $3, decision = $4, erasure = $5, removed = $6
        WHERE id = $1 AND state = 'waiting'";
    let done = sqlx::query(update).bind(id).bind(&decided.by).bind(decided.at.0);
    let done = done.bind(&decided.why).bind(signed(erasure)).bind(removed);
    Ok(done.execute(tx.conn()).await?.rows_affected() == 1)
}

/// Keeps the receipt of one; `false` if it has one.
///
/// # Errors
/// Whatever the database refuses.
pub async fn keep_receipt(tx: &mut Tx, id: &str, receipt: &str) -> Result<bool, StoreError> {
    let update = "UPDATE erasure_request SET receipt = $2 WHERE id = $1 AND receipt IS NULL";
    let done = sqlx::query(update).bind(id).bind(receipt).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn request(row: &AnyRow) -> Result<ErasureRequestRow, StoreError> {
    let decided = match (maybe_text(row, "decided_by")?, maybe_time(row, "decided_at")?) {
        (Some(by), Some(at)) => Some(Decided {
            by,
            at,
            why: maybe_text(row, "decision")?.unwrap_or_default(),
        }),
        _ => None,
    };
    let erasure = sqlx::Row::try_get::<Option<i64>, _>(row, "erasure")?;
    Ok(ErasureRequestRow {
        id: text(row, "id")?,
        state: RequestState::of(&text(row, "state")?)?,
        by_themself: flag(row, "by_themself")?,
        person_id: maybe_text(row, "person_id")?,
        person: maybe_text(row, "person")?,
        reason: text(row, "reason")?,
        asked_at: time(row, "asked_at")?,
        decided,
        erasure: erasure.map(|number| u64::try_from(number).unwrap_or_default()),
        removed: maybe_text(row, "removed")?,
        receipt: maybe_text(row, "receipt")?,
    })
}
