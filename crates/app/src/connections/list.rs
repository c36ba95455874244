//! The caller's connections, requests and blocks, in the order of names, paged by key.

use activity::Person;
use store::PageFrom;
use store::connections::list::{self as rows, ListQuery, ListRow};

use super::{Connection, Standing};
use crate::paging::{self, Cursors};
use crate::{App, Caller, ChangeError, Page, names};

/// Which list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// Who is connected with the caller.
    #[default]
    Connected,
    /// Who asked the caller.
    Received,
    /// Whom the caller asked.
    Sent,
    /// Whom the caller blocks.
    Blocked,
}

/// What to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionSearch {
    /// Which list.
    pub which: Which,
    /// Beginnings of words of the name, or of the username; all must match.
    pub find: String,
    /// The page after this cursor.
    pub after: Option<String>,
    /// Rows of a page, 1 to 1,000.
    pub limit: u32,
}

/// How many rows each list has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Who is connected with the caller.
    pub connected: u64,
    /// Who asked the caller.
    pub received: u64,
    /// Whom the caller asked.
    pub sent: u64,
    /// Whom the caller blocks.
    pub blocked: u64,
}

/// One page of one of the caller's own lists.
pub async fn list(app: &App, caller: &Caller, search: &ConnectionSearch) -> Result<Page<Connection>, ChangeError> {
    let pages = Cursors::of(app, "connections");
    let from: PageFrom<(String, String)> = pages.from(search.after.as_deref())?;
    let (words, usernames) = (names::typed_words(&search.find), names::typed_keys(&search.find));
    let query = ListQuery {
        account_id: &caller.person.id,
        which: search.which.stored(),
        words: &words,
        usernames: &usernames,
        from: from.map(|(key, id)| (key.as_str(), id.as_str())),
    };
    let limit = paging::limit(search.limit);
    let mut read = app.store().read().await?;
    let found = rows::page(&mut read, &query, limit + 1).await?;
    Ok(pages.page(
        &from,
        found,
        limit,
        |row| (row.name_key.clone(), row.id.clone()),
        |row| shown(row, search.which),
    ))
}

/// How long the caller's lists are.
pub async fn count(app: &App, caller: &Caller) -> Result<Counts, ChangeError> {
    let mut read = app.store().read().await?;
    let [connected, received, sent, blocked] = rows::counts(&mut read, &caller.person.id).await?;
    Ok(Counts {
        connected,
        received,
        sent,
        blocked,
    })
}

fn shown(row: ListRow, which: Which) -> Connection {
    let name = [row.given_name.as_str(), row.family_name.as_str()].join(" ");
    Connection {
        person: Person {
            id: row.id,
            name: name.trim().to_owned(),
            username: row.username,
            email: String::new(),
        },
        standing: which.standing(),
        since: Some(row.since),
    }
}

impl Which {
    /// How the caller stands with everybody on it.
    #[must_use]
    pub fn standing(self) -> Standing {
        match self {
            Self::Connected => Standing::Connected,
            Self::Received => Standing::Received,
            Self::Sent => Standing::Sent,
            Self::Blocked => Standing::Blocked,
        }
    }

    fn stored(self) -> rows::Which {
        match self {
            Self::Connected => rows::Which::Connected,
            Self::Received => rows::Which::Received,
            Self::Sent => rows::Which::Sent,
            Self::Blocked => rows::Which::Blocked,
        }
    }
}
