//! Creating a group.

use app::groups::{self, NewGroup};
use app::{ChangeError, FieldError};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::AppState;
use crate::shell::{
    Fields, Flash, Href, PageError, Shell, SignedIn, error_of, filters, redirect_with, refused, render, render_status,
};

#[derive(Template)]
#[template(path = "groups/new.html")]
pub(super) struct NewPage {
    pub(super) shell: Shell,
    pub(super) name: String,
    pub(super) requires_second_factor: bool,
    pub(super) errors: Vec<FieldError>,
}

impl NewPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
) -> Result<Response, PageError> {
    if !(caller.is_administrator() || (caller.may_change() && state.app().settings().groups.members_may_create)) {
        return Err(PageError::Forbidden);
    }
    render(&NewPage {
        shell,
        name: String::new(),
        requires_second_factor: false,
        errors: Vec::new(),
    })
}

pub(super) async fn submit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let caller = fields.once(caller);
    match groups::create(state.app(), &caller, new_group(&fields)).await {
        Ok(group) => {
            let flash = Flash::good(format!("Created {}. Invite its members now.", group.name));
            Ok(redirect_with(Href::to(&["groups", &group.id, "invitations"]), flash))
        }
        Err(ChangeError::Invalid(errors)) => {
            let page = NewPage {
                shell,
                name: fields.get("name").to_owned(),
                requires_second_factor: fields.ticked("requires_second_factor"),
                errors,
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(refused(error)),
    }
}

/// The group that a form describes, owned by whoever sends it.
pub(super) fn new_group(fields: &Fields) -> NewGroup {
    NewGroup {
        name: fields.trimmed("name").to_owned(),
        requires_second_factor: fields.ticked("requires_second_factor"),
        owner: None,
    }
}
