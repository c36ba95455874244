//! Pages of accounts: found, filtered, ordered, and continued from a key. Owns the only assembled SQL of accounts.

use activity::Time;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::account::{AccountRow, COLUMNS, account};
use crate::page::Walk;
use crate::row::number;
use crate::sql::{Sql, Value};
use crate::{PageFrom, Read, StoreError};
use filters::{Members, filters};

mod filters;

/// Accounts by their log-in status, as the column Last Login shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// Logged in at least once.
    LoggedIn,
    /// Never logged in, and locked now.
    Locked,
    /// Never logged in, not locked, the latest attempt failed.
    Failed,
    /// Never logged in, no failure, the activation link was used.
    Active,
    /// None of these.
    Never,
}

/// Accounts by what they may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleFilter {
    /// Administrators.
    Administrator,
    /// Auditors.
    Auditor,
    /// Neither.
    Member,
    /// Service accounts.
    Service,
}

/// What a page is ordered by; the account's id makes each total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Full name.
    Name,
    /// Username.
    Username,
    /// E-mail address.
    Email,
    /// Latest successful log-in; never comes first.
    LastLogin,
    /// Creation.
    Created,
}

impl Order {
    const fn expression(self) -> &'static str {
        match self {
            Self::Name => "a.name_key",
            Self::Username => "a.username_key",
            Self::Email => "a.email_key",
            Self::LastLogin => "COALESCE(a.last_login_at, 0)",
            Self::Created => "a.created_at",
        }
    }

    /// The same order by an expression that no index has.
    const fn unindexed(self) -> &'static str {
        match self {
            Self::Name => "a.name_key || ''",
            Self::Username => "a.username_key || ''",
            Self::Email => "a.email_key || ''",
            Self::LastLogin => "COALESCE(a.last_login_at, 0) + 0",
            Self::Created => "a.created_at + 0",
        }
    }

    const fn is_time(self) -> bool {
        matches!(self, Self::LastLogin | Self::Created)
    }
}

/// The value of the order's expression in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Of an order by text.
    Text(String),
    /// Of an order by time.
    Number(i64),
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Text(text) => Self::Text(text),
            Key::Number(number) => Self::Number(number),
        }
    }
}

/// Which accounts a page shows.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// Beginnings of words, folded; all must match.
    pub words: Vec<String>,
    /// By status.
    pub status: Option<StatusFilter>,
    /// By role.
    pub role: Option<RoleFilter>,
    /// By whether they may log in.
    pub login_enabled: Option<bool>,
    /// Members of this group.
    pub group: Option<String>,
    /// Order.
    pub order: Order,
    /// Greatest first.
    pub descending: bool,
    /// Where the page begins.
    pub from: PageFrom<(Key, String)>,
    /// The present moment: locks lapse.
    pub now: Time,
}

impl ListQuery {
    /// Whether anybody may be left out.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        !self.words.is_empty() || self.is_filtered()
    }

    fn is_filtered(&self) -> bool {
        self.status.is_some() || self.role.is_some() || self.login_enabled.is_some() || self.group.is_some()
    }

    /// Whether a filter lets only few accounts pass, so that they are to be found by the filter's index and then
    /// ordered, not by walking all accounts in order. SQLite cannot know without statistics.
    fn few_pass(&self) -> bool {
        let few_have_it = matches!(self.status, Some(StatusFilter::Locked | StatusFilter::Failed))
            || matches!(self.role, Some(RoleFilter::Administrator | RoleFilter::Auditor));
        few_have_it && self.order != Order::Name
    }

    fn walk(&self) -> Walk {
        self.from.walk(self.descending)
    }
}

/// Up to `limit` accounts, each with its key, from where the page begins.
pub async fn page(read: &mut Read, query: &ListQuery, limit: u32) -> Result<Vec<(AccountRow, Key)>, StoreError> {
    let plan = plan(read, query).await?;
    let members = Members::of(read, query).await?;
    if let Plan::WordsInOrder(rarest) = plan {
        // An account stands there once for each of its words that match, side by side: nearly always a few times as
        // many rows hold the page, and no list of all matches is made.
        let quick = fetch(read, query, Plan::WordsInOrder(rarest), members, limit).await?;
        if quick.len() >= limit as usize {
            return Ok(quick);
        }
        return fetch(read, query, Plan::AllWordsInOrder(rarest), members, limit).await;
    }
    fetch(read, query, plan, members, limit).await
}

async fn fetch(
    read: &mut Read,
    query: &ListQuery,
    plan: Plan,
    members: Members,
    limit: u32,
) -> Result<Vec<(AccountRow, Key)>, StoreError> {
    let mut sql = Sql::default();
    let order = query.order.expression();
    sql.text(&format!(
        "SELECT {COLUMNS}, {order} AS list_key FROM account a WHERE 1 = 1"
    ));
    match plan {
        Plan::WordsInOrder(rarest) => {
            best_matches(
                &mut sql,
                query,
                (rarest, "w.name_key, w.account_id"),
                REPEATS * i64::from(limit),
            );
        }
        Plan::AllWordsInOrder(rarest) => {
            let columns = "DISTINCT w.name_key, w.account_id";
            best_matches(&mut sql, query, (rarest, columns), i64::from(limit));
        }
        Plan::Words(rarest) => {
            words(&mut sql, query, Some(rarest));
            filters(&mut sql, query, members);
        }
        Plan::Walk => {
            words(&mut sql, query, None);
            filters(&mut sql, query, members);
        }
    }
    past(&mut sql, query, order, "a.id");
    let direction = query.walk().direction;
    let by = if query.few_pass() || members == Members::Few {
        query.order.unindexed()
    } else {
        order
    };
    sql.text(&format!(" ORDER BY {by} {direction}, a.id {direction} LIMIT "));
    sql.bind(i64::from(limit));
    let rows = sql.fetch_all(read).await?;
    rows.iter()
        .map(|row| Ok((account(row)?, key(row, query.order)?)))
        .collect()
}

/// How many match, counted up to `cap`.
pub async fn count(read: &mut Read, query: &ListQuery, cap: u64) -> Result<u64, StoreError> {
    let mut sql = Sql::default();
    sql.text("SELECT COUNT(*) AS n FROM (");
    match rarest(read, query).await? {
        // Order does not matter here, so the words go first however many they match.
        Some((rarest, _)) if !query.is_filtered() => matches(&mut sql, query, rarest, "DISTINCT w.account_id"),
        rarest => {
            sql.text("SELECT 1 AS one FROM account a WHERE 1 = 1");
            words(&mut sql, query, rarest.filter(|(_, n)| *n <= MANY).map(|(at, _)| at));
            filters(&mut sql, query, Members::of(read, query).await?);
        }
    }
    sql.text(" LIMIT ");
    sql.bind(i64::try_from(cap).unwrap_or(i64::MAX));
    sql.text(") AS matching");
    let rows = sql.fetch_all(read).await?;
    rows.first().map_or(Ok(0), |row| number(row, "n"))
}

/// Matches of a word that are always collected: walking the accounts until a page is full cannot be quicker.
pub(crate) const FEW: i64 = 2_000;
/// Matches of a word that are never collected: so many are met soon when walking.
const MANY: i64 = 200_000;

/// Rows of matches looked at for one row of a page.
const REPEATS: i64 = 4;

/// How a page is found; the number is the place of the word that matches fewest accounts.
#[derive(Clone, Copy, Debug)]
enum Plan {
    /// Walk the accounts in order and test each.
    Walk,
    /// Collect the accounts of a word and order those that pass.
    Words(usize),
    /// Order the matches of a word by the name that stands beside them, and look at one page of accounts; the page
    /// may be short where accounts match by many of their words.
    WordsInOrder(usize),
    /// The same with every account taken once first, however many match.
    AllWordsInOrder(usize),
}

async fn plan(read: &mut Read, query: &ListQuery) -> Result<Plan, StoreError> {
    let Some((rarest, n)) = rarest(read, query).await? else {
        return Ok(Plan::Walk);
    };
    // Who is found by a name stands together in the order of names: walking there may take most of the way.
    let may_be_far = query.words.len() > 1 || !query.order.is_time();
    Ok(match () {
        () if n > MANY || (n > FEW && !may_be_far) => Plan::Walk,
        () if query.order == Order::Name && !query.is_filtered() => Plan::WordsInOrder(rarest),
        () => Plan::Words(rarest),
    })
}

/// The word that matches fewest accounts, and how many, counted up to one more than [`MANY`].
async fn rarest(read: &mut Read, query: &ListQuery) -> Result<Option<(usize, i64)>, StoreError> {
    rarest_of(read, &query.words, MANY + 1).await
}

/// The word that matches fewest of all accounts, and how many, counted up to `most`.
pub(crate) async fn rarest_of(
    read: &mut Read,
    words: &[String],
    most: i64,
) -> Result<Option<(usize, i64)>, StoreError> {
    let mut rarest: Option<(usize, i64)> = None;
    for (at, word) in words.iter().enumerate() {
        let mut sql = Sql::default();
        sql.text("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM account_word w WHERE ");
        sql.begins("w.word", word);
        sql.text(" LIMIT ");
        // No use in counting further than the rarest so far.
        sql.bind(rarest.map_or(most, |(_, n)| n));
        sql.text(") AS matching");
        let rows = sql.fetch_all(read).await?;
        let n = rows.first().map_or(Ok(0), |row| row.try_get::<i64, _>("n"))?;
        if rarest.is_none_or(|(_, least)| n < least) {
            rarest = Some((at, n));
        }
    }
    Ok(rarest)
}

/// The accounts of one page, taken from the matches of the rarest word alone.
fn best_matches(sql: &mut Sql, query: &ListQuery, (rarest, columns): (usize, &str), limit: i64) {
    sql.text(" AND a.id IN (SELECT best.account_id FROM (");
    matches(sql, query, rarest, columns);
    past(sql, query, "w.name_key", "w.account_id");
    let direction = query.walk().direction;
    sql.text(&format!(
        " ORDER BY w.name_key {direction}, w.account_id {direction} LIMIT "
    ));
    sql.bind(limit);
    sql.text(") AS best)");
}

/// The matches of the rarest word that the other words match as well.
fn matches(sql: &mut Sql, query: &ListQuery, rarest: usize, columns: &str) {
    sql.text(&format!("SELECT {columns} FROM account_word w WHERE "));
    sql.begins("w.word", &query.words[rarest]);
    for (_, word) in query.words.iter().enumerate().filter(|(at, _)| *at != rarest) {
        sql.text(" AND EXISTS (SELECT 1 FROM account_word o WHERE o.account_id = w.account_id AND ");
        sql.begins("o.word", word);
        sql.text(" LIMIT 1 OFFSET 0)");
    }
}

/// Only what lies past the row that the page begins at.
fn past(sql: &mut Sql, query: &ListQuery, order: &str, id_column: &str) {
    let Some((key, id)) = query.from.key() else { return };
    sql.past(&format!("{order}, {id_column}"), query.walk().sign, key.clone(), id);
}

/// Every word must match: the rarest as a list of accounts where there is one, the others as tests of each account.
fn words(sql: &mut Sql, query: &ListQuery, rarest: Option<usize>) {
    for (at, word) in query.words.iter().enumerate() {
        if rarest == Some(at) {
            sql.text(" AND a.id IN (SELECT w.account_id FROM account_word w WHERE ");
            sql.begins("w.word", word);
            sql.text(")");
        } else {
            // OFFSET 0 keeps it a test of one account: joined, it would be collected whole before the first row.
            sql.text(" AND EXISTS (SELECT 1 FROM account_word w WHERE w.account_id = a.id AND ");
            sql.begins("w.word", word);
            sql.text(" LIMIT 1 OFFSET 0)");
        }
    }
}

fn key(row: &AnyRow, order: Order) -> Result<Key, StoreError> {
    if order.is_time() {
        Ok(Key::Number(row.try_get("list_key")?))
    } else {
        Ok(Key::Text(row.try_get("list_key")?))
    }
}
