//! Rows of `disclosure`: the same reader asking the same thing within a while.

use sqlx::{AssertSqlSafe, Row as _};

use crate::sql::{in_shapes, rows};
use crate::{Read, StoreError, Tx};

/// How rows were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// On a page.
    Page,
    /// As an answer of the API.
    Answer,
    /// To a program that follows the log.
    Stream,
    /// As a file.
    Export,
    /// By the command line.
    Command,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Page, Self::Answer, Self::Stream, Self::Export, Self::Command];

    /// The word in SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Answer => "answer",
            Self::Stream => "stream",
            Self::Export => "export",
            Self::Command => "command",
        }
    }

    pub(super) fn of(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|kind| kind.word() == word);
        found.ok_or_else(|| unknown("kind", word))
    }
}

/// How the reader proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// A signed-in browser.
    Device,
    /// A device signed in to a registered application.
    Application,
    /// An API key.
    ApiKey,
    /// The command on the machine itself.
    CommandLine,
}

impl Via {
    const ALL: [Self; 4] = [Self::Device, Self::Application, Self::ApiKey, Self::CommandLine];

    /// The word in SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Application => "application",
            Self::ApiKey => "api_key",
            Self::CommandLine => "command_line",
        }
    }

    pub(super) fn of(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|via| via.word() == word);
        found.ok_or_else(|| unknown("via", word))
    }
}

fn unknown(column: &str, word: &str) -> StoreError {
    StoreError::Unreadable(format!("`{word}` is no {column} of a disclosure"))
}

/// A row of `disclosure`. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// `dsc_…`; later ones sort later.
    pub id: String,
    /// What the next such disclosure is recognised by.
    pub digest: Vec<u8>,
    /// How rows were given.
    pub kind: Kind,
    /// Id of who read.
    pub reader_id: String,
    /// Who read, as JSON of the person.
    pub reader: String,
    /// How they proved it.
    pub via: Via,
    /// Id of the device or the key; empty for the command line.
    pub via_id: String,
    /// The device or the application in words.
    pub via_name: String,
    /// The address it came from.
    pub ip: Option<String>,
    /// What was asked for, in canonical form.
    pub query: String,
    /// When it began.
    pub first_at: i64,
}

/// Id and query of the newest disclosure with this digest that began at or after `since`.
pub async fn newest(read: &mut Read, digest: &[u8], since: i64) -> Result<Option<(String, String)>, StoreError> {
    let row = sqlx::query(
        "SELECT id, query FROM disclosure WHERE digest = $1 AND first_at >= $2 ORDER BY first_at DESC LIMIT 1",
    );
    let row = row
        .bind(digest.to_vec())
        .bind(since)
        .fetch_optional(read.conn())
        .await?;
    row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

/// Inserts one.
pub async fn insert(tx: &mut Tx, row: &Disclosure) -> Result<(), StoreError> {
    insert_all(tx, std::slice::from_ref(row)).await
}

/// Adds disclosures, many in one statement.
pub async fn insert_all(tx: &mut Tx, all: &[Disclosure]) -> Result<(), StoreError> {
    for chunk in in_shapes(all) {
        let sql = format!(
            "INSERT INTO disclosure (id, digest, kind, reader_id, reader, via, via_id, via_name, ip, query, first_at) \
             VALUES {}",
            rows(chunk.len(), 11)
        );
        let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, row| {
            query
                .bind(row.id.as_str())
                .bind(row.digest.clone())
                .bind(row.kind.word())
                .bind(row.reader_id.as_str())
                .bind(row.reader.as_str())
                .bind(row.via.word())
                .bind(row.via_id.as_str())
                .bind(row.via_name.as_str())
                .bind(row.ip.as_deref())
                .bind(row.query.as_str())
                .bind(row.first_at)
        });
        query.execute(tx.conn()).await?;
    }
    Ok(())
}

/// Says that something else was asked for as well.
pub async fn set_query(tx: &mut Tx, id: &str, query: &str) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE disclosure SET query = $2 WHERE id = $1");
    done.bind(id).bind(query).execute(tx.conn()).await?;
    Ok(())
}
