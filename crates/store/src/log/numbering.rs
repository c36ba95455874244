//! The table `source_numbering`: how far each source is that numbers its events. What its gaps mean is the log engine's.

use activity::Time;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{signed, unsigned};
use crate::{Read, StoreError, Tx};

/// Whose a source is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceOf {
    /// An application's, by its id: whoever may report for it goes on with its numbers.
    Application(String),
    /// A reporter's own, by its id.
    Reporter(String),
}

impl SourceOf {
    /// The word for its sort, and the id.
    #[must_use]
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Application(id) => ("application", id),
            Self::Reporter(id) => ("reporter", id),
        }
    }

    /// The one of this sort with this id.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if there is no such sort.
    pub fn of(sort: &str, id: String) -> Result<Self, StoreError> {
        match sort {
            "application" => Ok(Self::Application(id)),
            "reporter" => Ok(Self::Reporter(id)),
            other => Err(StoreError::Unreadable(format!("source_numbering.of_sort is `{other}`"))),
        }
    }
}

/// Which numbering.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberingId {
    /// Whose source.
    pub of: SourceOf,
    /// What that calls it; may be empty.
    pub source: String,
    /// Which of its numberings; may be empty.
    pub epoch: String,
}

/// A row of `source_numbering` but for whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberingRow {
    /// When its first number came.
    pub begun_at: Time,
    /// When its last one came.
    pub heard_at: Time,
    /// The least number.
    pub lowest: u64,
    /// The greatest.
    pub highest: u64,
    /// How many between them never came.
    pub missing: u64,
    /// Which, as JSON.
    pub gaps: String,
    /// How many of those are not in `gaps`.
    pub folded: u64,
    /// Up to which number those are, and since when some are missing.
    pub folded_through: Option<(u64, Time)>,
    /// How many came late.
    pub late: u64,
    /// The last of them.
    pub last_late: Option<LateRow>,
    /// How many came again.
    pub repeated: u64,
    /// When one did last.
    pub repeated_at: Option<Time>,
}

/// How late numbers came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateRow {
    /// When the last of them came.
    pub at: Time,
    /// How long after it was missed, in microseconds.
    pub by: i64,
    /// The longest that any of them took, in microseconds.
    pub most: i64,
}

/// A numbering as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedNumbering {
    /// Which.
    pub id: NumberingId,
    /// What the application or API key is called today; empty where it is none of this installation's.
    pub name: String,
    /// Whether a later numbering of the same source began.
    pub is_over: bool,
    /// What is known of it.
    pub row: NumberingRow,
}

/// How many sources there are, and of how many something is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NumberingTotal {
    /// Numberings.
    pub numberings: u64,
    /// Those that miss something.
    pub with_missing: u64,
}

const COLUMNS: &str = "n.begun_at, n.heard_at, n.lowest, n.highest, n.missing, n.gaps, n.folded, n.folded_through, \
     n.folded_since, n.late, n.late_at, n.late_by, n.late_most, n.repeated, n.repeated_at";

/// What is known of a numbering. Guarantee: it is so until the commit, because one transaction writes at a time.
///
/// # Errors
/// Whatever the database refuses.
pub async fn get(tx: &mut Tx, id: &NumberingId) -> Result<Option<NumberingRow>, StoreError> {
    let (sort, of) = id.of.parts();
    let sql = format!(
        "SELECT {COLUMNS} FROM source_numbering n \
         WHERE n.of_sort = $1 AND n.of_id = $2 AND n.source = $3 AND n.epoch = $4"
    );
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(sort)
        .bind(of)
        .bind(&id.source)
        .bind(&id.epoch);
    let row = query.fetch_optional(tx.conn()).await?;
    row.as_ref().map(of_row).transpose()
}

/// Keeps what is known of a numbering now.
///
/// # Errors
/// Whatever the database refuses.
pub async fn put(tx: &mut Tx, id: &NumberingId, row: &NumberingRow) -> Result<(), StoreError> {
    let (sort, of) = id.of.parts();
    let insert = "INSERT INTO source_numbering
            (of_sort, of_id, source, epoch, begun_at, heard_at, lowest, highest, missing, gaps, folded, folded_through,
            folded_since, late, late_at, late_by, late_most, repeated, repeated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        ON CONFLICT (of_sort, of_id, source, epoch) DO UPDATE SET begun_at = $5, heard_at = $6, lowest = $7,
            highest = $8, missing = $9, gaps = $10, folded = $11, folded_through = $12, folded_since = $13, late = $14,
            late_at = $15, late_by = $16, late_most = $17, repeated = $18, repeated_at = $19";
    sqlx::query(insert)
        .bind(sort)
        .bind(of)
        .bind(&id.source)
        .bind(&id.epoch)
        .bind(row.begun_at.0)
        .bind(row.heard_at.0)
        .bind(signed(row.lowest))
        .bind(signed(row.highest))
        .bind(signed(row.missing))
        .bind(&row.gaps)
        .bind(signed(row.folded))
        .bind(row.folded_through.map(|(through, _)| signed(through)))
        .bind(row.folded_through.map(|(_, since)| since.0))
        .bind(signed(row.late))
        .bind(row.last_late.map(|late| late.at.0))
        .bind(row.last_late.map(|late| late.by))
        .bind(row.last_late.map(|late| late.most))
        .bind(signed(row.repeated))
        .bind(row.repeated_at.map(|at| at.0))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Keeps of all numberings of one application or reporter only so many, those that were heard last: names that a
/// reporter makes up fill no database.
///
/// # Errors
/// Whatever the database refuses.
pub async fn keep(tx: &mut Tx, of: &SourceOf, most: u32) -> Result<u64, StoreError> {
    let (sort, id) = of.parts();
    let delete = "DELETE FROM source_numbering WHERE of_sort = $1 AND of_id = $2 AND (source, epoch) IN (
            SELECT source, epoch FROM source_numbering WHERE of_sort = $1 AND of_id = $2
            ORDER BY heard_at DESC, source, epoch LIMIT 9223372036854775807 OFFSET $3)";
    let done = sqlx::query(delete)
        .bind(sort)
        .bind(id)
        .bind(i64::from(most))
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}

const LISTED: &str = "SELECT n.of_sort, n.of_id, n.source, n.epoch, COALESCE(a.name, k.name, '') AS name, \
     CASE WHEN EXISTS (SELECT 1 FROM source_numbering l WHERE l.of_sort = n.of_sort AND l.of_id = n.of_id AND l.source = n.source \
     AND l.begun_at > n.begun_at) THEN 1 ELSE 0 END AS is_over, ";
const NAMED: &str = " FROM source_numbering n \
     LEFT JOIN application a ON n.of_sort = 'application' AND a.id = n.of_id \
     LEFT JOIN api_key k ON n.of_sort = 'reporter' AND k.id = n.of_id ";

/// So many numberings after this one, in the order of whose they are and their names.
///
/// # Errors
/// Whatever the database refuses.
pub async fn list(
    read: &mut Read,
    after: Option<&NumberingId>,
    limit: u32,
) -> Result<Vec<ListedNumbering>, StoreError> {
    let sql = format!(
        "{LISTED}{COLUMNS}{NAMED}WHERE (n.of_sort, n.of_id, n.source, n.epoch) > ($1, $2, $3, $4) \
         ORDER BY n.of_sort, n.of_id, n.source, n.epoch LIMIT $5"
    );
    let (sort, id) = after.map_or(("", ""), |after| after.of.parts());
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(sort)
        .bind(id)
        .bind(after.map_or("", |after| &after.source))
        .bind(after.map_or("", |after| &after.epoch))
        .bind(i64::from(limit));
    let rows = query.fetch_all(read.conn()).await?;
    rows.iter().map(listed).collect()
}

/// So many numberings, first those that miss something, and of each the ones heard last first.
///
/// # Errors
/// Whatever the database refuses.
pub async fn worst(read: &mut Read, limit: u32) -> Result<Vec<ListedNumbering>, StoreError> {
    let sql = format!(
        "{LISTED}{COLUMNS}{NAMED}ORDER BY (n.missing > 0) DESC, n.heard_at DESC, n.of_sort, n.of_id, n.source, n.epoch \
         LIMIT $1"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(i64::from(limit));
    let rows = rows.fetch_all(read.conn()).await?;
    rows.iter().map(listed).collect()
}

/// How many there are.
///
/// # Errors
/// Whatever the database refuses.
pub async fn total(read: &mut Read) -> Result<NumberingTotal, StoreError> {
    let sql = "SELECT COUNT(*), COALESCE(SUM(CASE WHEN missing > 0 THEN 1 ELSE 0 END), 0) FROM source_numbering";
    let row = sqlx::query(sql).fetch_one(read.conn()).await?;
    Ok(NumberingTotal {
        numberings: unsigned(row.try_get(0)?, "count")?,
        with_missing: unsigned(row.try_get(1)?, "count")?,
    })
}

fn listed(row: &AnyRow) -> Result<ListedNumbering, StoreError> {
    let sort: String = row.try_get("of_sort")?;
    Ok(ListedNumbering {
        id: NumberingId {
            of: SourceOf::of(&sort, row.try_get("of_id")?)?,
            source: row.try_get("source")?,
            epoch: row.try_get("epoch")?,
        },
        name: row.try_get("name")?,
        is_over: row.try_get::<i64, _>("is_over")? != 0,
        row: of_row(row)?,
    })
}

fn of_row(row: &AnyRow) -> Result<NumberingRow, StoreError> {
    let number = |column: &'static str| unsigned(row.try_get(column)?, column);
    let maybe = |column: &'static str| row.try_get::<Option<i64>, _>(column);
    let through = maybe("folded_through")?.zip(maybe("folded_since")?);
    let late = maybe("late_at")?.zip(maybe("late_by")?).zip(maybe("late_most")?);
    Ok(NumberingRow {
        begun_at: Time(row.try_get("begun_at")?),
        heard_at: Time(row.try_get("heard_at")?),
        lowest: number("lowest")?,
        highest: number("highest")?,
        missing: number("missing")?,
        gaps: row.try_get("gaps")?,
        folded: number("folded")?,
        folded_through: through
            .map(|(through, since)| Ok::<_, StoreError>((unsigned(through, "folded_through")?, Time(since))))
            .transpose()?,
        late: number("late")?,
        last_late: late.map(|((at, by), most)| LateRow { at: Time(at), by, most }),
        repeated: number("repeated")?,
        repeated_at: maybe("repeated_at")?.map(Time),
    })
}
