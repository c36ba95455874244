//! The table `saved_search`. Owns its SQL text and rows; decides nothing.

use activity::Time;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::row::{flag, maybe_text, number, text, time};
use crate::{Read, StoreError, Tx};

/// What log a saved search is looked at in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One's own.
    Me,
    /// One person's.
    User,
    /// A group's.
    Group,
    /// Everybody's.
    Everything,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Everything, Self::Group, Self::User, Self::Me];

    /// Its name, as it is stored and as the API says it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::User => "user",
            Self::Group => "group",
            Self::Everything => "everything",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What is looked for, and how it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What it is called.
    pub name: String,
    /// The query in canonical form.
    pub query: String,
    /// Where its range begins, as in an address.
    pub from: String,
    /// Where its range ends, as in an address.
    pub to: String,
    /// Columns by name, separated by commas.
    pub columns: String,
    /// How close rows stand.
    pub density: String,
    /// Whether reads of the log are shown.
    pub shows_reads: bool,
    /// The group whose members see it as well.
    pub shared_with: Option<String>,
    /// Whether its owner's logs of this kind begin with it.
    pub is_default: bool,
}

/// A saved search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearchRow {
    /// `srch_…`
    pub id: String,
    /// Whose it is.
    pub account_id: String,
    /// In what log it is looked at.
    pub kind: Kind,
    /// What is looked for.
    pub content: Content,
    /// Counts its edits.
    pub version: i64,
    /// When it was saved.
    pub created_at: Time,
}

/// One that somebody sees: their own, or one that a group of theirs shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The search.
    pub row: SavedSearchRow,
    /// The name of its owner.
    pub owner: String,
    /// The name of the group it is shared with.
    pub group: Option<String>,
}

fn saved_search(row: &AnyRow) -> Result<SavedSearchRow, StoreError> {
    let kind = text(row, "scope")?;
    let unknown = || StoreError::Unreadable(format!("there is no kind of log {kind}"));
    Ok(SavedSearchRow {
        id: text(row, "id")?,
        account_id: text(row, "account_id")?,
        kind: Kind::from_code(&kind).ok_or_else(unknown)?,
        content: Content {
            name: text(row, "name")?,
            query: text(row, "query")?,
            from: text(row, "range_from")?,
            to: text(row, "range_to")?,
            columns: text(row, "columns")?,
            density: text(row, "density")?,
            shows_reads: flag(row, "shows_reads")?,
            shared_with: maybe_text(row, "shared_with")?,
            is_default: flag(row, "is_default")?,
        },
        version: row.try_get("version")?,
        created_at: time(row, "created_at")?,
    })
}

/// Inserts one; `false` if its owner has one of this name.
pub async fn insert(tx: &mut Tx, row: &SavedSearchRow, name_key: &str) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO saved_search (id, account_id, scope, version, created_at, name, name_key, query, range_from, \
         range_to, columns, density, shows_reads, shared_with, is_default) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
         ON CONFLICT (account_id, name_key) DO NOTHING",
    );
    let done = done
        .bind(&row.id)
        .bind(&row.account_id)
        .bind(row.kind.code())
        .bind(row.version)
        .bind(row.created_at.0);
    let done = bind(done, &row.content, name_key).execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind<'q>(query: Query<'q>, content: &'q Content, name_key: &'q str) -> Query<'q> {
    query
        .bind(&content.name)
        .bind(name_key)
        .bind(&content.query)
        .bind(&content.from)
        .bind(&content.to)
        .bind(&content.columns)
        .bind(&content.density)
        .bind(i64::from(content.shows_reads))
        .bind(&content.shared_with)
        .bind(i64::from(content.is_default))
}

/// Writes what it is now and counts it; `false` if it is gone or no longer of this version, so that no edit overwrites
/// one its author has not seen.
pub async fn edit(tx: &mut Tx, row: &SavedSearchRow, name_key: &str) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE saved_search SET name = $4, name_key = $5, query = $6, range_from = $7, range_to = $8, columns = $9, \
         density = $10, shows_reads = $11, shared_with = $12, is_default = $13, version = version + 1 \
         WHERE id = $1 AND account_id = $2 AND version = $3",
    );
    let done = done.bind(&row.id).bind(&row.account_id).bind(row.version);
    let done = bind(done, &row.content, name_key).execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}

/// No log of this kind begins with one of this account's any more, so that another can take its place.
pub async fn no_default(tx: &mut Tx, account_id: &str, kind: Kind) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE saved_search SET is_default = 0, version = version + 1 \
         WHERE account_id = $1 AND scope = $2 AND is_default = 1",
    );
    done.bind(account_id).bind(kind.code()).execute(tx.conn()).await?;
    Ok(())
}

/// Deletes one of this account's; `false` if there was none.
pub async fn delete(tx: &mut Tx, account_id: &str, id: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM saved_search WHERE id = $1 AND account_id = $2");
    Ok(done.bind(id).bind(account_id).execute(tx.conn()).await?.rows_affected() > 0)
}

/// The one with this id, if it is this account's.
pub async fn get(read: &mut Read, account_id: &str, id: &str) -> Result<Option<SavedSearchRow>, StoreError> {
    let row = sqlx::query("SELECT * FROM saved_search WHERE id = $1 AND account_id = $2");
    let row = row.bind(id).bind(account_id).fetch_optional(read.conn()).await?;
    row.as_ref().map(saved_search).transpose()
}

/// Whether another one of this account's has this name.
pub async fn name_taken(read: &mut Read, account_id: &str, id: &str, name_key: &str) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM saved_search WHERE account_id = $1 AND name_key = $3 AND id <> $2");
    let row = row.bind(account_id).bind(id).bind(name_key).fetch_optional(read.conn());
    Ok(row.await?.is_some())
}

/// How many this account has.
pub async fn count(read: &mut Read, account_id: &str) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS n FROM saved_search WHERE account_id = $1");
    number(&row.bind(account_id).fetch_one(read.conn()).await?, "n")
}

/// The one that this account's logs of this kind begin with.
pub async fn default(read: &mut Read, account_id: &str, kind: Kind) -> Result<Option<SavedSearchRow>, StoreError> {
    let row = sqlx::query("SELECT * FROM saved_search WHERE account_id = $1 AND scope = $2 AND is_default = 1");
    let row = row
        .bind(account_id)
        .bind(kind.code())
        .fetch_optional(read.conn())
        .await?;
    row.as_ref().map(saved_search).transpose()
}

/// Those that this account sees, by name, its own first: these, and those that others share with a group both are
/// members of.
pub async fn seen_by(read: &mut Read, account_id: &str, limit: u32) -> Result<Vec<Seen>, StoreError> {
    // Guarantee: what is shared is seen by members only, and as long as its owner is one.
    let rows = sqlx::query(
        "SELECT s.*, TRIM(a.given_name || ' ' || a.family_name) AS owner_name, g.name AS group_name, \
         CASE WHEN s.account_id = $1 THEN 0 ELSE 1 END AS others \
         FROM saved_search s JOIN account a ON a.id = s.account_id LEFT JOIN user_group g ON g.id = s.shared_with \
         WHERE s.account_id = $1 OR (s.shared_with IN (SELECT group_id FROM group_member WHERE account_id = $1) \
          AND EXISTS (SELECT 1 FROM group_member o WHERE o.group_id = s.shared_with AND o.account_id = s.account_id)) \
         ORDER BY others, s.name_key, s.id LIMIT $2",
    );
    let rows = rows
        .bind(account_id)
        .bind(i64::from(limit))
        .fetch_all(read.conn())
        .await?;
    let seen = |row: &AnyRow| {
        Ok(Seen {
            owner: text(row, "owner_name")?,
            group: maybe_text(row, "group_name")?,
            row: saved_search(row)?,
        })
    };
    rows.iter().map(seen).collect()
}
