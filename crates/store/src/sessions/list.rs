//! Pages of sessions, newest first, continued from a key: of one group, of some groups, of all.

use activity::Time;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::session::{COLUMNS, SessionRow, SessionState, session};
use crate::page::Walk;
use crate::row::{number, text};
use crate::sql::Sql;
use crate::{PageFrom, Read, StoreError};

/// One session as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSession {
    /// The session.
    pub row: SessionRow,
    /// How many are in it.
    pub present: u64,
}

/// Which sessions a page shows.
#[derive(Clone, Debug)]
pub struct SessionQuery<'a> {
    /// Of this group; of every group if `None`.
    pub group_id: Option<&'a str>,
    /// In this state.
    pub state: SessionState,
    /// Where the page begins, by time and id.
    pub from: PageFrom<(Time, &'a str)>,
    /// Most rows.
    pub limit: u32,
}

impl SessionQuery<'_> {
    /// The time and id that the page lies past; all sessions come after that of the first page.
    fn place(&self) -> (Time, &str) {
        self.from.key().copied().unwrap_or((Time(i64::MAX), ""))
    }
}

/// Up to `limit` sessions, those that came last into their state first.
pub async fn page(read: &mut Read, query: &SessionQuery<'_>) -> Result<Vec<ListedSession>, StoreError> {
    let of_group = if query.group_id.is_some() {
        " AND s.group_id = $5"
    } else {
        ""
    };
    let Walk { sign, direction } = query.from.walk(true);
    let sql = format!(
        "SELECT {COLUMNS}, (SELECT COUNT(*) FROM session_presence p WHERE p.session_id = s.id) AS present \
         FROM session s LEFT JOIN user_group g ON g.id = s.group_id \
         WHERE s.state = $1 AND (s.state_at, s.id) {sign} ($2, $3){of_group} \
         ORDER BY s.state_at {direction}, s.id {direction} LIMIT $4"
    );
    let (at, id) = query.place();
    // Safe: the text is made of this file's constants; every value is bound.
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(query.state.code())
        .bind(at.0)
        .bind(id)
        .bind(i64::from(query.limit));
    let rows = match query.group_id {
        Some(group_id) => rows.bind(group_id),
        None => rows,
    };
    rows.fetch_all(read.conn()).await?.iter().map(listed).collect()
}

/// Up to `limit` sessions of every group whose sessions an account sees, in the same order; `query` names no group.
pub async fn page_of(
    read: &mut Read,
    account_id: &str,
    query: &SessionQuery<'_>,
) -> Result<Vec<ListedSession>, StoreError> {
    page_of_sql(account_id, query)
        .fetch_all(read)
        .await?
        .iter()
        .map(listed)
        .collect()
}

/// The groups one by one, the newest of each by its index; only those of the page are looked at whole.
fn page_of_sql(account_id: &str, query: &SessionQuery<'_>) -> Sql {
    let Walk { sign, direction } = query.from.walk(true);
    let mut sql = Sql::default();
    let (at, id) = query.place();
    // The account is `$1`, as in the text of its groups.
    sql.named(account_id);
    let limit = sql.named(i64::from(query.limit));
    let (state, at, id) = (sql.named(query.state.code()), sql.named(at.0), sql.named(id));
    let present = "(SELECT COUNT(*) FROM session_presence p WHERE p.session_id = s.id) AS present";
    sql.text(&format!(
        "WITH own AS ({GROUPS_OF}), newest AS (SELECT n.id FROM own CROSS JOIN session n \
         WHERE n.group_id = own.group_id AND n.state = {state} AND (n.state_at, n.id) {sign} ({at}, {id}) \
         ORDER BY n.state_at {direction}, n.id {direction} LIMIT {limit}) \
         SELECT {COLUMNS}, {present} FROM newest CROSS JOIN session s LEFT JOIN user_group g ON g.id = s.group_id \
         WHERE s.id = newest.id ORDER BY s.state_at {direction}, s.id {direction}"
    ));
    sql
}

fn listed(row: &AnyRow) -> Result<ListedSession, StoreError> {
    Ok(ListedSession {
        row: session(row)?,
        present: number(row, "present")?,
    })
}

/// The groups whose sessions the account `$1` sees: those it is a member of, and the subgroups of those it manages.
const GROUPS_OF: &str = "SELECT m.group_id FROM group_member m WHERE m.account_id = $1 \
     UNION SELECT g.id FROM group_member m JOIN user_group g ON g.parent_id = m.group_id \
     WHERE m.account_id = $1 AND m.role <> 'member'";

/// The groups whose sessions an account sees: those it is a member of, and the subgroups of those it manages.
pub async fn groups_of(read: &mut Read, account_id: &str) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query(GROUPS_OF);
    let rows = rows.bind(account_id).fetch_all(read.conn()).await?;
    rows.iter().map(|row| text(row, "group_id")).collect()
}

#[cfg(test)]
mod tests;
