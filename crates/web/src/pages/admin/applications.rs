//! Registered applications.

use app::applications::{self, Application, EditApplication, NewApplication, Registered};
use app::{ChangeError, FieldError};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::AppState;
use crate::shell::{
    AdminOnly, Fields, PageError, Paged, Pager, Query, Shell, done, error_of, filters, refused, render, render_status,
};

const HERE: &str = "/admin/applications";
/// Rows of a page.
const ROWS: u32 = 100;

#[derive(Template)]
#[template(path = "admin/applications.html")]
struct ApplicationsPage {
    shell: Shell,
    rows: Vec<Application>,
    pager: Pager,
    /// The application that was just given a key, and the key: its only appearance.
    created: Option<Registered>,
    name: String,
    single_device: bool,
    errors: Vec<FieldError>,
}

impl ApplicationsPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

#[derive(Template)]
#[template(path = "admin/application.html")]
struct ApplicationPage {
    shell: Shell,
    application: Application,
    name: String,
    single_device: bool,
    errors: Vec<FieldError>,
}

impl ApplicationPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

/// What a form asked for, and what became of it.
#[derive(Default)]
struct Outcome {
    asked: Paged,
    new: NewApplication,
    created: Option<Registered>,
    errors: Vec<FieldError>,
}

pub(super) async fn page(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Query(asked): Query<Paged>,
    shell: Shell,
) -> Result<Response, PageError> {
    let outcome = Outcome {
        asked,
        ..Outcome::default()
    };
    show(&state, &caller, shell, StatusCode::OK, outcome).await
}

/// Registers one and shows its key at once, not after a redirect: it must not wait in a cookie or an address.
pub(super) async fn register(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let new = NewApplication {
        name: fields.trimmed("name").to_owned(),
        single_device: fields.ticked("single_device"),
    };
    let caller = fields.once(caller);
    match applications::register(state.app(), &caller, new.clone()).await {
        Ok(registered) => show_key(&state, &caller, shell, StatusCode::CREATED, registered).await,
        Err(ChangeError::Invalid(errors)) => {
            let outcome = Outcome {
                new,
                errors,
                ..Outcome::default()
            };
            show(&state, &caller, shell, StatusCode::UNPROCESSABLE_ENTITY, outcome).await
        }
        Err(error) => Err(refused(error)),
    }
}

pub(super) async fn one(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    shell: Shell,
) -> Result<Response, PageError> {
    let application = find(&state, &caller, &id).await?;
    render(&ApplicationPage {
        shell,
        name: application.name.clone(),
        single_device: application.single_device,
        application,
        errors: Vec::new(),
    })
}

pub(super) async fn edit(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let (name, single_device) = (fields.trimmed("name").to_owned(), fields.ticked("single_device"));
    let edit = EditApplication {
        name: Some(name.clone()),
        single_device: Some(single_device),
        disabled: None,
    };
    let seen = fields.get("version").parse().ok();
    match applications::edit(state.app(), &caller, &id, seen, edit).await {
        Err(ChangeError::Invalid(errors)) => {
            let page = ApplicationPage {
                shell,
                application: find(&state, &caller, &id).await?,
                name,
                single_device,
                errors,
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        outcome => done(outcome.map(drop), HERE, "The application was changed."),
    }
}

pub(super) async fn disable(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    _: Fields,
) -> Result<Response, PageError> {
    let outcome = applications::edit(state.app(), &caller, &id, None, disabled(true)).await;
    done(
        outcome.map(drop),
        HERE,
        "The application was disabled and everybody logged out of it.",
    )
}

pub(super) async fn enable(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let outcome = applications::edit(state.app(), &caller, &id, None, disabled(false)).await;
    done(outcome.map(drop), HERE, "Users can log in to the application again.")
}

pub(super) async fn rotate_key(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    shell: Shell,
    _: Fields,
) -> Result<Response, PageError> {
    let registered = applications::rotate_key(state.app(), &caller, &id)
        .await
        .map_err(refused)?;
    show_key(&state, &caller, shell, StatusCode::OK, registered).await
}

pub(super) async fn delete(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    _: Fields,
) -> Result<Response, PageError> {
    let outcome = applications::delete(state.app(), &caller, &id).await;
    done(
        outcome,
        HERE,
        "The application was deleted and everybody logged out of it.",
    )
}

fn disabled(disabled: bool) -> EditApplication {
    EditApplication {
        disabled: Some(disabled),
        ..EditApplication::default()
    }
}

async fn find(state: &AppState, caller: &app::Caller, id: &str) -> Result<Application, PageError> {
    let found = applications::get(state.app(), caller, id).await.map_err(refused)?;
    found.ok_or_else(|| PageError::not_found(format!("There is no application `{id}`.")))
}

async fn show_key(
    state: &AppState,
    caller: &app::Caller,
    shell: Shell,
    status: StatusCode,
    registered: Registered,
) -> Result<Response, PageError> {
    let outcome = Outcome {
        created: Some(registered),
        ..Outcome::default()
    };
    let shown = show(state, caller, shell, status, outcome).await;
    shown.map_err(PageError::after_change)
}

async fn show(
    state: &AppState,
    caller: &app::Caller,
    shell: Shell,
    status: StatusCode,
    outcome: Outcome,
) -> Result<Response, PageError> {
    let page = applications::list(state.app(), caller, &outcome.asked.request(ROWS))
        .await
        .map_err(refused)?;
    let page = ApplicationsPage {
        shell,
        pager: outcome.asked.pager(HERE, &page.turns),
        rows: page.rows,
        created: outcome.created,
        name: outcome.new.name,
        single_device: outcome.new.single_device,
        errors: outcome.errors,
    };
    render_status(status, &page)
}
