//! `/v1/imports`: what was read in from files, each as one thing. Keys that record activities send it; administrators undo it.

use activity::Time;
use app::import::{self, Begin, End, Imported};
use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::answers::{Changing, Reading};
use super::json::Body;
use super::list::{Listed, Paging};
use crate::AppState;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Policy, Route, Scope};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/v1/imports", Policy::Key(Scope::Read), list),
        Route::get("/v1/imports/{id}", Policy::Key(Scope::Read), get),
        Route::post("/v1/imports", Policy::Key(Scope::Write), begin),
        Route::post("/v1/imports/{id}/end", Policy::Key(Scope::Write), end),
        Route::post("/v1/imports/{id}/undo", Policy::Key(Scope::Admin), undo),
    ]
}

#[derive(OpenApi)]
#[openapi(
    paths(list, get, begin, end, undo),
    components(schemas(Import, NewImport, ImportEnd, UndoImport)),
    tags((name = "Imports", description = "What was read in from files of other systems, each as one thing: it can be looked at by itself, and undone as a whole. `whodid log import --server` sends files so."))
)]
pub(super) struct Document;

/// What was read in from files.
#[derive(Serialize, ToSchema)]
struct Import {
    /// Its number, from 1.
    id: u64,
    /// What the files are: `auth` for auth logs, `jsonl`, or the name of a mapping.
    format: String,
    /// Tells logs apart whose lines may be the same; empty for the usual one of the format.
    source: String,
    /// Names of the files.
    files: Vec<String>,
    /// The query that finds its activities, and nothing else.
    query: String,
    /// Who reads them in: somebody here, or the key that sends what they hold.
    by: ImportedBy,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    begun_at: Time,
    /// When all was read; `null` where it was broken off, or goes on.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Time>,
    /// Activities recorded.
    recorded: u64,
    /// Activities that were there already.
    duplicates: u64,
    /// Lines and activities refused.
    refused: u64,
    /// When the first activity recorded happened.
    #[schema(value_type = Option<String>, format = DateTime)]
    first_at: Option<Time>,
    /// When the last one did.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_at: Option<Time>,
    /// What `mark` said of the last part: how far whoever sends it has come, in their own words.
    mark: Option<String>,
    /// How it was undone; `null` where it was not.
    undone: Option<ImportUndone>,
}

/// Who reads files in, or undoes that.
#[derive(Serialize, ToSchema)]
struct ImportedBy {
    /// Id of a user or of a key.
    id: String,
    /// Their name as of then.
    name: String,
}

/// How an import was undone.
#[derive(Serialize, ToSchema)]
struct ImportUndone {
    /// When; from then on nothing shows its activities.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// By whom.
    by: ImportedBy,
    /// Why.
    reason: String,
    /// How many activities went.
    removed: u64,
    /// The run of retention that takes them out, of which there is a signed note.
    run: u64,
    /// When nothing of them was left in any file; `null` while something may be.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Time>,
}

/// What is to be read in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewImport {
    /// What the files are, such as `auth`, `jsonl` or the name of a mapping.
    format: String,
    /// Tells logs apart whose lines may be the same.
    #[serde(default)]
    source: String,
    /// Names of the files, in the order they are read.
    files: Vec<String>,
}

/// How far an import came.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImportEnd {
    /// Whether all was read; what was broken off can be gone on with.
    whole: bool,
    /// Lines that could not be read, from the first line on, and so were not sent; at most 2147483647.
    #[serde(default)]
    unreadable: u32,
}

/// Why an import is undone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UndoImport {
    /// Why; the log keeps it.
    reason: String,
}

impl From<activity::Named> for ImportedBy {
    fn from(named: activity::Named) -> Self {
        Self {
            id: named.id,
            name: named.name,
        }
    }
}

impl From<Imported> for Import {
    fn from(import: Imported) -> Self {
        Self {
            id: import.id,
            query: import.query(),
            format: import.format,
            source: import.source,
            files: import.files,
            by: import.by.into(),
            begun_at: import.begun_at,
            ended_at: import.ended_at,
            recorded: import.recorded,
            duplicates: import.known,
            refused: import.refused,
            first_at: import.spans.map(|(first, _)| first),
            last_at: import.spans.map(|(_, last)| last),
            mark: import.mark,
            undone: import.undone.map(|undone| ImportUndone {
                at: undone.at,
                by: undone.by.into(),
                reason: undone.reason,
                removed: undone.removed,
                run: undone.run,
                finished_at: undone.finished_at,
            }),
        }
    }
}

/// The imports, newest first. For administrators and auditors.
#[utoipa::path(
    get, path = "/v1/imports", tag = "Imports", operation_id = "listImports",
    params(Paging),
    responses((status = 200, description = "One page of imports.", body = Listed<Import>), Reading),
    security(("key" = ["activities:read"])),
)]
async fn list(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let request = Paging::read(&uri)?.into();
    let page = import::list(state.app(), &caller, &request).await?;
    Ok(Listed::<Import>::of(page).answer(&uri))
}

/// One import. For administrators and auditors.
#[utoipa::path(
    get, path = "/v1/imports/{id}", tag = "Imports", operation_id = "getImport",
    params(("id" = u32, Path, minimum = 1, description = "Number of the import.")),
    responses((status = 200, description = "The import.", body = Import), Reading),
    security(("key" = ["activities:read"])),
)]
async fn get(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Json<Import>, Problem> {
    let import = import::get(state.app(), &caller, number(&id)?).await?;
    Ok(Json(import.into()))
}

/// Begins an import, or goes on with one of the same files, format and source that this key began and did not end.
///
/// What the files hold is sent to `POST /v1/activities?import=ID`, as much at once as that takes, and at last
/// `POST /v1/imports/{id}/end` says so. Its activities say in `recorded_by` that they are of this import.
#[utoipa::path(
    post, path = "/v1/imports", tag = "Imports", operation_id = "beginImport", request_body = NewImport,
    responses((status = 200, description = "The import.", body = Import), Changing),
    security(("key" = ["activities:write"])),
)]
async fn begin(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(new): Body<NewImport>,
) -> Result<Json<Import>, Problem> {
    let begin = Begin {
        format: new.format,
        source: new.source,
        files: new.files,
    };
    let import = import::begin(state.app(), &caller, &begin).await?;
    Ok(Json(import.into()))
}

/// Ends an import that this key began, or breaks it off; the log says what it recorded. Of one that is ended, this changes
/// nothing, so that it can be repeated. 409 where it was undone.
#[utoipa::path(
    post, path = "/v1/imports/{id}/end", tag = "Imports", operation_id = "endImport", request_body = ImportEnd,
    params(("id" = u32, Path, minimum = 1, description = "Number of the import.")),
    responses((status = 200, description = "The import.", body = Import), Changing),
    security(("key" = ["activities:write"])),
)]
async fn end(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    Body(said): Body<ImportEnd>,
) -> Result<Json<Import>, Problem> {
    let end = End {
        whole: said.whole,
        unreadable: said.unreadable.into(),
    };
    let import = import::end(state.app(), &caller, number(&id)?, &end).await?;
    Ok(Json(import.into()))
}

/// Undoes an import as a whole. For administrators, whose key has `activities:read` as well.
///
/// From then on nothing shows its activities, and in the background they are taken out of every file; each keeps its place
/// and its leaf, so that every root and every proof of the others stands. The same files can be imported again. 409 where some
/// of them name somebody who is under a legal hold.
#[utoipa::path(
    post, path = "/v1/imports/{id}/undo", tag = "Imports", operation_id = "undoImport", request_body = UndoImport,
    params(("id" = u32, Path, minimum = 1, description = "Number of the import.")),
    responses((status = 200, description = "The import.", body = Import), Changing),
    security(("key" = ["admin"])),
)]
async fn undo(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    Body(why): Body<UndoImport>,
) -> Result<Json<Import>, Problem> {
    let import = import::undo(state.app(), &caller, number(&id)?, &why.reason).await?;
    Ok(Json(import.into()))
}

fn number(id: &str) -> Result<u64, Problem> {
    // What has another form is the number of no import.
    let known = id.parse::<u32>().ok().filter(|id| *id > 0);
    known.map(u64::from).ok_or_else(|| app::ChangeError::NotFound.into())
}
