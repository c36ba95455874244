//! What every list of sessions shows: those that run, those for later, those that ended; and the form of a new one.

use app::sessions::{self, NewSession, Session, SessionSearch, SessionState};
use app::{Caller, FieldError, Page};
use axum::response::Response;

use crate::AppState;
use crate::shell::{Fields, Flash, Href, PageError, Paged, Pager, cursor, error_of, redirect_with, refused};

/// Ended sessions of one page.
const LIMIT: u32 = 50;
/// Sessions that run, and for later: all that anybody looks through.
const MOST: u32 = 200;

/// The three lists; behind the first page only that of ended sessions.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    pub(super) running: Vec<Session>,
    pub(super) planned: Vec<Session>,
    pub(super) ended: Vec<Session>,
    pub(super) pager: Pager,
}

impl Lists {
    pub(super) async fn load(
        state: &AppState,
        caller: &Caller,
        group_id: Option<&str>,
        asked: &Paged,
    ) -> Result<Self, PageError> {
        let path = group_id.map_or_else(|| "/sessions".into(), |id| Href::to(&["groups", id, "sessions"]));
        let page = (cursor(&asked.after), LIMIT);
        let ended = one(state, caller, group_id, SessionState::Ended, page).await?;
        let pager = asked.pager(&path, &ended.turns).newest_first();
        let (mut running, mut planned) = (Vec::new(), Vec::new());
        if !pager.is_later() {
            running = one(state, caller, group_id, SessionState::Running, (None, MOST))
                .await?
                .rows;
            planned = one(state, caller, group_id, SessionState::Planned, (None, MOST))
                .await?
                .rows;
        }
        Ok(Self {
            running,
            planned,
            pager,
            ended: ended.rows,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty() && self.planned.is_empty() && self.ended.is_empty()
    }
}

async fn one(
    state: &AppState,
    caller: &Caller,
    group_id: Option<&str>,
    of: SessionState,
    (after, limit): (Option<String>, u32),
) -> Result<Page<Session>, PageError> {
    let search = SessionSearch {
        group_id: group_id.map(str::to_owned),
        state: of,
        after,
        limit,
    };
    sessions::list(state.app(), caller, &search).await.map_err(refused)
}

/// What was typed for a new session, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(super) struct NewForm {
    pub(super) name: String,
    pub(super) group_id: String,
    pub(super) errors: Vec<FieldError>,
}

impl NewForm {
    pub(super) fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }

    /// The same form, to be corrected.
    pub(super) fn again(fields: &Fields, errors: Vec<FieldError>) -> Self {
        Self {
            name: fields.get("name").to_owned(),
            group_id: fields.get("group_id").to_owned(),
            errors,
        }
    }
}

/// A new session as the form says it.
pub(super) fn new_session(fields: &Fields, group_id: &str) -> NewSession {
    NewSession {
        group_id: group_id.to_owned(),
        name: fields.get("name").to_owned(),
        password: fields
            .opt("password")
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
        start: fields.ticked("start"),
    }
}

/// After a session was created: to it if it runs, else back to the list.
pub(super) fn created(session: &Session, list: impl Into<Href>) -> Response {
    if session.is_running() {
        let flash = Flash::good(format!("Started {}. You are in it.", session.name));
        return redirect_with(Href::to(&["sessions", &session.id]), flash);
    }
    redirect_with(list, Flash::good(format!("Created {} for later.", session.name)))
}
