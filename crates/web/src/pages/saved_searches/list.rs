//! The list of saved searches, copying and deleting them.

use app::saved_searches::{self, LogKind, SavedSearch};
use axum::extract::{Path, State};
use axum::response::Response;

use crate::AppState;
use crate::pages::activity::{UrlState, saved_address};
use crate::shell::{Fields, Href, PageError, Shell, SignedIn, done, filters, refused, render};

const HERE: &str = "/saved-searches";

/// Saved searches.
#[derive(askama::Template)]
#[template(path = "saved_searches/list.html")]
pub(super) struct ListPage {
    pub(super) shell: Shell,
    pub(super) mine: Vec<SavedSearch>,
    pub(super) shared: Vec<SavedSearch>,
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
) -> Result<Response, PageError> {
    let all = saved_searches::list(state.app(), &caller).await.map_err(refused)?;
    let (mine, shared) = all.into_iter().partition(|search| search.is_mine);
    render(&ListPage { shell, mine, shared })
}

pub(super) async fn copy(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    let caller = fields.once(caller);
    let copied = saved_searches::copy(state.app(), &caller, &id, None).await;
    let said = copied
        .as_ref()
        .map_or_else(|_| String::new(), |copy| format!("Saved as {}.", copy.name));
    done(copied.map(drop), HERE, &said)
}

pub(super) async fn delete(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    _: Fields,
) -> Result<Response, PageError> {
    let deleted = saved_searches::delete(state.app(), &caller, &id).await;
    done(deleted, HERE, "The saved search was deleted.")
}

impl ListPage {
    /// Where it opens; `None` for one of a kind of log of which there are many.
    fn opens(&self, search: &SavedSearch) -> Option<Href> {
        let base: Href = match (search.kind, &search.shared_with) {
            (LogKind::Everything, _) => "/activity".into(),
            (LogKind::Me, _) => "/settings/activity-logs".into(),
            (LogKind::Group, Some(group)) => Href::to(&["groups", &group.id, "activity"]),
            (LogKind::Group, None) | (LogKind::User, _) => return None,
        };
        Some(saved_address(search, &base, &UrlState::default()))
    }

    /// In what log it is looked at, in words.
    fn log(&self, search: &SavedSearch) -> &'static str {
        in_words(search.kind)
    }
}

/// A kind of log in words.
pub(super) fn in_words(kind: LogKind) -> &'static str {
    match kind {
        LogKind::Everything => "everyone’s log",
        LogKind::User => "one user’s log",
        LogKind::Group => "a group’s log",
        LogKind::Me => "your own log",
    }
}
