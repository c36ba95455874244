//! `/v1/applications`: registering and managing applications, for administrators.

use app::applications::{self, EditApplication, NewApplication};
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::answers::{Changing, Editing, Once, Reading};
use super::etag::{Tagged, expected};
use super::json::Body;
use super::list::{Listed, Paging};
use crate::AppState;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Href, Policy, Route};

pub(super) fn routes() -> Vec<Route> {
    let program = Policy::Program;
    vec![
        Route::get("/v1/applications", program, list_applications),
        Route::post("/v1/applications", program, register_application),
        Route::get("/v1/applications/{id}", program, get_application),
        Route::patch("/v1/applications/{id}", program, edit_application),
        Route::delete("/v1/applications/{id}", program, delete_application),
        Route::post("/v1/applications/{id}/key", program, rotate_application_key),
    ]
}

#[derive(OpenApi)]
#[openapi(
    paths(
        list_applications,
        register_application,
        get_application,
        edit_application,
        delete_application,
        rotate_application_key
    ),
    components(schemas(Application, RegisteredApplication, RegisterApplication, ApplicationEdit)),
    tags((name = "Applications"))
)]
pub(super) struct Document;

/// A registered application, without its key.
#[derive(Serialize, ToSchema)]
struct Application {
    /// Stable id.
    #[schema(example = "app_06d4k0p9g1e7r3t5v8w2x4z6a0")]
    id: String,
    /// What it is called.
    name: String,
    /// The first characters of its key, to recognise it by.
    key_hint: String,
    /// Whether a log-in ends the account's other devices of this application.
    single_device: bool,
    /// Whether nobody may use it.
    disabled: bool,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    created_at: activity::Time,
    /// When its key was last used, to a few minutes.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<activity::Time>,
}

/// An application with its new key.
#[derive(Serialize, ToSchema)]
struct RegisteredApplication {
    /// The application.
    #[serde(flatten)]
    application: Application,
    /// Its key: given this once, and kept only as a hash. `null` where the request repeats one that was answered with
    /// it before.
    #[schema(example = "whodid_app_…")]
    key: Option<String>,
}

/// An application to register.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegisterApplication {
    /// What it is called; no two have one name.
    name: String,
    /// Whether a log-in ends the account's other devices of this application.
    #[serde(default)]
    single_device: bool,
}

/// What to change of an application; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApplicationEdit {
    /// What it is called.
    name: Option<String>,
    /// Whether a log-in ends the account's other devices of this application.
    single_device: Option<bool>,
    /// Whether nobody may use it. Disabling logs everybody out of it.
    disabled: Option<bool>,
}

impl From<applications::Application> for Application {
    fn from(application: applications::Application) -> Self {
        Self {
            id: application.id,
            name: application.name,
            key_hint: application.hint,
            single_device: application.single_device,
            disabled: application.disabled,
            created_at: application.created_at,
            last_used_at: application.last_used_at,
        }
    }
}

fn tagged(application: applications::Application) -> Tagged<Application> {
    Tagged(application.version, application.into())
}

fn with_key(registered: applications::Registered) -> Tagged<RegisteredApplication> {
    let body = RegisteredApplication {
        key: registered.key,
        application: Application::from(registered.application.clone()),
    };
    Tagged(registered.application.version, body)
}

/// The registered applications, by name. For administrators.
#[utoipa::path(
    get, path = "/v1/applications", tag = "Applications", operation_id = "listApplications",
    params(Paging),
    responses((status = 200, description = "One page of applications.", body = Listed<Application>), Reading),
    security(("program" = [])),
)]
async fn list_applications(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let paging = Paging::read(&uri)?;
    let page = applications::list(state.app(), &caller, &paging.into()).await?;
    let rows: Vec<Application> = page.rows.into_iter().map(Application::from).collect();
    Ok(Listed::new(rows, page.turns.next).answer(&uri))
}

/// Registers an application; the answer holds its key, which is never given again. For administrators.
#[utoipa::path(
    post, path = "/v1/applications", tag = "Applications", operation_id = "registerApplication",
    request_body = RegisterApplication, params(Once),
    responses(
        (status = 201, description = "The application and its key.", body = RegisteredApplication),
        Changing
    ),
    security(("program" = [])),
)]
async fn register_application(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(new): Body<RegisterApplication>,
) -> Result<Response, Problem> {
    let new = NewApplication {
        name: new.name,
        single_device: new.single_device,
    };
    let registered = applications::register(state.app(), &caller, new).await?;
    let location = Href::to(&["v1", "applications", &registered.application.id]).to_string();
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        with_key(registered),
    )
        .into_response())
}

/// One application, with its version as `ETag`. For administrators.
#[utoipa::path(
    get, path = "/v1/applications/{id}", tag = "Applications", operation_id = "getApplication",
    params(("id" = String, Path, description = "Id of the application.")),
    responses((status = 200, description = "The application.", body = Application), Reading),
    security(("program" = [])),
)]
async fn get_application(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let found = applications::get(state.app(), &caller, &id).await?;
    let missing = || {
        Problem::not_found(format!(
            "There is no application `{id}` that this key or token may see."
        ))
    };
    Ok(tagged(found.ok_or_else(missing)?).into_response())
}

/// Edits an application. For administrators.
#[utoipa::path(
    patch, path = "/v1/applications/{id}", tag = "Applications", operation_id = "editApplication",
    request_body = ApplicationEdit,
    params(
        ("id" = String, Path, description = "Id of the application."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    responses((status = 200, description = "The application as it is now.", body = Application), Editing),
    security(("program" = [])),
)]
async fn edit_application(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<ApplicationEdit>,
) -> Result<Response, Problem> {
    let edit = EditApplication {
        name: edit.name,
        single_device: edit.single_device,
        disabled: edit.disabled,
    };
    let edited = applications::edit(state.app(), &caller, &id, expected(&headers)?, edit).await?;
    Ok(tagged(edited).into_response())
}

/// Deletes an application and logs everybody out of it. For administrators.
#[utoipa::path(
    delete, path = "/v1/applications/{id}", tag = "Applications", operation_id = "deleteApplication",
    params(("id" = String, Path, description = "Id of the application.")),
    responses((status = 204, description = "It is deleted."), Changing),
    security(("program" = [])),
)]
async fn delete_application(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    applications::delete(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives an application another key; the old one stops working. For administrators.
#[utoipa::path(
    post, path = "/v1/applications/{id}/key", tag = "Applications", operation_id = "rotateApplicationKey",
    params(("id" = String, Path, description = "Id of the application.")),
    responses(
        (status = 200, description = "The application and its new key.", body = RegisteredApplication),
        Changing
    ),
    security(("program" = [])),
)]
async fn rotate_application_key(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let registered = applications::rotate_key(state.app(), &caller, &id).await?;
    Ok(with_key(registered).into_response())
}
