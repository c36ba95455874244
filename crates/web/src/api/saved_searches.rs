//! `/v1/saved-searches`: searches of the log that somebody keeps under a name.

use app::saved_searches::{self, EditSavedSearch, LogKind, NewSavedSearch};
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::answers::{Changing, Editing, Once, Reading};
use super::etag::{Tagged, expected};
use super::json::{Body, MaybeBody, given};
use super::list::Listed;
use super::query::Params;
use crate::AppState;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Href, Policy, Route};

pub(super) fn routes() -> Vec<Route> {
    let program = Policy::Program;
    vec![
        Route::get("/v1/saved-searches", program, list_saved_searches),
        Route::post("/v1/saved-searches", program, save_search),
        Route::get("/v1/saved-searches/{id}", program, get_saved_search),
        Route::patch("/v1/saved-searches/{id}", program, edit_saved_search),
        Route::delete("/v1/saved-searches/{id}", program, delete_saved_search),
        Route::post("/v1/saved-searches/{id}/copy", program, copy_saved_search),
    ]
}

#[derive(OpenApi)]
#[openapi(
    paths(
        list_saved_searches,
        save_search,
        get_saved_search,
        edit_saved_search,
        delete_saved_search,
        copy_saved_search
    ),
    components(schemas(SavedSearch, SearchToSave, SavedSearchEdit, CopyName, SharedWith)),
    tags((name = "Saved searches"))
)]
pub(super) struct Document;

/// Whose log a saved search is looked at in.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SavedLog {
    /// Everybody's.
    Everything,
    /// A group's.
    Group,
    /// One user's.
    User,
    /// One's own.
    Me,
}

impl From<LogKind> for SavedLog {
    fn from(kind: LogKind) -> Self {
        match kind {
            LogKind::Everything => Self::Everything,
            LogKind::Group => Self::Group,
            LogKind::User => Self::User,
            LogKind::Me => Self::Me,
        }
    }
}

impl From<SavedLog> for LogKind {
    fn from(log: SavedLog) -> Self {
        match log {
            SavedLog::Everything => Self::Everything,
            SavedLog::Group => Self::Group,
            SavedLog::User => Self::User,
            SavedLog::Me => Self::Me,
        }
    }
}

/// A saved search.
#[derive(Serialize, ToSchema)]
struct SavedSearch {
    /// Stable id.
    #[schema(example = "srch_06d4k0p9g1e7r3t5v8w2x4z6a0")]
    id: String,
    /// Whose log it is looked at in.
    log: SavedLog,
    /// What it is called.
    name: String,
    /// The query in canonical form, as `q` of the list of activities.
    q: String,
    /// Where its range begins, such as `-7d`; empty where it is open.
    from: String,
    /// Where its range ends; empty where it is open.
    to: String,
    /// The columns it is shown with; `null` for those that its reader keeps.
    columns: Option<Vec<&'static str>>,
    /// How close rows stand: `usual` or `compact`; `null` for what its reader keeps.
    density: Option<&'static str>,
    /// Whether pages show reads of the log.
    shows_reads: bool,
    /// The group whose members see it as well.
    shared_with: Option<SharedWith>,
    /// Whether your logs of this kind begin with it.
    is_default: bool,
    /// Whether it is yours.
    is_mine: bool,
    /// The name of its owner.
    owner: String,
    /// When it was saved.
    #[schema(value_type = String, format = DateTime)]
    created_at: activity::Time,
}

/// A group that a search is shared with.
#[derive(Serialize, ToSchema)]
struct SharedWith {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
}

/// A search to save.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SearchToSave {
    /// Whose log it is looked at in.
    log: SavedLog,
    /// What it is called; nobody has two of one name.
    name: String,
    /// The query, as `q` of the list of activities. Dates in it are read in UTC.
    #[serde(default)]
    q: String,
    /// Where its range begins, such as `-7d`.
    #[serde(default)]
    from: String,
    /// Where its range ends.
    #[serde(default)]
    to: String,
    /// Columns by name, in order.
    #[serde(default)]
    columns: Vec<String>,
    /// How close rows stand: `usual` or `compact`.
    #[serde(default)]
    density: String,
    /// Whether pages show reads of the log.
    #[serde(default)]
    shows_reads: bool,
    /// The id of a group of yours whose members see it as well.
    shared_with: Option<String>,
    /// Whether your logs of this kind begin with it.
    #[serde(default)]
    is_default: bool,
}

/// What to change of a saved search; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SavedSearchEdit {
    /// What it is called.
    name: Option<String>,
    /// The query. Dates in it are read in UTC.
    q: Option<String>,
    /// Where its range begins.
    from: Option<String>,
    /// Where its range ends.
    to: Option<String>,
    /// Columns by name, in order; none for those that its reader keeps.
    columns: Option<Vec<String>>,
    /// How close rows stand.
    density: Option<String>,
    /// Whether pages show reads of the log.
    shows_reads: Option<bool>,
    /// The id of a group of yours whose members see it as well; `null` makes it private.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    shared_with: Option<Option<String>>,
    /// Whether your logs of this kind begin with it.
    is_default: Option<bool>,
}

/// The name of a copy.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CopyName {
    /// What it is called; without it, that it is a copy.
    name: Option<String>,
}

impl From<saved_searches::SavedSearch> for SavedSearch {
    fn from(search: saved_searches::SavedSearch) -> Self {
        let columns = search
            .columns
            .map(|columns| columns.all().iter().map(|it| it.name()).collect());
        Self {
            id: search.id,
            log: search.kind.into(),
            name: search.name,
            q: search.query,
            from: search.from,
            to: search.to,
            columns,
            density: search.density.map(|density| density.name()),
            shows_reads: search.shows_reads,
            shared_with: search.shared_with.map(|group| SharedWith {
                id: group.id,
                name: group.name,
            }),
            is_default: search.is_default,
            is_mine: search.is_mine,
            owner: search.owner,
            created_at: search.created_at,
        }
    }
}

fn tagged(search: saved_searches::SavedSearch) -> Tagged<SavedSearch> {
    Tagged(search.version, search.into())
}

fn created(search: saved_searches::SavedSearch) -> Response {
    let location = Href::to(&["v1", "saved-searches", &search.id]).to_string();
    (StatusCode::CREATED, [(header::LOCATION, location)], tagged(search)).into_response()
}

/// Your saved searches, and those that groups of yours share of logs you can open; your own first, each by name.
#[utoipa::path(
    get, path = "/v1/saved-searches", tag = "Saved searches", operation_id = "listSavedSearches",
    responses((status = 200, description = "All of them, on one page.", body = Listed<SavedSearch>), Reading),
    security(("program" = [])),
)]
async fn list_saved_searches(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    Params::read(&uri, &[])?;
    let all = saved_searches::list(state.app(), &caller).await?;
    let rows: Vec<SavedSearch> = all.into_iter().map(SavedSearch::from).collect();
    Ok(Listed::new(rows, None).answer(&uri))
}

/// Saves a search for you.
#[utoipa::path(
    post, path = "/v1/saved-searches", tag = "Saved searches", operation_id = "saveSearch",
    request_body = SearchToSave, params(Once),
    responses((status = 201, description = "The saved search.", body = SavedSearch), Changing),
    security(("program" = [])),
)]
async fn save_search(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(new): Body<SearchToSave>,
) -> Result<Response, Problem> {
    let new = NewSavedSearch {
        kind: new.log.into(),
        name: new.name,
        query: new.q,
        zone: jiff::tz::TimeZone::UTC,
        from: new.from,
        to: new.to,
        columns: new.columns.join(","),
        density: new.density,
        shows_reads: new.shows_reads,
        shared_with: new.shared_with,
        is_default: new.is_default,
    };
    Ok(created(saved_searches::create(state.app(), &caller, new).await?))
}

/// One saved search that you see, with its version as `ETag`.
#[utoipa::path(
    get, path = "/v1/saved-searches/{id}", tag = "Saved searches", operation_id = "getSavedSearch",
    params(("id" = String, Path, description = "Id of the saved search.")),
    responses((status = 200, description = "The saved search.", body = SavedSearch), Reading),
    security(("program" = [])),
)]
async fn get_saved_search(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let found = saved_searches::get(state.app(), &caller, &id).await?;
    let missing = || {
        Problem::not_found(format!(
            "There is no saved search `{id}` that this key or token may see."
        ))
    };
    Ok(tagged(found.ok_or_else(missing)?).into_response())
}

/// Changes a saved search of yours.
#[utoipa::path(
    patch, path = "/v1/saved-searches/{id}", tag = "Saved searches", operation_id = "editSavedSearch",
    request_body = SavedSearchEdit,
    params(
        ("id" = String, Path, description = "Id of the saved search."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    responses((status = 200, description = "The saved search as it is now.", body = SavedSearch), Editing),
    security(("program" = [])),
)]
async fn edit_saved_search(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<SavedSearchEdit>,
) -> Result<Response, Problem> {
    let edit = EditSavedSearch {
        name: edit.name,
        query: edit.q.map(|q| (q, jiff::tz::TimeZone::UTC)),
        from: edit.from,
        to: edit.to,
        columns: edit.columns.map(|columns| columns.join(",")),
        density: edit.density,
        shows_reads: edit.shows_reads,
        shared_with: edit.shared_with,
        is_default: edit.is_default,
    };
    let edited = saved_searches::edit(state.app(), &caller, &id, expected(&headers)?, edit).await?;
    Ok(tagged(edited).into_response())
}

/// Deletes a saved search of yours, for whomever it was shared with too.
#[utoipa::path(
    delete, path = "/v1/saved-searches/{id}", tag = "Saved searches", operation_id = "deleteSavedSearch",
    params(("id" = String, Path, description = "Id of the saved search.")),
    responses((status = 204, description = "It is deleted."), Changing),
    security(("program" = [])),
)]
async fn delete_saved_search(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    saved_searches::delete(state.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Copies a saved search that you see; the copy is yours and private.
#[utoipa::path(
    post, path = "/v1/saved-searches/{id}/copy", tag = "Saved searches", operation_id = "copySavedSearch",
    request_body(content = Option<CopyName>),
    params(("id" = String, Path, description = "Id of the saved search."), Once),
    responses((status = 201, description = "The copy.", body = SavedSearch), Changing),
    security(("program" = [])),
)]
async fn copy_saved_search(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    MaybeBody(copy): MaybeBody<CopyName>,
) -> Result<Response, Problem> {
    let copied = saved_searches::copy(state.app(), &caller, &id, copy.name.as_deref()).await?;
    Ok(created(copied))
}
