//! What proves the log to others: checkpoints, keys and tiles at the addresses of C2SP tlog-tiles, which anybody may fetch,
//! and proofs of single activities and between two checkpoints.

use app::integrity::{self, PublicError};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use data_encoding::{BASE64, HEXLOWER};
use serde::Serialize;
use utoipa::OpenApi;

use super::answers::Reading;
use super::query::{Params, refusal};
use crate::AppState;
use crate::problem::{Problem, sentence};
use crate::shell::{ApiCaller, Policy, Route, Scope};

#[derive(OpenApi)]
#[openapi(paths(activity_proof, consistency), tags((name = "Proofs")))]
pub(super) struct Document;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/log/checkpoint", Policy::Public, checkpoint),
        Route::get("/log/keys", Policy::Public, keys),
        Route::get("/log/tile/{*tile}", Policy::Public, tile),
        Route::get("/v1/activities/{id}/proof", Policy::Key(Scope::Read), activity_proof),
        Route::get("/v1/log/consistency", Policy::Key(Scope::Read), consistency),
    ]
}

/// That an activity stands at its place in the log.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ProofBody {
    /// The activity's id, which is its place, counted from 0.
    id: u64,
    /// Its leaf in the tree, in hexadecimal.
    leaf: String,
    /// The size of the log that the checkpoint is of.
    size: u64,
    /// The audit path of RFC 6962, lowest sibling first, in Base64.
    path: Vec<String>,
    /// The checkpoint: a signed note of C2SP tlog-checkpoint.
    checkpoint: String,
    /// Place, path and checkpoint as a file of the form C2SP tlog-proof.
    tlog_proof: String,
}

/// That a later log only added to an earlier one.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ConsistencyBody {
    /// The size of the earlier log.
    from: u64,
    /// The size of the later log.
    to: u64,
    /// The consistency proof of RFC 6962, in Base64.
    path: Vec<String>,
}

/// Proves an activity.
///
/// The proof holds hashes alone: it says that the activity's leaf stands at its place in the log that a signed checkpoint is
/// of, and can be checked without this installation. The checkpoint is as of now.
#[utoipa::path(
    get, path = "/v1/activities/{id}/proof", tag = "Proofs", operation_id = "getActivityProof",
    params(("id" = u64, Path, description = "Sequence number of the activity.")),
    responses((status = 200, description = "The proof.", body = ProofBody), Reading),
    security(("key" = ["activities:read"])),
)]
pub(super) async fn activity_proof(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Json<ProofBody>, Problem> {
    Params::read(&uri, &[])?;
    let missing = || Problem::not_found(format!("There is no activity `{id}` that this key may see."));
    let seq = id.parse::<u64>().map_err(|_| missing())?;
    let proof = integrity::prove(state.app(), &caller, seq).await.map_err(refusal)?;
    let proof = proof.ok_or_else(missing)?;
    Ok(Json(ProofBody {
        id: seq,
        leaf: HEXLOWER.encode(&proof.leaf),
        size: proof.size,
        path: base64(&proof.path),
        checkpoint: proof.checkpoint,
        tlog_proof: proof.file,
    }))
}

/// Proves that the log only grew.
///
/// The proof shows that the log of `to` activities begins with the log of `from` activities, as two checkpoints of these
/// sizes state them.
#[utoipa::path(
    get, path = "/v1/log/consistency", tag = "Proofs", operation_id = "getConsistencyProof",
    params(
        ("from" = u64, Query, description = "Size of the earlier log."),
        ("to" = u64, Query, description = "Size of the later log."),
    ),
    responses((status = 200, description = "The proof.", body = ConsistencyBody), Reading),
    security(("key" = ["activities:read"])),
)]
pub(super) async fn consistency(
    State(state): State<AppState>,
    ApiCaller(_): ApiCaller,
    uri: Uri,
) -> Result<Json<ConsistencyBody>, Problem> {
    let params = Params::read(&uri, &["from", "to"])?;
    let size = |name: &str| {
        let text = params.get(name).unwrap_or_default();
        let wrong = || Params::wrong(name, format!("Give in `{name}` the size of a log: a whole number."));
        text.parse::<u64>().map_err(|_| wrong())
    };
    let (from, to) = (size("from")?, size("to")?);
    if from > to {
        return Err(Params::wrong(
            "to",
            format!("{to} is less than `from`, which is {from}."),
        ));
    }
    match integrity::consistency(state.app(), from, to).await {
        Ok(path) => Ok(Json(ConsistencyBody {
            from,
            to,
            path: base64(&path),
        })),
        // A size of the future is as little there as a tile of it.
        Err(error @ PublicError::Outside { .. }) => Err(Problem::not_found(sentence(&error.to_string()))),
        Err(error) => Err(Problem::unavailable(error)),
    }
}

async fn checkpoint(State(state): State<AppState>) -> Response {
    match integrity::checkpoint(state.app()).await {
        Ok(text) => text_of(text),
        Err(error) => failed(&error),
    }
}

/// One key a line, the newest last.
async fn keys(State(state): State<AppState>) -> Response {
    match integrity::keys(state.app()).await {
        Ok(keys) => text_of(keys.into_iter().map(|key| key.vkey + "\n").collect()),
        Err(error) => failed(&error),
    }
}

async fn tile(State(state): State<AppState>, Path(path): Path<String>) -> Response {
    match integrity::tile(state.app(), &format!("tile/{path}")).await {
        Ok(hashes) => {
            // A tile never changes: what is there of one stays there when it grows.
            let headers = [
                (
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("application/octet-stream"),
                ),
                (
                    header::CACHE_CONTROL,
                    HeaderValue::from_static("public, max-age=604800, immutable"),
                ),
            ];
            (headers, hashes).into_response()
        }
        Err(error) => failed(&error),
    }
}

fn text_of(text: String) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, text).into_response()
}

fn failed(error: &PublicError) -> Response {
    let status = match error {
        PublicError::NoTile(_) | PublicError::Outside { .. } => StatusCode::NOT_FOUND,
        PublicError::Unavailable(cause) => {
            tracing::warn!(%cause, "the log cannot be proved just now");
            return (StatusCode::SERVICE_UNAVAILABLE, "not available at the moment\n").into_response();
        }
    };
    (status, format!("{error}\n")).into_response()
}

fn base64(hashes: &[[u8; 32]]) -> Vec<String> {
    hashes.iter().map(|hash| BASE64.encode(hash)).collect()
}
