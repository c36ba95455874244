//! `/v1/erasures`: requests to be erased and what became of them, for administrators; auditors read them.

use activity::{Person, Time};
use app::erasure::{self, ErasureRequest, Outcome, RequestState, Whom};
use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::answers::{Changing, Reading};
use super::json::Body;
use super::list::{Listed, Paging};
use super::openapi;
use super::query::Params;
use crate::AppState;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Href, Policy, Route, Scope};

pub(super) fn routes() -> Vec<Route> {
    let (reads, changes) = (Policy::Key(Scope::Read), Policy::Key(Scope::Admin));
    vec![
        Route::get("/v1/erasures", reads, list),
        Route::post("/v1/erasures", changes, erase),
        Route::get("/v1/erasures/{id}", reads, get),
        Route::get("/v1/erasures/{id}/receipt", reads, receipt),
        Route::post("/v1/erasures/{id}/erase", changes, approve),
        Route::post("/v1/erasures/{id}/decline", changes, decline),
    ]
}

#[derive(OpenApi)]
#[openapi(
    paths(list, erase, get, receipt, approve, decline),
    components(schemas(ErasureBody, StateWord, NewErasure, DecisionBody)),
    tags((name = "Erasures", description = "From the moment somebody is erased nothing shows them; what the log says of them then goes from every file, while every proof stands."))
)]
pub(super) struct Document;

/// A request to be erased, or that an administrator erased somebody unasked.
#[derive(Serialize, ToSchema)]
#[schema(as = Erasure)]
struct ErasureBody {
    /// Its id; later ones sort later.
    id: String,
    /// What became of it.
    state: StateWord,
    /// Whether the person asked themself.
    by_themself: bool,
    /// Who it is, as they were named; `null` once they are erased.
    #[schema(value_type = Option<openapi::Person>)]
    person: Option<Person>,
    /// What they wrote; empty once they are erased.
    reason: String,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    asked_at: Time,
    /// Who decided, or took it back; `null` while it waits.
    decided: Option<DecidedBody>,
    /// How far the erasure is; `null` unless they are erased.
    progress: Option<ProgressBody>,
}

/// What became of a request.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[schema(as = ErasureState)]
#[serde(rename_all = "lowercase")]
enum StateWord {
    /// Nobody decided yet.
    Waiting,
    /// Taken back by whoever asked.
    Withdrawn,
    /// Refused.
    Declined,
    /// The person is erased, or being.
    Erased,
}

/// Who decided.
#[derive(Serialize, ToSchema)]
#[schema(as = ErasureDecided)]
struct DecidedBody {
    /// As they were named then.
    #[schema(value_type = openapi::Person)]
    by: Person,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// Why; may be empty.
    reason: String,
}

/// How far an erasure is.
#[derive(Serialize, ToSchema)]
#[schema(as = ErasureProgress)]
struct ProgressBody {
    /// Its number, from 1.
    number: u64,
    /// Activities below this one are looked at for the person.
    of: u64,
    /// Below this one they all were.
    looked_at: u64,
    /// How many named the person.
    rewritten: u64,
    /// When nothing was left of them in any file; `null` while something may be.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Time>,
    /// What went beside the log.
    removed: Vec<RemovedBody>,
    /// Whether the signed receipt is there.
    has_receipt: bool,
}

/// What went beside the log.
#[derive(Serialize, ToSchema)]
#[schema(as = ErasureRemoved)]
struct RemovedBody {
    /// What, in words.
    what: String,
    /// How many.
    count: u64,
}

/// Whom to erase.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewErasure {
    /// Who: an account's username, e-mail address or id, or the id of somebody whom only the log names.
    person: String,
    /// Why; the log keeps it.
    reason: String,
}

/// Why it is so decided.
#[derive(Deserialize, ToSchema)]
#[schema(as = ErasureDecision)]
#[serde(deny_unknown_fields)]
struct DecisionBody {
    /// Why; the log keeps it, and whoever is declined is told.
    reason: String,
}

impl From<StateWord> for RequestState {
    fn from(word: StateWord) -> Self {
        match word {
            StateWord::Waiting => Self::Waiting,
            StateWord::Withdrawn => Self::Withdrawn,
            StateWord::Declined => Self::Declined,
            StateWord::Erased => Self::Erased,
        }
    }
}

impl From<ErasureRequest> for ErasureBody {
    fn from(request: ErasureRequest) -> Self {
        let outcome = request.decision.as_ref().map(|decision| &decision.outcome);
        Self {
            state: match outcome {
                None => StateWord::Waiting,
                Some(Outcome::Withdrawn) => StateWord::Withdrawn,
                Some(Outcome::Declined) => StateWord::Declined,
                Some(Outcome::Erased { .. }) => StateWord::Erased,
            },
            progress: outcome.and_then(progress),
            id: request.id,
            by_themself: request.by_themself,
            person: request.person,
            reason: request.reason,
            asked_at: request.asked_at,
            decided: request.decision.map(|decision| DecidedBody {
                by: decision.by,
                at: decision.at,
                reason: decision.why,
            }),
        }
    }
}

fn progress(outcome: &Outcome) -> Option<ProgressBody> {
    let Outcome::Erased {
        progress,
        removed,
        has_receipt,
    } = outcome
    else {
        return None;
    };
    let removed = removed.iter().map(|(what, count)| RemovedBody {
        what: what.clone(),
        count: *count,
    });
    Some(ProgressBody {
        number: progress.id,
        of: progress.seq,
        looked_at: progress.looked_at,
        rewritten: progress.rewritten,
        finished_at: progress.finished_at,
        removed: removed.collect(),
        has_receipt: *has_receipt,
    })
}

/// The requests to be erased, newest first. For administrators and auditors.
#[utoipa::path(
    get, path = "/v1/erasures", tag = "Erasures", operation_id = "listErasures",
    params(
        ("state" = inline(Option<StateWord>), Query, description = "Only those that this became of."),
        Paging,
    ),
    responses((status = 200, description = "One page of requests.", body = Listed<ErasureBody>), Reading),
    security(("key" = ["activities:read"])),
)]
async fn list(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri, &["state", "limit", "after"])?;
    let request = Paging::of(&params)?.into();
    let asked = params.word::<StateWord>("state")?.map(RequestState::from);
    let page = erasure::page(state.app(), &caller, &request, asked).await?;
    Ok(Listed::<ErasureBody>::of(page).answer(&uri))
}

/// One request, and how far it is. For administrators and auditors.
#[utoipa::path(
    get, path = "/v1/erasures/{id}", tag = "Erasures", operation_id = "getErasure",
    params(("id" = String, Path, description = "Id of the request.")),
    responses((status = 200, description = "The request.", body = ErasureBody), Reading),
    security(("key" = ["activities:read"])),
)]
async fn get(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Json<ErasureBody>, Problem> {
    Ok(Json(erasure::get(state.app(), &caller, &id).await?.into()))
}

/// The signed receipt of an erasure: a note that says what went and what could not be reached, and not whose it was.
///
/// There is none while the erasure goes on. `whodid verify` reads it. For administrators and auditors.
#[utoipa::path(
    get, path = "/v1/erasures/{id}/receipt", tag = "Erasures", operation_id = "getErasureReceipt",
    params(("id" = String, Path, description = "Id of the request.")),
    responses((status = 200, description = "The receipt, as a signed note.", body = String, content_type = "text/plain"), Reading),
    security(("key" = ["activities:read"])),
)]
async fn receipt(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let receipt = erasure::receipt(state.app(), &caller, &id).await?;
    let receipt = receipt.ok_or_else(|| Problem::not_found("The erasure goes on: there is no receipt yet."))?;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], receipt).into_response())
}

/// Erases a person who did not ask for it here, and ends a request of theirs that waits. For administrators, whose key has
/// `activities:read` as well.
///
/// With the answer nothing shows them any more, and their account is gone; files follow, as `progress` says. 404 if nobody is
/// known by what `person` says; 409 if they are under a legal hold or are a group's only owner.
#[utoipa::path(
    post, path = "/v1/erasures", tag = "Erasures", operation_id = "erasePerson", request_body = NewErasure,
    responses((status = 201, description = "The erasure as a request.", body = ErasureBody), Changing),
    security(("key" = ["admin"])),
)]
async fn erase(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(new): Body<NewErasure>,
) -> Result<Response, Problem> {
    let number = erasure::erase(state.app(), &caller, Whom::Person(&new.person), &new.reason).await?;
    let erased = erasure::numbered(state.app(), &caller, number).await?;
    let location = Href::to(&["v1", "erasures", &erased.id]).to_string();
    let body = Json(ErasureBody::from(erased));
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
}

/// Erases who asked for it with this request. For administrators, whose key has `activities:read` as well.
///
/// 409 if they are under a legal hold or are a group's only owner; 404 if no request of this id waits.
#[utoipa::path(
    post, path = "/v1/erasures/{id}/erase", tag = "Erasures", operation_id = "approveErasure",
    params(("id" = String, Path, description = "Id of the request.")), request_body = DecisionBody,
    responses((status = 200, description = "The request as it is now.", body = ErasureBody), Changing),
    security(("key" = ["admin"])),
)]
async fn approve(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    Body(decision): Body<DecisionBody>,
) -> Result<Json<ErasureBody>, Problem> {
    let number = erasure::erase(state.app(), &caller, Whom::Request(&id), &decision.reason).await?;
    Ok(Json(erasure::numbered(state.app(), &caller, number).await?.into()))
}

/// Declines a request that waits; whoever asked is told why. For administrators.
#[utoipa::path(
    post, path = "/v1/erasures/{id}/decline", tag = "Erasures", operation_id = "declineErasure",
    params(("id" = String, Path, description = "Id of the request.")), request_body = DecisionBody,
    responses((status = 204, description = "It is declined."), Changing),
    security(("key" = ["admin"])),
)]
async fn decline(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
    Body(decision): Body<DecisionBody>,
) -> Result<StatusCode, Problem> {
    erasure::decline(state.app(), &caller, &id, &decision.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
