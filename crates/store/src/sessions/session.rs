//! Sessions themselves: reading one, creating, starting, locking, ending. Owns no presence and no paging.

use activity::{Named, Time};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use crate::Dialect;
use crate::row::{flag, maybe_text, maybe_time, text, time};
use crate::sql::{in_shapes, rows};
use crate::{Read, StoreError, Tx};

/// How far a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionState {
    /// For later.
    Planned,
    /// Can be joined.
    Running,
    /// Over; stays listed.
    Ended,
}

impl SessionState {
    /// Its name, as it is stored and as the API says it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Ended => "ended",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Planned, Self::Running, Self::Ended]
            .into_iter()
            .find(|state| state.code() == code)
    }
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// `ses_…`
    pub id: String,
    /// The group, as it is named now; as it was named when the session was created, if it is gone.
    pub group: Named,
    /// Name.
    pub name: String,
    /// PHC string of the password, if one is asked for.
    pub password_hash: Option<String>,
    /// Whether nobody else may join.
    pub locked: bool,
    /// How far it is.
    pub state: SessionState,
    /// The account that looks after it.
    pub host_id: String,
    /// That account's name then.
    pub host_name: String,
    /// When it was created.
    pub created_at: Time,
    /// When it was started.
    pub started_at: Option<Time>,
    /// When it was ended.
    pub ended_at: Option<Time>,
    /// When it came into its present state.
    pub state_at: Time,
    /// Counts its changes.
    pub version: i64,
}

/// The columns of a session `s` whose group, if it is there, is `g`.
pub(super) const COLUMNS: &str = "s.id, s.group_id, COALESCE(g.name, s.group_name) AS group_name, s.name, \
     s.password_hash, s.locked, s.state, s.host_id, s.host_name, s.created_at, s.started_at, s.ended_at, s.state_at, \
     s.version";

const BY_ID: &str = "SELECT s.id, s.group_id, COALESCE(g.name, s.group_name) AS group_name, s.name, \
     s.password_hash, s.locked, s.state, s.host_id, s.host_name, s.created_at, s.started_at, s.ended_at, s.state_at, \
     s.version FROM session s LEFT JOIN user_group g ON g.id = s.group_id WHERE s.id = $1";

pub(super) fn session(row: &AnyRow) -> Result<SessionRow, StoreError> {
    let code = text(row, "state")?;
    let state = SessionState::from_code(&code)
        .ok_or_else(|| StoreError::Unreadable(format!("there is no state of a session {code}")))?;
    Ok(SessionRow {
        id: text(row, "id")?,
        group: Named {
            id: text(row, "group_id")?,
            name: text(row, "group_name")?,
        },
        name: text(row, "name")?,
        password_hash: maybe_text(row, "password_hash")?,
        locked: flag(row, "locked")?,
        state,
        host_id: text(row, "host_id")?,
        host_name: text(row, "host_name")?,
        created_at: time(row, "created_at")?,
        started_at: maybe_time(row, "started_at")?,
        ended_at: maybe_time(row, "ended_at")?,
        state_at: time(row, "state_at")?,
        version: row.try_get("version")?,
    })
}

/// The session with this id.
pub async fn get(read: &mut Read, id: &str) -> Result<Option<SessionRow>, StoreError> {
    let row = sqlx::query(BY_ID).bind(id).fetch_optional(read.conn()).await?;
    row.as_ref().map(session).transpose()
}

/// The session with this id, locked until the transaction ends: who joins it cannot slip past its end or its lock.
pub async fn lock(tx: &mut Tx, id: &str) -> Result<Option<SessionRow>, StoreError> {
    // SQLite has one writer, which holds the whole database.
    if tx.dialect() == Dialect::Postgres {
        sqlx::query("SELECT id FROM session WHERE id = $1 FOR UPDATE")
            .bind(id)
            .execute(tx.conn())
            .await?;
    }
    get(tx, id).await
}

/// Inserts a new session; its version starts at 1 whatever `session` says.
pub async fn insert(tx: &mut Tx, session: &SessionRow) -> Result<(), StoreError> {
    insert_all(tx, std::slice::from_ref(session)).await
}

/// Adds sessions, many in one statement.
pub async fn insert_all(tx: &mut Tx, sessions: &[SessionRow]) -> Result<(), StoreError> {
    for chunk in in_shapes(sessions) {
        let sql = format!(
            "INSERT INTO session (id, group_id, group_name, name, password_hash, locked, state, host_id, host_name, \
             created_at, started_at, ended_at, state_at) VALUES {}",
            rows(chunk.len(), 13)
        );
        let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, session| {
            query
                .bind(&session.id)
                .bind(&session.group.id)
                .bind(&session.group.name)
                .bind(&session.name)
                .bind(&session.password_hash)
                .bind(i64::from(session.locked))
                .bind(session.state.code())
                .bind(&session.host_id)
                .bind(&session.host_name)
                .bind(session.created_at.0)
                .bind(session.started_at.map(|at| at.0))
                .bind(session.ended_at.map(|at| at.0))
                .bind(session.state_at.0)
        });
        query.execute(tx.conn()).await?;
    }
    Ok(())
}

/// Who leads a session.
#[derive(Clone, Copy, Debug)]
pub struct Host<'a> {
    /// The account's id.
    pub id: &'a str,
    /// Their name, as of then.
    pub name: &'a str,
}

/// Starts a planned session with its new host; `false` if it was started or ended meanwhile.
pub async fn start(tx: &mut Tx, id: &str, host: &Host<'_>, now: Time) -> Result<bool, StoreError> {
    // Guarantee: a session is started once.
    let done = sqlx::query(
        "UPDATE session SET state = 'running', started_at = $2, state_at = $2, host_id = $3, host_name = $4, \
         version = version + 1 WHERE id = $1 AND state = 'planned'",
    );
    let done = done.bind(id).bind(now.0).bind(host.id).bind(host.name);
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Writes name, password and lock of a session that has not ended and still has this version; `false` otherwise.
pub async fn edit(tx: &mut Tx, session: &SessionRow) -> Result<bool, StoreError> {
    // Guarantee: nobody overwrites an edit that they have not seen.
    let done = sqlx::query(
        "UPDATE session SET name = $3, password_hash = $4, locked = $5, version = version + 1 \
         WHERE id = $1 AND version = $2 AND state <> 'ended'",
    );
    let done = done
        .bind(&session.id)
        .bind(session.version)
        .bind(&session.name)
        .bind(&session.password_hash)
        .bind(i64::from(session.locked));
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Ends a session; `false` if it has ended already.
pub async fn end(tx: &mut Tx, id: &str, now: Time) -> Result<bool, StoreError> {
    // Guarantee: a session ends once, and what its end causes happens once.
    let done = sqlx::query(
        "UPDATE session SET state = 'ended', ended_at = $2, state_at = $2, version = version + 1 \
         WHERE id = $1 AND state <> 'ended'",
    );
    Ok(done.bind(id).bind(now.0).execute(tx.conn()).await?.rows_affected() > 0)
}
