//! Editing a user's name, username and e-mail address.

use activity::Person;
use app::accounts::{self, EditUser};
use app::{ChangeError, FieldError};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::user;
use crate::AppState;
use crate::shell::{
    AdminOnly, Ask, Fields, Flash, Href, PageError, Shell, error_of, filters, redirect_with, refused, render,
    render_status,
};

#[derive(Template)]
#[template(path = "users/edit.html")]
struct EditPage {
    shell: Shell,
    person: Person,
    edit: EditUser,
    errors: Vec<FieldError>,
}

impl EditPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    shell: Shell,
) -> Result<Response, PageError> {
    let row = user(state.app(), &caller, &id).await?.row;
    let edit = EditUser {
        given_name: row.given_name,
        family_name: row.family_name,
        username: row.person.username.clone(),
        email: row.person.email.clone(),
    };
    render(&EditPage {
        shell,
        person: row.person,
        edit,
        errors: Vec::new(),
    })
}

pub(super) async fn submit(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let edit = EditUser {
        given_name: fields.trimmed("given_name").to_owned(),
        family_name: fields.trimmed("family_name").to_owned(),
        username: fields.trimmed("username").to_owned(),
        email: fields.trimmed("email").to_owned(),
    };
    let before = user(state.app(), &caller, &id).await?.row.person;
    // Asked, and not to be undone by a button: the address before is told at once, its links open nothing any more and
    // remembered devices are forgotten. Putting it back would be one more such change, told to both.
    if edit.email != before.email && !fields.ticked("sure") {
        let question = format!(
            "Change the e-mail address of {} from {} to {}? Whoever reads mail there can reset the password, and the address before is told.",
            before.name, before.email, edit.email
        );
        let ask = Ask::about(question, &fields, Href::to(&["users", &id]));
        return Err(PageError::Ask(Box::new(ask)));
    }
    match accounts::edit_user(state.app(), &caller, &id, edit.clone()).await {
        Ok(()) => Ok(redirect_with(Href::to(&["users", &id]), Flash::good("Saved."))),
        Err(ChangeError::Invalid(errors)) => {
            let person = user(state.app(), &caller, &id).await?.row.person;
            render_status(
                StatusCode::UNPROCESSABLE_ENTITY,
                &EditPage {
                    shell,
                    person,
                    edit,
                    errors,
                },
            )
        }
        Err(error) => Err(refused(error)),
    }
}
