//! Pages of one account's connections, requests and blocks in the order of names. Owns the only assembled SQL of
//! connections.

use activity::Time;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use crate::page::Walk;
use crate::row::{number, text, time};
use crate::sql::{Sql, like};
use crate::{PageFrom, Read, StoreError};

/// Which of an account's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Who is connected with it.
    Connected,
    /// Who asked it.
    Received,
    /// Whom it asked.
    Sent,
    /// Whom it blocks.
    Blocked,
}

/// Which rows a page shows.
#[derive(Clone, Debug)]
pub struct ListQuery<'a> {
    /// Whose.
    pub account_id: &'a str,
    /// Which list.
    pub which: Which,
    /// Beginnings of words of the name, folded; all must match, or their usernames.
    pub words: &'a [String],
    /// The same words as usernames have them.
    pub usernames: &'a [String],
    /// Where the page begins, by name key and id.
    pub from: PageFrom<(&'a str, &'a str)>,
}

/// One row: the other account, as it is named now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// `usr_…`
    pub id: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Log-in name.
    pub username: String,
    /// What the list is ordered by, before the id.
    pub name_key: String,
    /// When it was accepted, asked for or blocked.
    pub since: Time,
}

/// One side of the table: the columns of the account itself and of the other one, and the rows of the list.
struct Side {
    table: &'static str,
    own: &'static str,
    other: &'static str,
    name_key: &'static str,
    since: &'static str,
    /// Written as the partial index is.
    narrowed: &'static str,
}

const fn low(since: &'static str, narrowed: &'static str) -> Side {
    Side {
        table: "connection",
        own: "low_id",
        other: "high_id",
        name_key: "high_name_key",
        since,
        narrowed,
    }
}

const fn high(since: &'static str, narrowed: &'static str) -> Side {
    Side {
        table: "connection",
        own: "high_id",
        other: "low_id",
        name_key: "low_name_key",
        since,
        narrowed,
    }
}

impl Which {
    const fn sides(self) -> &'static [Side] {
        const BLOCKED: Side = Side {
            table: "connection_block",
            own: "blocker_id",
            other: "blocked_id",
            name_key: "name_key",
            since: "blocked_at",
            narrowed: "",
        };
        match self {
            Self::Connected => {
                const {
                    &[
                        low("decided_at", " AND c.state = 'accepted'"),
                        high("decided_at", " AND c.state = 'accepted'"),
                    ]
                }
            }
            Self::Received => {
                const {
                    &[
                        low("requested_at", " AND c.state = 'requested' AND c.by_low = 0"),
                        high("requested_at", " AND c.state = 'requested' AND c.by_low = 1"),
                    ]
                }
            }
            Self::Sent => {
                const {
                    &[
                        low("requested_at", " AND c.state = 'requested' AND c.by_low = 1"),
                        high("requested_at", " AND c.state = 'requested' AND c.by_low = 0"),
                    ]
                }
            }
            Self::Blocked => const { &[BLOCKED] },
        }
    }
}

/// Up to `limit` rows.
pub async fn page(read: &mut Read, query: &ListQuery<'_>, limit: u32) -> Result<Vec<ListRow>, StoreError> {
    page_sql(query, limit).fetch_all(read).await?.iter().map(row).collect()
}

fn page_sql(query: &ListQuery<'_>, limit: u32) -> Sql {
    let mut sql = Sql::default();
    let account = sql.named(query.account_id);
    let Walk { sign, direction } = query.from.walk(false);
    let place = query.from.key().map(|(key, id)| (sql.named(*key), sql.named(*id)));
    let mut words = String::new();
    for (nth, word) in query.words.iter().enumerate() {
        let username = query.usernames.get(nth).unwrap_or(word);
        let (first, later, username) = (
            sql.named(format!("{}%", like(word)).as_str()),
            sql.named(format!("% {}%", like(word)).as_str()),
            sql.named(format!("{}%", like(username)).as_str()),
        );
        words.push_str(&format!(
            " AND (a.name_key LIKE {first} ESCAPE '!' OR a.name_key LIKE {later} ESCAPE '!' \
             OR a.username_key LIKE {username} ESCAPE '!')"
        ));
    }
    let sides = query.which.sides().iter().map(|side| {
        let Side {
            table,
            own,
            other,
            name_key,
            since,
            narrowed,
        } = side;
        let past = place.as_ref().map_or(String::new(), |(key, id)| {
            format!(" AND (c.{name_key}, c.{other}) {sign} ({key}, {id})")
        });
        // CROSS JOIN, so that the table's own index is walked in order and the account only looked at.
        format!(
            "SELECT * FROM (SELECT a.id, a.given_name, a.family_name, a.username, c.{name_key} AS name_key, \
             c.{since} AS since FROM {table} c CROSS JOIN account a WHERE a.id = c.{other} AND c.{own} = {account}\
             {narrowed}{past}{words} ORDER BY c.{name_key} {direction}, c.{other} {direction} LIMIT {limit}) AS {own}_side"
        )
    });
    let sides: Vec<String> = sides.collect();
    sql.text(&format!(
        "{} ORDER BY name_key {direction}, id {direction} LIMIT {limit}",
        sides.join(" UNION ALL ")
    ));
    sql
}

/// How many rows each list of an account has, in the order connected, received, sent, blocked.
pub async fn counts(read: &mut Read, account_id: &str) -> Result<[u64; 4], StoreError> {
    let mut counts = [0; 4];
    let lists = [Which::Connected, Which::Received, Which::Sent, Which::Blocked];
    for (count, which) in counts.iter_mut().zip(lists) {
        for Side {
            table, own, narrowed, ..
        } in which.sides()
        {
            let sql = format!("SELECT COUNT(*) AS n FROM {table} c WHERE c.{own} = $1{narrowed}");
            // Safe: the text is made of this file's constants.
            let row = sqlx::query(AssertSqlSafe(sql))
                .bind(account_id)
                .fetch_one(read.conn())
                .await?;
            *count += number(&row, "n")?;
        }
    }
    Ok(counts)
}

fn row(row: &AnyRow) -> Result<ListRow, StoreError> {
    Ok(ListRow {
        id: text(row, "id")?,
        given_name: text(row, "given_name")?,
        family_name: text(row, "family_name")?,
        username: text(row, "username")?,
        name_key: text(row, "name_key")?,
        since: time(row, "since")?,
    })
}

#[cfg(test)]
mod tests;
