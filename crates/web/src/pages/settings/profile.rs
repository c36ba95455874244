//! A member's name and time zone.

use activity::Person;
use app::accounts::{self, Profile};
use app::{ChangeError, FieldError};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::AppState;
use crate::shell::{
    Cookie, Fields, Flash, PageError, Shell, SignedIn, Zone, error_of, filters, redirect_with, refused, render,
    render_status, with_cookie,
};

#[derive(Template)]
#[template(path = "settings/profile.html")]
struct ProfilePage {
    shell: Shell,
    person: Person,
    profile: Profile,
    errors: Vec<FieldError>,
}

impl ProfilePage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }

    /// The zones offered while one types.
    fn zones(&self) -> &'static [(&'static str, &'static str)] {
        Zone::COMMON
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
) -> Result<Response, PageError> {
    let user = accounts::get_user(state.app(), &caller, &caller.person.id)
        .await
        .map_err(refused)?;
    let row = user
        .ok_or_else(|| PageError::not_found("This account does not exist any more."))?
        .row;
    let profile = Profile {
        given_name: row.given_name,
        family_name: row.family_name,
        time_zone: row.time_zone,
    };
    render(&ProfilePage {
        shell,
        person: row.person,
        profile,
        errors: Vec::new(),
    })
}

pub(super) async fn submit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let profile = Profile {
        given_name: fields.trimmed("given_name").to_owned(),
        family_name: fields.trimmed("family_name").to_owned(),
        time_zone: fields.trimmed("time_zone").to_owned(),
    };
    match accounts::edit_profile(state.app(), &caller, profile.clone()).await {
        Ok(()) => {
            let saved = redirect_with("/settings/profile", Flash::good("Profile saved."));
            Ok(with_cookie(saved, Cookie::zone(profile.time_zone)))
        }
        Err(ChangeError::Invalid(errors)) => {
            let page = ProfilePage {
                shell,
                person: caller.person,
                profile,
                errors,
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(refused(error)),
    }
}
