//! The rail beside every page of the description.

use super::reference::reference;
use crate::shell::Href;

/// Its entries, and which of them is this page.
pub(super) struct Rail {
    pub(super) entries: Vec<Entry>,
}

/// One of the pages.
pub(super) struct Entry {
    pub(super) label: String,
    pub(super) href: Href,
    pub(super) is_current: bool,
}

impl Rail {
    /// What this page is called.
    pub(super) fn current(&self) -> &str {
        let current = self.entries.iter().find(|entry| entry.is_current);
        current.map_or("API", |entry| entry.label.as_str())
    }
}

/// The rail as it stands on the page of this name.
pub(super) fn rail(current: &str) -> Rail {
    let areas = reference()
        .areas
        .iter()
        .map(|area| (area.name.as_str(), area.slug.as_str()));
    let all = [("Overview", "")]
        .into_iter()
        .chain(areas)
        .chain([("Shapes", "shapes"), ("Problems", "problems")]);
    let entries = all.map(|(label, slug)| Entry {
        label: label.to_owned(),
        href: if slug.is_empty() {
            Href::from("/docs")
        } else {
            Href::to(&["docs", slug])
        },
        is_current: slug == current,
    });
    Rail {
        entries: entries.collect(),
    }
}
