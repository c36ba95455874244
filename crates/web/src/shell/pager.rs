//! Lists that go on over several pages: what their addresses say, and where the links below them lead.

use app::{PageRequest, Turns};
use serde::Deserialize;

use super::Href;

/// What the address of a list says that is not narrowed: its page alone.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Paged {
    /// A cursor; empty on the first page.
    pub(crate) after: String,
}

impl Paged {
    /// The page it asks for.
    pub(crate) fn request(&self, limit: u32) -> PageRequest {
        PageRequest {
            after: cursor(&self.after),
            limit,
        }
    }

    /// The links below the list at `path`.
    pub(crate) fn pager(&self, list: impl Into<Href>, turns: &Turns) -> Pager {
        Pager::new(list, &[], &self.after, turns)
    }
}

/// The cursor of an address; an empty one is that of the first page.
pub(crate) fn cursor(after: &str) -> Option<String> {
    Some(after.to_owned()).filter(|after| !after.is_empty())
}

/// The links below a list, as `parts/pager.html` shows them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pager {
    /// The first page, unless this is it.
    pub(crate) first: Option<Href>,
    /// The page before this one.
    pub(crate) prev: Option<Href>,
    /// The page after this one.
    pub(crate) next: Option<Href>,
    /// Which rows these are, of how many; empty where that is not counted.
    pub(crate) place: String,
    newest_first: bool,
}

impl Pager {
    /// Of the list at `path` whose page with the cursor `after` is shown, beside these; `kept` is what narrows it.
    pub(crate) fn new(list: impl Into<Href>, kept: &[(&str, &str)], after: &str, turns: &Turns) -> Self {
        let first = list.into().with(kept);
        let page = |cursor: &Option<String>| {
            let cursor = cursor.as_deref()?;
            Some(first.clone().with(&[("after", cursor)]))
        };
        let (prev, next) = (page(&turns.prev), page(&turns.next));
        // Whoever went back to the first page is on it, whatever its address says; a page with nothing beside it lies
        // past the end.
        let is_later = prev.is_some() || (!after.is_empty() && next.is_none());
        Self {
            prev,
            next,
            first: is_later.then_some(first),
            place: String::new(),
            newest_first: false,
        }
    }

    /// With words for which rows of how many are shown.
    pub(crate) fn at(mut self, place: String) -> Self {
        self.place = place;
        self
    }

    /// In the words of a list whose newest rows are on the first page.
    pub(crate) fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    /// Whether this is not the first page.
    pub(crate) fn is_later(&self) -> bool {
        self.first.is_some()
    }

    pub(crate) fn to_first(&self) -> &'static str {
        if self.newest_first { "Newest" } else { "First page" }
    }

    pub(crate) fn to_prev(&self) -> &'static str {
        if self.newest_first { "Newer" } else { "Previous" }
    }

    pub(crate) fn to_next(&self) -> &'static str {
        if self.newest_first { "Older" } else { "Next" }
    }
}

/// The cursors of the pages before and behind one, where there are any.
#[cfg(test)]
pub(crate) fn turns(prev: Option<&str>, next: Option<&str>) -> Turns {
    Turns {
        prev: prev.map(str::to_owned),
        next: next.map(str::to_owned),
    }
}
