//! Pages of lists: what is asked for, what is answered, and the cursors between them. A cursor is opaque to whoever
//! holds it: the values of the list's order in the last row of a page, so that no page is slower than the first.

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ChangeError;

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

/// Rows of a page.
pub(crate) fn limit(asked: u32) -> u32 {
    asked.clamp(1, PAGE_MAX)
}

/// The cursor that says this.
pub(crate) fn cursor(says: &impl Serialize) -> String {
    BASE64URL_NOPAD.encode(&serde_json::to_vec(says).unwrap_or_default())
}

/// What the cursor of the page before says: mostly the order's key and the id of its last row.
pub(crate) fn after<C: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<C>, ChangeError> {
    let Some(text) = cursor else { return Ok(None) };
    let json = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    let says = json.and_then(|json| serde_json::from_slice(&json).ok());
    says.map(Some).ok_or_else(of_another_list)
}

/// A cursor that was not given by the list it is shown to.
pub(crate) fn of_another_list() -> ChangeError {
    let text = "This page's address is damaged or of another list; start from the first page.";
    ChangeError::invalid("after", text)
}

/// A page of `rows`, of which one more than `limit` was asked for.
pub(crate) fn page<R, T, C: Serialize>(
    mut rows: Vec<R>,
    limit: u32,
    key: impl Fn(&R) -> C,
    show: impl FnMut(R) -> T,
) -> Page<T> {
    let more = cut(&mut rows, limit);
    let next = rows.last().filter(|_| more).map(|row| cursor(&key(row)));
    Page {
        rows: rows.into_iter().map(show).collect(),
        next,
    }
}

/// Takes away the row that only tells whether another page follows; returns whether one does.
pub(crate) fn cut<R>(rows: &mut Vec<R>, limit: u32) -> bool {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    more
}
