//! The sessions of one group, as a tab of its page.

use app::{Caller, ChangeError};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::lists::{Lists, NewForm, created, new_session};
use crate::AppState;
use crate::pages::groups::GroupShell;
use crate::shell::{
    Fields, Href, PageError, Paged, Query, RequestContext, Shell, SignedIn, filters, live, refused, render_status,
};

#[derive(Template)]
#[template(path = "sessions/group.html")]
pub(super) struct GroupSessionsPage {
    pub(super) shell: Shell,
    pub(super) group: GroupShell,
    pub(super) lists: Lists,
    pub(super) may_create: bool,
    pub(super) form: NewForm,
}

impl GroupSessionsPage {
    fn path(&self) -> Href {
        self.group.path().then("sessions")
    }

    fn shows_group(&self) -> bool {
        false
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Paged>,
    shell: Shell,
) -> Result<Response, PageError> {
    let page = load(&state, &caller, shell, (&id, &asked)).await?;
    render_status(StatusCode::OK, &page)
}

pub(super) async fn submit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let caller = fields.once(caller);
    match app::sessions::create(state.app(), &caller, new_session(&fields, &id)).await {
        Ok(session) => Ok(created(&session, Href::to(&["groups", &id, "sessions"]))),
        Err(ChangeError::Invalid(errors)) => {
            let page = GroupSessionsPage {
                form: NewForm::again(&fields, errors),
                ..load(&state, &caller, shell, (&id, &Paged::default())).await?
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(refused(error)),
    }
}

pub(super) async fn stream(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    context: RequestContext,
) -> Result<Response, PageError> {
    let topics = app::sessions::topics(state.app(), &caller, Some(&id)).await;
    Ok(live(&state, &context, topics.map_err(refused)?))
}

async fn load(
    state: &AppState,
    caller: &Caller,
    shell: Shell,
    (id, asked): (&str, &Paged),
) -> Result<GroupSessionsPage, PageError> {
    let group = GroupShell::load(state, caller, id).await?;
    let lists = Lists::load(state, caller, Some(id), asked).await?;
    // Who manages the group above takes part; an administrator of the installation only looks after it.
    let is_above = group.manages() && !caller.is_administrator();
    Ok(GroupSessionsPage {
        shell,
        may_create: group.group.role.is_some() || is_above,
        group,
        lists,
        form: NewForm::default(),
    })
}
