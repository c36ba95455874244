//! A saved search as callers see it.

use activity::{Named, Time};
pub use store::saved_searches::Kind as LogKind;
use store::saved_searches::{SavedSearchRow, Seen};

use crate::Caller;
use crate::activity::{Columns, Density, LogScope};

/// A saved search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// `srch_…`
    pub id: String,
    /// In what log it is looked at.
    pub kind: LogKind,
    /// What it is called.
    pub name: String,
    /// The query in canonical form.
    pub query: String,
    /// Where its range begins, as in the address of a view; empty where it is open.
    pub from: String,
    /// Where its range ends, likewise.
    pub to: String,
    /// The columns it is shown with; `None` for those that its reader keeps.
    pub columns: Option<Columns>,
    /// How close rows stand; `None` for what its reader keeps.
    pub density: Option<Density>,
    /// Whether reads of the log are shown.
    pub shows_reads: bool,
    /// The group whose members see it as well.
    pub shared_with: Option<Named>,
    /// Whether its owner's logs of this kind begin with it.
    pub is_default: bool,
    /// Whether it is the caller's.
    pub is_mine: bool,
    /// The name of its owner.
    pub owner: String,
    /// Counts its edits.
    pub version: i64,
    /// When it was saved.
    pub created_at: Time,
}

impl SavedSearch {
    /// As this caller sees it.
    pub(super) fn of(caller: &Caller, seen: Seen) -> Self {
        let Seen { row, owner, group } = seen;
        let SavedSearchRow {
            id,
            account_id,
            kind,
            content,
            version,
            created_at,
        } = row;
        Self {
            id,
            kind,
            name: content.name,
            query: content.query,
            from: content.from,
            to: content.to,
            columns: Some(content.columns)
                .filter(|names| !names.is_empty())
                .map(|names| Columns::read(&names).0),
            density: Density::named(&content.density),
            shows_reads: content.shows_reads,
            shared_with: content.shared_with.zip(group).map(|(id, name)| Named { id, name }),
            is_default: content.is_default && account_id == caller.person.id,
            is_mine: account_id == caller.person.id,
            owner,
            version,
            created_at,
        }
    }
}

/// Whose log it is, as far as a saved search tells logs apart.
impl From<&LogScope> for LogKind {
    fn from(scope: &LogScope) -> Self {
        match scope {
            LogScope::Me => Self::Me,
            LogScope::User(_) => Self::User,
            LogScope::Group(_) => Self::Group,
            LogScope::Everything => Self::Everything,
        }
    }
}
