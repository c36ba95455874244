//! A member's password.

use app::accounts::{self, ChangePassword};
use app::{App, Caller, ChangeError, FieldError};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::AppState;
use crate::shell::{
    Fields, Flash, PageError, Shell, SignedIn, error_of, filters, others_of, redirect_with, refused, render,
    render_status, with_others,
};

#[derive(Template)]
#[template(path = "settings/password.html")]
struct PasswordPage {
    shell: Shell,
    username: String,
    least: usize,
    errors: Vec<FieldError>,
}

impl PasswordPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

/// Least characters of the caller's password.
async fn least(app: &App, caller: &Caller) -> Result<usize, PageError> {
    let settings = &app.settings().password;
    let factors = app::factors::get_factors(app, caller).await.map_err(refused)?;
    Ok(match factors.is_on() {
        true => settings.min_length_with_second_factor.min(settings.min_length),
        false => settings.min_length,
    })
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
) -> Result<Response, PageError> {
    let least = least(state.app(), &caller).await?;
    render(&PasswordPage {
        shell,
        username: caller.person.username,
        least,
        errors: Vec::new(),
    })
}

pub(super) async fn submit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let typed = ChangePassword {
        current: fields.get("current").to_owned(),
        new: fields.get("password").to_owned(),
        others: others_of(&fields),
    };
    let outcome = match typed.new == fields.get("repeat") {
        true => accounts::change_password(state.app(), &caller, typed).await,
        false => Err(ChangeError::Invalid(vec![FieldError {
            field: "repeat",
            message: "The two new passwords differ; type the same one twice.".to_owned(),
        }])),
    };
    match outcome {
        Ok(()) => {
            let text = with_others("Your password was changed", others_of(&fields));
            Ok(redirect_with("/settings/password", Flash::good(text)))
        }
        Err(ChangeError::Invalid(errors)) => {
            let least = least(state.app(), &caller).await?;
            let page = PasswordPage {
                shell,
                username: caller.person.username,
                least,
                errors,
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(refused(error)),
    }
}
