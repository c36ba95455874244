//! Creating a user.

use app::accounts::{self, Activation, NewUser};
use app::{ChangeError, FieldError, Roles};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::AppState;
use crate::shell::{
    AdminOnly, Fields, Flash, Href, PageError, Shell, error_of, filters, redirect_with, refused, render, render_status,
};

#[derive(Template)]
#[template(path = "users/new.html")]
struct NewPage {
    shell: Shell,
    fields: Fields,
    errors: Vec<FieldError>,
    first_time: bool,
}

impl NewPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

pub(super) async fn page(AdminOnly(_): AdminOnly, shell: Shell) -> Result<Response, PageError> {
    render(&NewPage {
        shell,
        fields: Fields::default(),
        errors: Vec::new(),
        first_time: true,
    })
}

pub(super) async fn submit(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let new = new_user(&fields);
    let mailed = new.activation == Activation::Mail && !new.service_account;
    let caller = fields.once(caller);
    match accounts::create_user(state.app(), &caller, new).await {
        Ok(created) => {
            let person = created.person;
            let text = match mailed {
                true => format!("Created {person}. The activation link goes to {}.", person.email),
                false => format!("Created {person}."),
            };
            Ok(redirect_with(
                Href::to(&["users", &person.id, "login-settings"]),
                Flash::good(text),
            ))
        }
        Err(ChangeError::Invalid(errors)) => {
            let page = NewPage {
                shell,
                fields,
                errors,
                first_time: false,
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(refused(error)),
    }
}

fn new_user(fields: &Fields) -> NewUser {
    NewUser {
        given_name: fields.trimmed("given_name").to_owned(),
        family_name: fields.trimmed("family_name").to_owned(),
        username: fields.trimmed("username").to_owned(),
        email: fields.trimmed("email").to_owned(),
        roles: Roles {
            administrator: fields.ticked("administrator"),
            auditor: fields.ticked("auditor"),
        },
        service_account: fields.ticked("service_account"),
        activation: if fields.ticked("send_activation") {
            Activation::Mail
        } else {
            Activation::Later
        },
    }
}
