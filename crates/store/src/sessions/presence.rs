//! Who is in a running session.

use activity::{Person, Time};
use sqlx::any::AnyRow;

use crate::page::Walk;
use crate::row::{maybe_text, number, text, time};
use crate::sql::Sql;
use crate::{PageFrom, Read, StoreError, Tx};

/// Somebody who is in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresenceRow {
    /// Who.
    pub person: Person,
    /// The device they joined on last.
    pub device_id: Option<String>,
    /// Since when.
    pub joined_at: Time,
    /// When they were last heard of.
    pub last_seen_at: Time,
}

/// Somebody's coming, as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The session.
    pub session_id: &'a str,
    /// The account.
    pub account_id: &'a str,
    /// The device they come on.
    pub device_id: Option<&'a str>,
    /// When.
    pub at: Time,
}

pub(super) fn person(row: &AnyRow) -> Result<Person, StoreError> {
    let (given, family) = (text(row, "given_name")?, text(row, "family_name")?);
    Ok(Person {
        id: text(row, "account_id")?,
        name: format!("{given} {family}").trim().to_owned(),
        username: text(row, "username")?,
        email: text(row, "email")?,
    })
}

fn presence(row: &AnyRow) -> Result<PresenceRow, StoreError> {
    Ok(PresenceRow {
        person: person(row)?,
        device_id: maybe_text(row, "device_id")?,
        joined_at: time(row, "joined_at")?,
        last_seen_at: time(row, "last_seen_at")?,
    })
}

/// Makes somebody present; `false` if they were already.
pub async fn insert(tx: &mut Tx, arrival: Arrival<'_>) -> Result<bool, StoreError> {
    // Guarantee: who joins twice at once has joined once.
    let done = sqlx::query(
        "INSERT INTO session_presence (session_id, account_id, device_id, joined_at, last_seen_at) \
         VALUES ($1, $2, $3, $4, $4) ON CONFLICT (session_id, account_id) DO NOTHING",
    );
    let done = done
        .bind(arrival.session_id)
        .bind(arrival.account_id)
        .bind(arrival.device_id)
        .bind(arrival.at.0);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Somebody who is present already came again, perhaps on another device.
pub async fn came_again(tx: &mut Tx, arrival: Arrival<'_>) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE session_presence SET device_id = $3, last_seen_at = $4 WHERE session_id = $1 AND account_id = $2",
    );
    done.bind(arrival.session_id)
        .bind(arrival.account_id)
        .bind(arrival.device_id)
        .bind(arrival.at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// When this account was last heard of in this session, if it is there.
pub async fn last_seen(read: &mut Read, session_id: &str, account_id: &str) -> Result<Option<Time>, StoreError> {
    let row = sqlx::query("SELECT last_seen_at FROM session_presence WHERE session_id = $1 AND account_id = $2");
    let row = row
        .bind(session_id)
        .bind(account_id)
        .fetch_optional(read.conn())
        .await?;
    row.as_ref().map(|row| time(row, "last_seen_at")).transpose()
}

/// Writes that somebody present was heard of.
pub async fn seen(tx: &mut Tx, session_id: &str, account_id: &str, now: Time) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE session_presence SET last_seen_at = $3 WHERE session_id = $1 AND account_id = $2");
    let done = done.bind(session_id).bind(account_id).bind(now.0);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Ends a presence; `false` if there was none.
pub async fn delete(tx: &mut Tx, session_id: &str, account_id: &str) -> Result<bool, StoreError> {
    // Guarantee: of several who take somebody out at once, one finds the row, and they leave once.
    let done = sqlx::query("DELETE FROM session_presence WHERE session_id = $1 AND account_id = $2");
    let done = done.bind(session_id).bind(account_id);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Ends a presence that was not heard of since `before`; `false` if there is none or it was heard of meanwhile.
pub async fn delete_silent(tx: &mut Tx, session_id: &str, account_id: &str, before: Time) -> Result<bool, StoreError> {
    let done =
        sqlx::query("DELETE FROM session_presence WHERE session_id = $1 AND account_id = $2 AND last_seen_at < $3");
    let done = done.bind(session_id).bind(account_id).bind(before.0);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Those in a session in the order they came, from the one with this time and account.
pub async fn page(
    read: &mut Read,
    session_id: &str,
    from: &PageFrom<(i64, &str)>,
    limit: u32,
) -> Result<Vec<PresenceRow>, StoreError> {
    let Walk { sign, direction } = from.walk(false);
    let mut sql = Sql::default();
    sql.text(
        "SELECT p.account_id, p.device_id, p.joined_at, p.last_seen_at, a.given_name, a.family_name, a.username, \
         a.email FROM session_presence p JOIN account a ON a.id = p.account_id WHERE p.session_id = ",
    );
    sql.bind(session_id);
    if let Some((at, id)) = from.key() {
        sql.past("p.joined_at, p.account_id", sign, *at, id);
    }
    sql.text(&format!(
        " ORDER BY p.joined_at {direction}, p.account_id {direction} LIMIT "
    ));
    sql.bind(i64::from(limit));
    sql.fetch_all(read).await?.iter().map(presence).collect()
}

/// How many are in a session.
pub async fn count(read: &mut Read, session_id: &str) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS n FROM session_presence WHERE session_id = $1");
    number(&row.bind(session_id).fetch_one(read.conn()).await?, "n")
}

/// Takes everybody out of a session, and returns who they were in the order they came.
pub async fn clear(tx: &mut Tx, session_id: &str) -> Result<Vec<Person>, StoreError> {
    let rows = sqlx::query(
        "SELECT p.account_id, a.given_name, a.family_name, a.username, a.email FROM session_presence p \
         JOIN account a ON a.id = p.account_id WHERE p.session_id = $1 ORDER BY p.joined_at, p.account_id",
    );
    let rows = rows.bind(session_id).fetch_all(tx.conn()).await?;
    let people = rows.iter().map(person).collect::<Result<_, _>>()?;
    let done = sqlx::query("DELETE FROM session_presence WHERE session_id = $1").bind(session_id);
    done.execute(tx.conn()).await?;
    Ok(people)
}
