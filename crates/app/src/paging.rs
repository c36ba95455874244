//! Pages of lists: what is asked for, what is answered, and the cursors between them. A cursor is opaque to whoever
//! holds it: the values of the list's order in the last row of a page, so that no page is slower than the first.

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::PageFrom;

use crate::secrets::TAG_LEN;
use crate::{App, ChangeError};

const PAGE_MAX: u32 = 1_000;

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// The page of this cursor: one of the [`Turns`] of another page.
    pub after: Option<String>,
    /// Rows of a page, 1 to 1,000.
    pub limit: u32,
}

/// The cursors of the pages beside one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    /// Of the page before it; `None` for the first.
    pub prev: Option<String>,
    /// Of the page after it; `None` for the last.
    pub next: Option<String>,
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// The pages beside it.
    pub turns: Turns,
}

/// How many there are that match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// The number.
    pub n: u64,
    /// Whether it is exact, or at least this.
    pub exact: bool,
}

/// Rows of a page.
pub(crate) fn limit(asked: u32) -> u32 {
    asked.clamp(1, PAGE_MAX)
}

/// The cursors of one list. Each is signed by this installation for its list: one that was changed, or that another
/// list gave, is refused, so that what it says (the row it stands after, how many were counted) is what we said.
pub(crate) struct Cursors<'a> {
    app: &'a App,
    purpose: String,
}

impl<'a> Cursors<'a> {
    /// Of the list of this name.
    pub(crate) fn of(app: &'a App, list: &str) -> Self {
        let purpose = format!("cursor {list}");
        Self { app, purpose }
    }

    /// Of this list as narrowed by what was asked for: another question's cursor is another list's.
    pub(crate) fn asked(app: &'a App, list: &str, asked: &impl Serialize) -> Self {
        let asked = serde_json::to_string(asked).unwrap_or_default();
        Self::of(app, &format!("{list} {asked}"))
    }

    /// The cursor of what comes after the row that this says.
    pub(crate) fn after(&self, says: &impl Serialize) -> String {
        self.sign(says, &self.purpose)
    }

    /// The cursor of what comes before it.
    pub(crate) fn before(&self, says: &impl Serialize) -> String {
        self.sign(says, &self.back())
    }

    fn sign(&self, says: &impl Serialize, purpose: &str) -> String {
        let mut signed = serde_json::to_vec(says).unwrap_or_default();
        let tag = self.app.secret_key().tag(purpose, &signed);
        signed.extend_from_slice(&tag);
        BASE64URL_NOPAD.encode(&signed)
    }

    /// Where the page of this cursor begins. What it says is mostly the order's key and the id of a row.
    pub(crate) fn from<C: DeserializeOwned>(&self, cursor: Option<&str>) -> Result<PageFrom<C>, ChangeError> {
        let Some(cursor) = cursor else {
            return Ok(PageFrom::First);
        };
        let after = self.says(cursor, &self.purpose).map(PageFrom::After);
        let place = after.or_else(|| self.says(cursor, &self.back()).map(PageFrom::Before));
        place.ok_or_else(of_another_list)
    }

    fn says<C: DeserializeOwned>(&self, cursor: &str, purpose: &str) -> Option<C> {
        let signed = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        let (json, tag) = signed.split_last_chunk::<TAG_LEN>()?;
        let ours = self.app.secret_key().made(tag, purpose, json);
        ours.then(|| serde_json::from_slice(json).ok()).flatten()
    }

    /// What cursors are signed for that read the list backwards.
    fn back(&self) -> String {
        format!("{} back", self.purpose)
    }

    /// A page of `rows`, read from `from`, of which one more than `limit` was asked for.
    pub(crate) fn page<R, T, C: Serialize>(
        &self,
        from: &PageFrom<C>,
        rows: Vec<R>,
        limit: u32,
        key: impl Fn(&R) -> C,
        show: impl FnMut(R) -> T,
    ) -> Page<T> {
        let Cut { rows, prev, next } = cut(from, rows, limit);
        Page {
            turns: Turns {
                prev: rows.first().filter(|_| prev).map(|row| self.before(&key(row))),
                next: rows.last().filter(|_| next).map(|row| self.after(&key(row))),
            },
            rows: rows.into_iter().map(show).collect(),
        }
    }

    /// The page of a list that is only read onwards, of one row more than it has.
    pub(crate) fn onwards<R, C: Serialize>(&self, mut rows: Vec<R>, limit: u32, key: impl Fn(&R) -> C) -> Page<R> {
        let is_last = rows.len() <= limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| !is_last).map(|row| self.after(&key(row)));
        Page {
            rows,
            turns: Turns { prev: None, next },
        }
    }
}

/// A cursor that was not given by the list it is shown to.
fn of_another_list() -> ChangeError {
    let text = "This page's address is damaged or of another list; start from the first page.";
    ChangeError::invalid("after", text)
}

/// The rows of a page in the order of their list, and whether there are pages beside it.
pub(crate) struct Cut<R> {
    pub(crate) rows: Vec<R>,
    pub(crate) prev: bool,
    pub(crate) next: bool,
}

/// Takes away the row that only tells whether another page follows in the direction the list was read in. In the other
/// one there was the page whose cursor it is.
pub(crate) fn cut<R, C>(from: &PageFrom<C>, mut rows: Vec<R>, limit: u32) -> Cut<R> {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let (prev, next) = match from {
        PageFrom::First => (false, more),
        PageFrom::After(_) => (true, more),
        PageFrom::Before(_) => {
            rows.reverse();
            (more, true)
        }
    };
    Cut { rows, prev, next }
}
