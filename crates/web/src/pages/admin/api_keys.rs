//! API keys.

use activity::Named;
use app::accounts::{self, Order, RoleFilter, Sort, UserRow, UserSearch};
use app::api_keys::{self, ApiKey, NewKeyRequest};
use app::import::mapping;
use app::{ChangeError, FieldError, Reports, Scopes};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::AppState;
use crate::shell::{AdminOnly, Fields, PageError, Shell, done, error_of, filters, refused, render_status};

#[derive(Template)]
#[template(path = "admin/api_keys.html")]
struct ApiKeysPage {
    shell: Shell,
    keys: Vec<ApiKey>,
    service_accounts: Vec<UserRow>,
    /// The key that was just created, by name: its only appearance; none if the form was sent twice.
    created: Option<(String, Option<String>)>,
    name: String,
    scopes: Scopes,
    acts_as: String,
    /// The applications as they were typed.
    reports_for: String,
    names_accounts: bool,
    /// The mappings that there are, by name and title.
    mappings: Vec<(&'static str, &'static str)>,
    mapping: String,
    errors: Vec<FieldError>,
}

impl ApiKeysPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

/// What a key may do, in the words of the API.
fn scopes_text(key: &ApiKey) -> String {
    let named = [
        (key.scopes.write, "activities:write"),
        (key.scopes.read, "activities:read"),
        (key.scopes.export, "export"),
        (key.scopes.admin, "admin"),
    ];
    named
        .iter()
        .filter(|(has, _)| *has)
        .map(|(_, name)| *name)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What a key reports for, one a line.
fn reports_text(key: &ApiKey) -> String {
    if !key.scopes.write {
        return "Nothing".to_owned();
    }
    match key.reports.applications.as_slice() {
        [] => "Any but this installation's".to_owned(),
        applications => lines_of(applications).replace('\n', ", "),
    }
}

/// The mappings that come with the product, by name and title.
fn mappings() -> Vec<(&'static str, &'static str)> {
    let titled = |name: &'static str| Some((name, mapping::find(name)?.title.as_str()));
    mapping::NAMES.iter().copied().filter_map(titled).collect()
}

/// Applications as they are typed: one a line, its id and, after a blank, its name.
fn lines_of(applications: &[Named]) -> String {
    let line = |each: &Named| format!("{} {}", each.id, each.name).trim().to_owned();
    applications.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn applications_of(typed: &str) -> Vec<Named> {
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    let named = |line: &str| {
        let (id, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        Named {
            id: id.to_owned(),
            name: name.trim().to_owned(),
        }
    };
    lines.map(named).collect()
}

/// What the form asks for.
fn asked(fields: &Fields) -> NewKeyRequest {
    NewKeyRequest {
        name: fields.trimmed("name").to_owned(),
        scopes: Scopes {
            write: fields.ticked("write"),
            read: fields.ticked("read"),
            export: fields.ticked("export"),
            admin: fields.ticked("admin"),
        },
        user_id: fields.opt("acts_as").filter(|id| !id.is_empty()).map(str::to_owned),
        reports: Reports {
            applications: applications_of(fields.trimmed("reports_for")),
            names_accounts: fields.ticked("names_accounts"),
            mapping: fields.opt("mapping").filter(|name| !name.is_empty()).map(str::to_owned),
        },
    }
}

/// What a form asked for, and what became of it.
#[derive(Default)]
struct Outcome {
    request: NewKeyRequest,
    created: Option<(String, Option<String>)>,
    errors: Vec<FieldError>,
}

pub(super) async fn page(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    shell: Shell,
) -> Result<Response, PageError> {
    let request = NewKeyRequest {
        scopes: Scopes {
            write: true,
            ..Scopes::default()
        },
        ..NewKeyRequest::default()
    };
    show(
        &state,
        &caller,
        shell,
        StatusCode::OK,
        Outcome {
            request,
            ..Outcome::default()
        },
    )
    .await
}

/// Creates a key and shows it at once, not after a redirect: it must not wait in a cookie or an address.
pub(super) async fn create(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let request = asked(&fields);
    let caller = fields.once(caller);
    match api_keys::create(state.app(), &caller, request.clone()).await {
        Ok(new) => {
            let outcome = Outcome {
                created: Some((new.key.name, new.token)),
                ..Outcome::default()
            };
            let shown = show(&state, &caller, shell, StatusCode::CREATED, outcome).await;
            shown.map(kept_by_nobody).map_err(PageError::after_change)
        }
        Err(ChangeError::Invalid(errors)) => {
            let outcome = Outcome {
                request,
                created: None,
                errors,
            };
            show(&state, &caller, shell, StatusCode::UNPROCESSABLE_ENTITY, outcome).await
        }
        Err(error) => Err(refused(error)),
    }
}

fn kept_by_nobody(mut response: Response) -> Response {
    let no_store = axum::http::HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(axum::http::header::CACHE_CONTROL, no_store);
    response
}

pub(super) async fn revoke(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    _: Fields,
) -> Result<Response, PageError> {
    done(
        api_keys::revoke(state.app(), &caller, &id).await,
        "/admin/api-keys",
        "The key was revoked.",
    )
}

async fn show(
    state: &AppState,
    caller: &app::Caller,
    shell: Shell,
    status: StatusCode,
    outcome: Outcome,
) -> Result<Response, PageError> {
    let keys = api_keys::list(state.app(), caller).await.map_err(refused)?;
    let search = UserSearch {
        role: Some(RoleFilter::Service),
        sort: Sort {
            by: Order::Name,
            descending: false,
        },
        limit: 200,
        ..UserSearch::default()
    };
    let service_accounts = accounts::list_users(state.app(), caller, &search)
        .await
        .map_err(refused)?
        .rows;
    let page = ApiKeysPage {
        shell,
        keys,
        service_accounts,
        created: outcome.created,
        name: outcome.request.name,
        scopes: outcome.request.scopes,
        acts_as: outcome.request.user_id.unwrap_or_default(),
        reports_for: lines_of(&outcome.request.reports.applications),
        names_accounts: outcome.request.reports.names_accounts,
        mappings: mappings(),
        mapping: outcome.request.reports.mapping.unwrap_or_default(),
        errors: outcome.errors,
    };
    render_status(status, &page)
}
