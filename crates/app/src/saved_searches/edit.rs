//! Changing a saved search: its name, what it looks for, whom it is shared with, and whether a log begins with it.

use jiff::tz::TimeZone;
use store::saved_searches::{self, Content};

use super::check::{checked, named, seen, shared_with, taken};
use super::{SavedSearch, search_facts};
use crate::{App, Caller, ChangeError, names};

/// What to change; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct EditSavedSearch {
    /// What it is called.
    pub name: Option<String>,
    /// The query as typed, and the zone that dates in it are read in.
    pub query: Option<(String, TimeZone)>,
    /// Where its range begins, as in the address of a view.
    pub from: Option<String>,
    /// Where its range ends, likewise.
    pub to: Option<String>,
    /// Columns by name, separated by commas.
    pub columns: Option<String>,
    /// How close rows stand, by name.
    pub density: Option<String>,
    /// Whether reads of the log are shown.
    pub shows_reads: Option<bool>,
    /// The id of a group of the caller's whose members see it as well, or nobody's.
    pub shared_with: Option<Option<String>>,
    /// Whether the caller's logs of this kind begin with it.
    pub is_default: Option<bool>,
}

impl EditSavedSearch {
    fn of(self, before: &Content) -> (Content, TimeZone) {
        let before = before.clone();
        let (query, zone) = self.query.unwrap_or((before.query, TimeZone::UTC));
        let content = Content {
            name: self.name.unwrap_or(before.name),
            query,
            from: self.from.unwrap_or(before.from),
            to: self.to.unwrap_or(before.to),
            columns: self.columns.unwrap_or(before.columns),
            density: self.density.unwrap_or(before.density),
            shows_reads: self.shows_reads.unwrap_or(before.shows_reads),
            shared_with: self.shared_with.unwrap_or(before.shared_with),
            is_default: self.is_default.unwrap_or(before.is_default),
        };
        (content, zone)
    }
}

/// Changes one of the caller's. `expected` is the version the caller has seen, `None` whichever it is now. Nothing
/// changed leaves no activity.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: &str,
    expected: Option<i64>,
    edit: EditSavedSearch,
) -> Result<SavedSearch, ChangeError> {
    let me = &caller.person.id;
    let mut tx = app.begin().await?;
    let before = saved_searches::get(&mut tx, me, id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    if expected.is_some_and(|version| version != before.version) {
        return Err(ChangeError::Stale);
    }
    let mut row = before.clone();
    let (content, zone) = edit.of(&before.content);
    row.content = checked(content, &zone)?;
    // Whoever left the group since it was shared is not kept from renaming what is theirs.
    let group = match row.content.shared_with == before.content.shared_with {
        true => named(&mut tx, row.content.shared_with.as_deref()).await?,
        false => shared_with(&mut tx, caller, row.content.shared_with.as_deref()).await?,
    };
    if row.content == before.content {
        return Ok(SavedSearch::of(caller, seen(row, &caller.person, group)));
    }
    let name_key = names::key(&row.content.name);
    if saved_searches::name_taken(&mut tx, me, id, &name_key).await? {
        return Err(taken(&row.content.name));
    }
    if row.content.is_default && !before.content.is_default {
        saved_searches::no_default(&mut tx, me, row.kind).await?;
    }
    // Of the version that was read, so that no edit overwrites another one.
    if !saved_searches::edit(&mut tx, &row, &name_key).await? {
        return Err(ChangeError::Stale);
    }
    row.version += 1;
    let mut changed = search_facts::of(app, caller, "saved_search.changed", &row, group.as_ref());
    changed.changes = search_facts::changes(&before.content, &row.content);
    tx.commit(changed).await?;
    Ok(SavedSearch::of(caller, seen(row, &caller.person, group)))
}
