//! Cursors of the lists of groups: the order's key and the id of the last row of a page.

use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Page;
use crate::ChangeError;

const PAGE_MAX: u32 = 1_000;

#[derive(Serialize, Deserialize)]
struct Cursor<K> {
    key: K,
    id: String,
}

/// Rows of a page.
pub(crate) fn limit(asked: u32) -> u32 {
    asked.clamp(1, PAGE_MAX)
}

/// Key and id of the last row of the page before.
pub(crate) fn after<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<(K, String)>, ChangeError> {
    let Some(text) = cursor else { return Ok(None) };
    let json = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    let cursor: Option<Cursor<K>> = json.and_then(|json| serde_json::from_slice(&json).ok());
    let cursor = cursor.ok_or_else(|| {
        let text = "This page's address is damaged or of another list; start from the first page.";
        ChangeError::invalid("after", text)
    })?;
    Ok(Some((cursor.key, cursor.id)))
}

/// A page of `rows`, of which one more than `limit` was asked for.
pub(crate) fn page<R, T, K: Serialize>(
    mut rows: Vec<R>,
    limit: u32,
    key: impl Fn(&R) -> (K, String),
    show: impl FnMut(R) -> T,
) -> Page<T> {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let last = rows.last().filter(|_| more).map(key);
    let next =
        last.map(|(key, id)| BASE64URL_NOPAD.encode(&serde_json::to_vec(&Cursor { key, id }).unwrap_or_default()));
    Page {
        rows: rows.into_iter().map(show).collect(),
        next,
    }
}
