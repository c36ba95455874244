//! Pages of lists: what is asked for, what is answered, and the cursors between them. A cursor is opaque to whoever
//! holds it: the values of the list's order in the last row of a page, so that no page is slower than the first.

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::secrets::TAG_LEN;
use crate::{App, ChangeError};

const PAGE_MAX: u32 = 1_000;

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// The page after this cursor.
    pub after: Option<String>,
    /// Rows of a page, 1 to 1,000.
    pub limit: u32,
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// The cursor of the next page.
    pub next: Option<String>,
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

    /// The cursor that says this.
    pub(crate) fn cursor(&self, says: &impl Serialize) -> String {
        let mut signed = serde_json::to_vec(says).unwrap_or_default();
        let tag = self.app.secret_key().tag(&self.purpose, &signed);
        signed.extend_from_slice(&tag);
        BASE64URL_NOPAD.encode(&signed)
    }

    /// What the cursor of the page before says: mostly the order's key and the id of its last row.
    pub(crate) fn after<C: DeserializeOwned>(&self, cursor: Option<&str>) -> Result<Option<C>, ChangeError> {
        cursor
            .map(|text| self.says(text).ok_or_else(of_another_list))
            .transpose()
    }

    fn says<C: DeserializeOwned>(&self, cursor: &str) -> Option<C> {
        let signed = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        let (json, tag) = signed.split_last_chunk::<TAG_LEN>()?;
        let ours = self.app.secret_key().made(tag, &self.purpose, json);
        ours.then(|| serde_json::from_slice(json).ok()).flatten()
    }

    /// A page of `rows`, of which one more than `limit` was asked for.
    pub(crate) fn page<R, T, C: Serialize>(
        &self,
        mut rows: Vec<R>,
        limit: u32,
        key: impl Fn(&R) -> C,
        show: impl FnMut(R) -> T,
    ) -> Page<T> {
        let more = cut(&mut rows, limit);
        let next = rows.last().filter(|_| more).map(|row| self.cursor(&key(row)));
        Page {
            rows: rows.into_iter().map(show).collect(),
            next,
        }
    }
}

/// A cursor that was not given by the list it is shown to.
fn of_another_list() -> ChangeError {
    let text = "This page's address is damaged or of another list; start from the first page.";
    ChangeError::invalid("after", text)
}

/// Takes away the row that only tells whether another page follows; returns whether one does.
pub(crate) fn cut<R>(rows: &mut Vec<R>, limit: u32) -> bool {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    more
}
