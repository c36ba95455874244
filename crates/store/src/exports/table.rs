//! Rows of `export`: made, found, listed and deleted.

use sqlx::{Row as _, any::AnyRow};

use crate::page::Walk;
use crate::sql::Sql;
use crate::{PageFrom, Read, StoreError, Tx};

type Result<T> = std::result::Result<T, StoreError>;

/// Words of the table, each a variant.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $column:literal: $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// The word in SQL.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            fn of(word: &str) -> Result<Self> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(StoreError::Unreadable(format!(concat!("`{}` is no ", $column, " of an export"), word))),
                }
            }
        }
    };
}

words! {
    /// What sort of export it is.
    Kind, "kind":
    /// The CSV of one user's log, in four columns.
    UserCsv = "user_csv",
    /// What a view shows.
    View = "view",
    /// What a view showed, sent by an earlier version as it was made and not kept.
    Sent = "sent",
}

words! {
    /// The form of the file.
    Format, "format":
    /// Comma-separated values.
    Csv = "csv",
    /// JSON Lines.
    Jsonl = "jsonl",
    /// Apache Parquet.
    Parquet = "parquet",
    /// A workbook of Excel.
    Xlsx = "xlsx",
}

words! {
    /// How far it is.
    State, "state":
    /// Nobody works on it.
    Queued = "queued",
    /// Somebody works on it, or did until they stopped.
    Running = "running",
    /// Complete.
    Done = "done",
    /// Given up.
    Failed = "failed",
    /// Called off by somebody.
    Cancelled = "cancelled",
}

words! {
    /// What became of a file.
    Gone, "end":
    /// Its time was over.
    Expired = "expired",
    /// Somebody deleted it.
    Deleted = "deleted",
    /// A newer one took its place.
    Replaced = "replaced",
}

/// One row of `export`. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRow {
    /// `exp_…`; later ones sort later.
    pub id: String,
    /// What sort it is.
    pub kind: Kind,
    /// The form of the file.
    pub format: Format,
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
    /// What was asked, as JSON; `None` for all of the subject's log.
    pub question: Option<String>,
    /// Names of columns with commas between them; empty for all.
    pub columns: String,
    /// Whether a CSV begins with a byte order mark.
    pub has_mark: bool,
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
    /// Bytes written; its job's while it is being made.
    pub bytes: i64,
    /// Digest of the file in hexadecimal.
    pub sha256: Option<String>,
    /// Name of the kept file.
    pub file: Option<String>,
    /// Bytes of the signed manifest beside it, if there is one.
    pub manifest_bytes: Option<i64>,
    /// Bytes of the proofs of its rows beside it, if there are any.
    pub proof_bytes: Option<i64>,
    /// Until when it is kept; `None` if until another one takes its place.
    pub expires_at: Option<i64>,
    /// What became of it.
    pub gone: Option<Gone>,
    /// When.
    pub gone_at: Option<i64>,
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
            "SELECT e.id, e.kind, e.format, \
             CASE WHEN e.state = 'queued' AND j.owner IS NOT NULL THEN 'running' ELSE e.state END AS state, \
             e.subject_id, e.subject, e.requester_id, e.requester, e.origin, e.query, e.question, e.columns, \
             e.has_mark, e.zone, e.created_at, e.finished_at, COALESCE(j.total, 0) AS expected, \
             COALESCE(j.done, e.written) AS written, COALESCE(j.bytes, e.bytes) AS bytes, e.sha256, e.file, \
             e.expires_at, e.gone, e.gone_at, e.manifest_bytes, e.proof_bytes, e.through_size, e.through_at, e.error \
             FROM export e LEFT JOIN job j ON j.name = 'export:' || e.id ",
            $rest
        )
    };
}

fn stored(row: &AnyRow) -> Result<ExportRow> {
    let gone = row.try_get::<Option<String>, _>("gone")?;
    Ok(ExportRow {
        id: row.try_get("id")?,
        kind: Kind::of(&row.try_get::<String, _>("kind")?)?,
        format: Format::of(&row.try_get::<String, _>("format")?)?,
        state: State::of(&row.try_get::<String, _>("state")?)?,
        subject_id: row.try_get("subject_id")?,
        subject: row.try_get("subject")?,
        requester_id: row.try_get("requester_id")?,
        requester: row.try_get("requester")?,
        origin: row.try_get("origin")?,
        query: row.try_get("query")?,
        question: row.try_get("question")?,
        columns: row.try_get("columns")?,
        has_mark: row.try_get::<i64, _>("has_mark")? != 0,
        zone: row.try_get("zone")?,
        created_at: row.try_get("created_at")?,
        finished_at: row.try_get("finished_at")?,
        expected: row.try_get("expected")?,
        written: row.try_get("written")?,
        bytes: row.try_get("bytes")?,
        sha256: row.try_get("sha256")?,
        file: row.try_get("file")?,
        manifest_bytes: row.try_get("manifest_bytes")?,
        proof_bytes: row.try_get("proof_bytes")?,
        expires_at: row.try_get("expires_at")?,
        gone: gone.as_deref().map(Gone::of).transpose()?,
        gone_at: row.try_get("gone_at")?,
        through_size: row.try_get("through_size")?,
        through_at: row.try_get("through_at")?,
        error: row.try_get("error")?,
    })
}

/// Inserts a row. The job that makes the export is another row, added in the same transaction.
pub async fn insert(tx: &mut Tx, row: &ExportRow) -> Result<()> {
    let insert = sqlx::query(
        "INSERT INTO export (id, kind, format, state, subject_id, subject, requester_id, requester, origin, query, \
         question, columns, has_mark, zone, created_at, finished_at, written, bytes, sha256, file, expires_at, \
         through_size, through_at, error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
         $16, $17, $18, $19, $20, $21, $22, $23, $24)",
    );
    insert
        .bind(row.id.as_str())
        .bind(row.kind.word())
        .bind(row.format.word())
        .bind(row.state.word())
        .bind(row.subject_id.as_deref())
        .bind(row.subject.as_deref())
        .bind(row.requester_id.as_str())
        .bind(row.requester.as_str())
        .bind(row.origin.as_str())
        .bind(row.query.as_str())
        .bind(row.question.as_deref())
        .bind(row.columns.as_str())
        .bind(i64::from(row.has_mark))
        .bind(row.zone.as_str())
        .bind(row.created_at)
        .bind(row.finished_at)
        .bind(row.written)
        .bind(row.bytes)
        .bind(row.sha256.as_deref())
        .bind(row.file.as_deref())
        .bind(row.expires_at)
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

/// Up to `limit` rows, newest first, from the one with this id; of one requester only if one is given, without what they
/// asked for of the logs of others while they could.
pub async fn list(
    read: &mut Read,
    requester_id: Option<&str>,
    from: &PageFrom<&str>,
    limit: u32,
) -> Result<Vec<ExportRow>> {
    let Walk { sign, direction } = from.walk(true);
    let mut sql = Sql::default();
    sql.text(select!("WHERE 1 = 1"));
    if let Some(id) = requester_id {
        let id = sql.named(id);
        sql.text(&format!(
            " AND e.requester_id = {id} AND (e.kind <> 'user_csv' OR e.subject_id = {id})"
        ));
    }
    if let Some(id) = from.key() {
        sql.text(&format!(" AND e.id {sign} "));
        sql.bind(*id);
    }
    sql.text(&format!(" ORDER BY e.id {direction} LIMIT "));
    sql.bind(i64::from(limit));
    sql.fetch_all(read).await?.iter().map(stored).collect()
}
