//! Saving a search.

use jiff::tz::TimeZone;
use store::saved_searches::{self, Content, SavedSearchRow};

use super::check::{checked, named, opens, seen, shared_with, taken};
use super::{LogKind, SavedSearch, search_facts};
use crate::ids::{Prefix, new_id};
use crate::{App, Begun, Caller, ChangeError, limits, names};

/// The search to save.
#[derive(Clone, Debug)]
pub struct NewSavedSearch {
    /// In what log it is looked at.
    pub kind: LogKind,
    /// What it is called.
    pub name: String,
    /// The query as typed.
    pub query: String,
    /// The zone that dates in the query are read in.
    pub zone: TimeZone,
    /// Where its range begins, as in the address of a view.
    pub from: String,
    /// Where its range ends, likewise.
    pub to: String,
    /// Columns by name, separated by commas; empty for those that its reader keeps.
    pub columns: String,
    /// How close rows stand, by name; empty for what its reader keeps.
    pub density: String,
    /// Whether reads of the log are shown.
    pub shows_reads: bool,
    /// The id of a group of the caller's whose members see it as well.
    pub shared_with: Option<String>,
    /// Whether the caller's logs of this kind begin with it, instead of with another.
    pub is_default: bool,
}

/// Saves it for the caller.
pub async fn create(app: &App, caller: &Caller, new: NewSavedSearch) -> Result<SavedSearch, ChangeError> {
    if !opens(caller, new.kind) {
        return Err(ChangeError::Forbidden);
    }
    let kind = new.kind;
    let content = Content {
        name: new.name,
        query: new.query,
        from: new.from,
        to: new.to,
        columns: new.columns,
        density: new.density,
        shows_reads: new.shows_reads,
        shared_with: new.shared_with,
        is_default: new.is_default,
    };
    let content = checked(content, &new.zone)?;
    let asked = Asked {
        use_case: "saved_searches/create",
        what: format!("{} {content:?}", kind.code()),
    };
    add(app, caller, kind, content, asked).await
}

/// What tells one request to add a search from another.
pub(super) struct Asked {
    pub(super) use_case: &'static str,
    pub(super) what: String,
}

/// Adds one of this content, checked, to the caller's.
pub(super) async fn add(
    app: &App,
    caller: &Caller,
    kind: LogKind,
    content: Content,
    asked: Asked,
) -> Result<SavedSearch, ChangeError> {
    let account_id = &caller.person.id;
    let mut tx = match app.begin_once::<String>(caller, asked.use_case, &asked.what).await? {
        Begun::Now(tx) => tx,
        Begun::Before(mut tx, id) => {
            let row = saved_searches::get(&mut tx, account_id, &id).await?;
            let row = row.ok_or(ChangeError::NotFound)?;
            let group = named(&mut tx, row.content.shared_with.as_deref()).await?;
            return Ok(SavedSearch::of(caller, seen(row, &caller.person, group)));
        }
    };
    let most = limits::SAVED_SEARCHES;
    if saved_searches::count(&mut tx, account_id).await? >= most as u64 {
        return Err(ChangeError::conflict(format!(
            "You have {most} saved searches, as many as one may have; delete one first."
        )));
    }
    let group = shared_with(&mut tx, caller, content.shared_with.as_deref()).await?;
    let row = SavedSearchRow {
        id: new_id(app, Prefix::SavedSearch),
        account_id: account_id.clone(),
        kind,
        content,
        version: 1,
        created_at: app.now(),
    };
    if row.content.is_default {
        saved_searches::no_default(&mut tx, account_id, kind).await?;
    }
    if !saved_searches::insert(&mut tx, &row, &names::key(&row.content.name)).await? {
        return Err(taken(&row.content.name));
    }
    let created = search_facts::of(app, caller, "saved_search.created", &row, group.as_ref());
    tx.answered(&row.id).await?;
    tx.commit(created).await?;
    Ok(SavedSearch::of(caller, seen(row, &caller.person, group)))
}
