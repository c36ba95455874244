//! Rows of `export`: made, found, listed and deleted.

use sqlx::{Row as _, any::AnyRow};

use crate::{Read, StoreError, Tx, jobs};

type Result<T> = std::result::Result<T, StoreError>;

/// What sort of export it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The kept CSV of one user.
    UserCsv,
    /// A streamed CSV of a view.
    ViewCsv,
    /// Streamed JSON Lines of a view.
    ViewJsonl,
}

impl Kind {
    /// The word in SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::UserCsv => "user_csv",
            Self::ViewCsv => "view_csv",
            Self::ViewJsonl => "view_jsonl",
        }
    }

    fn of(word: &str) -> Result<Self> {
        [Self::UserCsv, Self::ViewCsv, Self::ViewJsonl]
            .into_iter()
            .find(|kind| kind.word() == word)
            .ok_or_else(|| unknown("kind", word))
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody works on it.
    Queued,
    /// Somebody works on it, or did until they stopped.
    Running,
    /// Complete.
    Done,
    /// Given up.
    Failed,
}

impl State {
    /// The word in SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn of(word: &str) -> Result<Self> {
        [Self::Queued, Self::Running, Self::Done, Self::Failed]
            .into_iter()
            .find(|state| state.word() == word)
            .ok_or_else(|| unknown("state", word))
    }
}

fn unknown(column: &str, word: &str) -> StoreError {
    StoreError::Unreadable(format!("`{word}` is no {column} of an export"))
}

/// One row of `export`. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRow {
    /// `exp_…`; later ones sort later.
    pub id: String,
    /// What sort it is.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// Id of the person whose log it is.
    pub subject_id: Option<String>,
    /// That person as JSON.
    pub subject: Option<String>,
    /// Id of who asked.
    pub requester_id: String,
    /// Who asked, as JSON.
    pub requester: String,
    /// What their activities are made from, as JSON.
    pub origin: String,
    /// The query in canonical form, bound.
    pub query: String,
    /// The zone's name.
    pub zone: String,
    /// When it was asked for.
    pub created_at: i64,
    /// When it ended, well or not.
    pub finished_at: Option<i64>,
    /// Rows expected, while it is being made: its job's.
    pub expected: i64,
    /// Rows written; its job's while it is being made.
    pub written: i64,
    /// Bytes written, once it has ended.
    pub bytes: i64,
    /// Digest of the file in hexadecimal.
    pub sha256: Option<String>,
    /// Name of the kept file.
    pub file: Option<String>,
    /// Size of the log it is complete through.
    pub through_size: Option<i64>,
    /// Moment it is complete through.
    pub through_at: Option<i64>,
    /// Why it was given up.
    pub error: Option<String>,
}

/// The kind of the jobs that make exports.
pub const JOB: &str = "export";

/// The name of the job that makes this export.
#[must_use]
pub fn job(id: &str) -> String {
    format!("{JOB}:{id}")
}

/// What [`stored`] reads, each export with its job; a macro so that each statement stays one literal.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.kind, CASE WHEN e.state = 'queued' AND j.owner IS NOT NULL THEN 'running' ELSE e.state END, \
             e.subject_id, e.subject, e.requester_id, e.requester, e.origin, e.query, e.zone, e.created_at, \
             e.finished_at, COALESCE(j.total, 0), COALESCE(j.done, e.written), e.bytes, e.sha256, e.file, \
             e.through_size, e.through_at, e.error FROM export e LEFT JOIN job j ON j.name = 'export:' || e.id ",
            $rest
        )
    };
}

fn stored(row: &AnyRow) -> Result<ExportRow> {
    Ok(ExportRow {
        id: row.try_get(0)?,
        kind: Kind::of(row.try_get::<String, _>(1)?.as_str())?,
        state: State::of(row.try_get::<String, _>(2)?.as_str())?,
        subject_id: row.try_get(3)?,
        subject: row.try_get(4)?,
        requester_id: row.try_get(5)?,
        requester: row.try_get(6)?,
        origin: row.try_get(7)?,
        query: row.try_get(8)?,
        zone: row.try_get(9)?,
        created_at: row.try_get(10)?,
        finished_at: row.try_get(11)?,
        expected: row.try_get(12)?,
        written: row.try_get(13)?,
        bytes: row.try_get(14)?,
        sha256: row.try_get(15)?,
        file: row.try_get(16)?,
        through_size: row.try_get(17)?,
        through_at: row.try_get(18)?,
        error: row.try_get(19)?,
    })
}

/// Inserts a row. The job that makes the export is another row, added in the same transaction.
pub async fn insert(tx: &mut Tx, row: &ExportRow) -> Result<()> {
    let insert = sqlx::query(
        "INSERT INTO export (id, kind, state, subject_id, subject, requester_id, requester, origin, query, zone, \
         created_at, finished_at, written, bytes, sha256, file, through_size, through_at, error) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
    );
    insert
        .bind(row.id.as_str())
        .bind(row.kind.word())
        .bind(row.state.word())
        .bind(row.subject_id.as_deref())
        .bind(row.subject.as_deref())
        .bind(row.requester_id.as_str())
        .bind(row.requester.as_str())
        .bind(row.origin.as_str())
        .bind(row.query.as_str())
        .bind(row.zone.as_str())
        .bind(row.created_at)
        .bind(row.finished_at)
        .bind(row.written)
        .bind(row.bytes)
        .bind(row.sha256.as_deref())
        .bind(row.file.as_deref())
        .bind(row.through_size)
        .bind(row.through_at)
        .bind(row.error.as_deref())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The row with this id.
pub async fn by_id(read: &mut Read, id: &str) -> Result<Option<ExportRow>> {
    let row = sqlx::query(select!("WHERE e.id = $1"));
    let row = row.bind(id).fetch_optional(read.conn()).await?;
    row.as_ref().map(stored).transpose()
}

/// The latest rows of one sort about one person, newest first.
pub async fn for_subject(read: &mut Read, subject_id: &str, kind: Kind, limit: i64) -> Result<Vec<ExportRow>> {
    let rows = sqlx::query(select!(
        "WHERE e.subject_id = $1 AND e.kind = $2 ORDER BY e.id DESC LIMIT $3"
    ));
    let rows = rows.bind(subject_id).bind(kind.word()).bind(limit);
    rows.fetch_all(read.conn()).await?.iter().map(stored).collect()
}

/// The latest rows, newest first; of one requester only if one is given, and older than `before` if given.
pub async fn list(
    read: &mut Read,
    requester_id: Option<&str>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<ExportRow>> {
    let rows = sqlx::query(select!(
        "WHERE ($1 = '' OR e.requester_id = $1) AND ($2 = '' OR e.id < $2) ORDER BY e.id DESC LIMIT $3"
    ));
    let rows = rows
        .bind(requester_id.unwrap_or_default())
        .bind(before.unwrap_or_default())
        .bind(limit);
    rows.fetch_all(read.conn()).await?.iter().map(stored).collect()
}

/// Deletes a row, and with it the job that makes the export; whether it was there.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool> {
    jobs::delete(tx, &job(id)).await?;
    let done = sqlx::query("DELETE FROM export WHERE id = $1")
        .bind(id)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Names of all kept files.
pub async fn files(read: &mut Read) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT file FROM export WHERE file IS NOT NULL")
        .fetch_all(read.conn())
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
