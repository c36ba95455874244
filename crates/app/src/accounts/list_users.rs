//! All Users: found by a beginning, filtered, ordered, and paged by key so that the last page is as quick as the first.

use serde::{Deserialize, Serialize};
use store::PageFrom;
use store::accounts::account::AccountRow;
use store::accounts::list::{self, Key, ListQuery};

use super::UserRow;
use crate::paging::{self, Cursors, Cut};
use crate::{App, Caller, ChangeError, Total, Turns, names};

/// What to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserSearch {
    /// Beginnings of words of name, username or e-mail address, regardless of case; all must match.
    pub find: String,
    /// By status.
    pub status: Option<StatusFilter>,
    /// By role.
    pub role: Option<RoleFilter>,
    /// By whether they may log in.
    pub login_enabled: Option<bool>,
    /// Members of the group with this id.
    pub group: Option<String>,
    /// Order.
    pub sort: Sort,
    /// The page after this cursor.
    pub after: Option<String>,
    /// Rows of a page, 1 to 1,000.
    pub limit: u32,
}

/// By log-in status, as the column Last Login shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusFilter {
    /// Logged in at least once.
    LoggedIn,
    /// Locked.
    Locked,
    /// Failed.
    Failed,
    /// Active.
    Active,
    /// Never.
    Never,
}

/// By role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// What a page is ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sort {
    /// The column.
    pub by: Order,
    /// Greatest first.
    pub descending: bool,
}

/// A column that orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Full name.
    #[default]
    Name,
    /// Username.
    Username,
    /// E-mail address.
    Email,
    /// Latest successful log-in.
    LastLogin,
    /// Creation.
    Created,
}

/// One page.
#[derive(Clone, Debug)]
pub struct UserPage {
    /// The users.
    pub rows: Vec<UserRow>,
    /// How many match on all pages.
    pub total: Total,
    /// Rows on the pages before this one.
    pub before: u64,
    /// The pages beside it.
    pub turns: Turns,
}

/// With a filter or a find, more than this are not counted.
const COUNT_CAP: u64 = 10_000;
/// Without one, more than this are not: counting a million takes longer than everything else on the page.
const COUNT_ALL_CAP: u64 = 100_000;

#[derive(Serialize, Deserialize)]
struct Cursor {
    text: Option<String>,
    number: Option<i64>,
    id: String,
    /// Rows before the place it says, and how many there were in all when the first page was shown.
    before: u64,
    total: u64,
    exact: bool,
}

/// One page of the users; for administrators and auditors.
pub async fn list_users(app: &App, caller: &Caller, search: &UserSearch) -> Result<UserPage, ChangeError> {
    if !(caller.is_administrator() || caller.reads_everything()) {
        return Err(ChangeError::Forbidden);
    }
    let narrowed = (
        &search.find,
        search.status,
        search.role,
        search.login_enabled,
        &search.group,
    );
    let pages = Cursors::asked(app, "users", &(narrowed, search.sort));
    let from: PageFrom<Cursor> = pages.from(search.after.as_deref())?;
    let query = ListQuery {
        words: names::typed_words(&search.find),
        status: search.status.map(StatusFilter::stored),
        role: search.role.map(RoleFilter::stored),
        login_enabled: search.login_enabled,
        group: search.group.clone(),
        order: search.sort.by.stored(),
        descending: search.sort.descending,
        from: from.map(Cursor::key),
        now: app.now(),
    };
    let limit = paging::limit(search.limit);
    let mut read = app.store().read().await?;
    // Whoever may ask for all users may know of every group: only one that does not exist is refused.
    if let Some(group) = &search.group
        && store::groups::get(&mut read, group).await?.is_none()
    {
        return Err(ChangeError::NotFound);
    }
    let rows = list::page(&mut read, &query, limit + 1).await?;
    let Cut { rows, prev, next } = paging::cut(&from, rows, limit);
    let before = rows_before(&from, prev, rows.len() as u64);
    let shown = before + rows.len() as u64;
    let total = match from.key() {
        // Counted once: the pages beside it carry it along.
        Some(cursor) => cursor.total(),
        None if !next => Total { n: shown, exact: true },
        None => count(&mut read, query).await?,
    };
    let turns = Turns {
        prev: rows
            .first()
            .filter(|_| prev)
            .map(|row| pages.before(&Cursor::at(row, before, total))),
        next: rows
            .last()
            .filter(|_| next)
            .map(|row| pages.after(&Cursor::at(row, shown, total))),
    };
    let rows = rows.iter().map(|(row, _)| UserRow::of(row, app.now())).collect();
    Ok(UserPage {
        rows,
        total,
        before,
        turns,
    })
}

/// How many rows lie before a page of `rows` rows that begins there.
fn rows_before(from: &PageFrom<Cursor>, has_prev: bool, rows: u64) -> u64 {
    match from {
        PageFrom::First => 0,
        PageFrom::After(cursor) => cursor.before,
        // Who came or went meanwhile is not counted anew: the first page is the first.
        PageFrom::Before(cursor) if has_prev => cursor.before.saturating_sub(rows),
        PageFrom::Before(_) => 0,
    }
}

impl Cursor {
    /// Of the page that begins or ends at this row, with so many rows before it.
    fn at((row, key): &(AccountRow, Key), before: u64, total: Total) -> Self {
        let (text, number) = match key {
            Key::Text(text) => (Some(text.clone()), None),
            Key::Number(number) => (None, Some(*number)),
        };
        Self {
            text,
            number,
            id: row.id.clone(),
            before,
            total: total.n,
            exact: total.exact,
        }
    }

    fn key(&self) -> (Key, String) {
        let text = || Key::Text(self.text.clone().unwrap_or_default());
        (self.number.map_or_else(text, Key::Number), self.id.clone())
    }

    fn total(&self) -> Total {
        Total {
            n: self.total,
            exact: self.exact,
        }
    }
}

async fn count(read: &mut store::Read, query: ListQuery) -> Result<Total, ChangeError> {
    let cap = if query.is_narrowed() { COUNT_CAP } else { COUNT_ALL_CAP };
    let all = ListQuery {
        from: PageFrom::First,
        ..query
    };
    let n = list::count(read, &all, cap + 1).await?;
    Ok(Total {
        n: n.min(cap),
        exact: n <= cap,
    })
}

impl StatusFilter {
    fn stored(self) -> list::StatusFilter {
        match self {
            Self::LoggedIn => list::StatusFilter::LoggedIn,
            Self::Locked => list::StatusFilter::Locked,
            Self::Failed => list::StatusFilter::Failed,
            Self::Active => list::StatusFilter::Active,
            Self::Never => list::StatusFilter::Never,
        }
    }
}

impl RoleFilter {
    fn stored(self) -> list::RoleFilter {
        match self {
            Self::Administrator => list::RoleFilter::Administrator,
            Self::Auditor => list::RoleFilter::Auditor,
            Self::Member => list::RoleFilter::Member,
            Self::Service => list::RoleFilter::Service,
        }
    }
}

impl Order {
    fn stored(self) -> list::Order {
        match self {
            Self::Name => list::Order::Name,
            Self::Username => list::Order::Username,
            Self::Email => list::Order::Email,
            Self::LastLogin => list::Order::LastLogin,
            Self::Created => list::Order::Created,
        }
    }
}
