//! The sessions of all groups of a member; of every group, for administrators and auditors.

use app::groups::{self, GroupSearch};
use app::{Caller, ChangeError};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::lists::{Lists, NewForm, created, new_session};
use crate::AppState;
use crate::shell::{
    Fields, PageError, Paged, Query, RequestContext, Shell, SignedIn, filters, live, refused, render_status,
};

const HERE: &str = "/sessions";
/// Groups to choose from.
const GROUPS: u32 = 1_000;

#[derive(Template)]
#[template(path = "sessions/list.html")]
pub(super) struct SessionsPage {
    pub(super) shell: Shell,
    pub(super) lists: Lists,
    /// The groups a session may be created in: id and name.
    pub(super) groups: Vec<(String, String)>,
    pub(super) shows_all: bool,
    pub(super) form: NewForm,
}

impl SessionsPage {
    fn path(&self) -> &'static str {
        HERE
    }

    fn shows_group(&self) -> bool {
        true
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(asked): Query<Paged>,
    shell: Shell,
) -> Result<Response, PageError> {
    let page = load(&state, &caller, shell, &asked).await?;
    render_status(StatusCode::OK, &page)
}

pub(super) async fn submit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let new = new_session(&fields, fields.trimmed("group_id"));
    let caller = fields.once(caller);
    match app::sessions::create(state.app(), &caller, new).await {
        Ok(session) => Ok(created(&session, HERE)),
        Err(ChangeError::Invalid(errors)) => {
            let page = SessionsPage {
                form: NewForm::again(&fields, errors),
                ..load(&state, &caller, shell, &Paged::default()).await?
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(refused(error)),
    }
}

pub(super) async fn stream(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    context: RequestContext,
) -> Result<Response, PageError> {
    let topics = app::sessions::topics(state.app(), &caller, None)
        .await
        .map_err(refused)?;
    Ok(live(&state, &context, topics))
}

async fn load(state: &AppState, caller: &Caller, shell: Shell, asked: &Paged) -> Result<SessionsPage, PageError> {
    let lists = Lists::load(state, caller, None, asked).await?;
    let search = GroupSearch {
        limit: GROUPS,
        ..GroupSearch::default()
    };
    let own = groups::list(state.app(), caller, &search).await.map_err(refused)?;
    Ok(SessionsPage {
        shell,
        lists,
        groups: own.rows.into_iter().map(|group| (group.id, group.name)).collect(),
        shows_all: caller.is_administrator() || caller.reads_everything(),
        form: NewForm::default(),
    })
}
