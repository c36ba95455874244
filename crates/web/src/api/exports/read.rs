//! Reading exports: the list, one of them, and its file.

use app::Caller;
use app::exports::{self, ExportSearch, Part, Stage};
use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use axum::response::Response;

use super::shapes::{Export, ExportStage};
use super::{absent, problem};
use crate::AppState;
use crate::api::answers::Reading;
use crate::api::list::{Listed, Paging};
use crate::api::query::Params;
use crate::problem::Problem;
use crate::shell::{ApiCaller, file};

/// What the list takes.
const KNOWN: &[&str] = &["find", "stage", "mine", "limit", "after"];

/// Lists the exports that the account may see, the newest first: all of them for administrators and auditors.
#[utoipa::path(
    get, path = "/v1/exports", tag = "Exports", operation_id = "listExports",
    params(
        ("find" = Option<String>, Query, description = "Words that all stand in the names, the query, the id or the digest of an export, regardless of case and accents."),
        ("stage" = inline(Option<ExportStage>), Query, description = "Only those at this stage."),
        ("mine" = Option<bool>, Query, description = "Only what this account asked for."),
        Paging,
    ),
    responses((status = 200, description = "One page, of at most 200 rows; fewer, and yet another page, where many were looked through.", body = Listed<Export>), Reading),
    security(("key" = ["export"])),
)]
pub(super) async fn list_exports(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri, KNOWN)?;
    let search = ExportSearch {
        find: params.get("find").unwrap_or_default().to_owned(),
        stage: params.word::<ExportStage>("stage")?.map(Stage::from),
        mine: params.flag("mine")?,
        page: Paging::of(&params)?.into(),
    };
    let page = exports::find(state.app(), &caller, &search).await.map_err(problem)?;
    Ok(Listed::<Export>::of(page).answer(&uri))
}

/// One export, with how far it is.
#[utoipa::path(
    get, path = "/v1/exports/{id}", tag = "Exports", operation_id = "getExport",
    params(("id" = String, Path, description = "Id of the export.")),
    responses((status = 200, description = "The export.", body = Export), Reading),
    security(("key" = ["export"])),
)]
pub(super) async fn get_export(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Json<Export>, Problem> {
    let export = exports::get(state.app(), &caller, &id).await.map_err(problem)?;
    Ok(Json(export.ok_or_else(absent)?.into()))
}

/// The file of an export. The download is recorded, and whoever's activities it holds is told.
#[utoipa::path(
    get, path = "/v1/exports/{id}/file", tag = "Exports", operation_id = "downloadExport",
    params(("id" = String, Path, description = "Id of the export.")),
    responses(
        (status = 200, description = "The file, in its own media type; `Whodid-Sha256` holds its digest.", content(
            (Vec<u8> = "text/csv"),
            (Vec<u8> = "application/x-ndjson"),
            (Vec<u8> = "application/vnd.apache.parquet"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        )),
        Reading
    ),
    security(("key" = ["export"])),
)]
pub(super) async fn download_export(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    give(&state, &caller, &id, Part::File).await
}

/// The signed manifest of an export's file: what the file is, and which checkpoint of the log it stands by. Put it beside the
/// file; `whodid verify FILE` reads both.
#[utoipa::path(
    get, path = "/v1/exports/{id}/manifest", tag = "Exports", operation_id = "downloadExportManifest",
    params(("id" = String, Path, description = "Id of the export.")),
    responses((status = 200, description = "A signed note.", body = String, content_type = "text/plain"), Reading),
    security(("key" = ["export"])),
)]
pub(super) async fn download_manifest(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    give(&state, &caller, &id, Part::Manifest).await
}

/// What is needed to check, without the log, that each row of an export's file is in it. There with a file of JSON Lines or
/// Parquet that has every column. It says all that the file says: the download is recorded in the same way.
#[utoipa::path(
    get, path = "/v1/exports/{id}/rows", tag = "Exports", operation_id = "downloadExportRows",
    params(("id" = String, Path, description = "Id of the export.")),
    responses(
        (status = 200, description = "A line of JSON with nodes of the log's tree, and one for each row.", content(
            (Vec<u8> = "application/x-ndjson")
        )),
        Reading
    ),
    security(("key" = ["export"])),
)]
pub(super) async fn download_rows(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    give(&state, &caller, &id, Part::Proofs).await
}

async fn give(state: &AppState, caller: &Caller, id: &str, part: Part) -> Result<Response, Problem> {
    let found = exports::open_part(state.app(), caller, id, part)
        .await
        .map_err(problem)?;
    Ok(file(found.ok_or_else(absent)?))
}
