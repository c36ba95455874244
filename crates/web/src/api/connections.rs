//! `/v1/connections`: the member's connections, requests and blocks.

use activity::Time;
use app::connections::{self, Connection, ConnectionSearch, LookUpError, Standing, Which};
use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::answers::{Changing, Reading};
use super::json::Body;
use super::list::{Listed, Paging};
use super::query::Params;
use crate::AppState;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Href, Policy, Route};

#[derive(OpenApi)]
#[openapi(
    paths(list, get, find, request, accept, reject, cancel, remove, block, unblock),
    components(schemas(ConnectionBody, Listed<ConnectionBody>)),
    tags((name = "Connections", description = "Mutual contacts between two people. Nobody is listed who was not met: people are found by their exact username or e-mail address, and only so often."))
)]
pub(super) struct Document;

pub(super) fn routes() -> Vec<Route> {
    let program = Policy::Program;
    vec![
        Route::get("/v1/connections", program, list),
        Route::post("/v1/connections", program, request),
        Route::post("/v1/connections/find", program, find),
        Route::get("/v1/connections/{user_id}", program, get),
        Route::post("/v1/connections/{user_id}/accept", program, accept),
        Route::post("/v1/connections/{user_id}/reject", program, reject),
        Route::post("/v1/connections/{user_id}/cancel", program, cancel),
        Route::post("/v1/connections/{user_id}/remove", program, remove),
        Route::post("/v1/connections/{user_id}/block", program, block),
        Route::post("/v1/connections/{user_id}/unblock", program, unblock),
    ]
}

/// Somebody, and how the member stands with them.
#[derive(Serialize, ToSchema)]
#[schema(as = Connection)]
struct ConnectionBody {
    /// Who it is.
    user: Contact,
    /// How the member stands with them.
    state: ConnectionState,
    /// When it was accepted, asked for or blocked.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Time>,
}

/// A person, as their contacts know them.
#[derive(Serialize, ToSchema)]
struct Contact {
    /// Stable id.
    id: String,
    /// Full name.
    name: String,
    /// Log-in name.
    username: String,
}

/// How the member stands with somebody.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ConnectionState {
    /// Nothing is between them.
    None,
    /// Connected.
    Connected,
    /// The other one asked; the member has not answered.
    Received,
    /// The member asked; there is no answer yet.
    Sent,
    /// The member blocks them.
    Blocked,
}

/// Whom to find or ask: a username or an e-mail address, in full.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whom {
    #[serde(default, deserialize_with = "given")]
    username: Option<String>,
    #[serde(default, deserialize_with = "given")]
    email: Option<String>,
}

/// `null` is neither.
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    String::deserialize(value).map(Some)
}

/// Whom to find or ask: a username or an e-mail address, in full.
#[derive(ToSchema)]
#[schema(as = Whom)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum EitherName {
    /// By username.
    Username(ByUsername),
    /// By e-mail address.
    Email(ByEmail),
}

/// Somebody by their username.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct ByUsername {
    /// Exact username.
    #[schema(pattern = "\\S")]
    username: String,
}

/// Somebody by their e-mail address.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct ByEmail {
    /// Exact e-mail address.
    #[schema(pattern = "\\S")]
    email: String,
}

impl Whom {
    fn login(self) -> Result<String, Problem> {
        match (self.username, self.email) {
            (Some(login), None) | (None, Some(login)) if !login.trim().is_empty() => Ok(login),
            _ => Err(Problem::bad_request("Give either `username` or `email`.")),
        }
    }
}

impl ConnectionBody {
    fn of(connection: Connection) -> Self {
        Self {
            user: Contact {
                id: connection.person.id,
                name: connection.person.name,
                username: connection.person.username,
            },
            state: match connection.standing {
                Standing::None => ConnectionState::None,
                Standing::Connected => ConnectionState::Connected,
                Standing::Received => ConnectionState::Received,
                Standing::Sent => ConnectionState::Sent,
                Standing::Blocked => ConnectionState::Blocked,
            },
            since: connection.since,
        }
    }
}

fn refused(error: LookUpError) -> Problem {
    match error {
        LookUpError::Change(error) => error.into(),
        LookUpError::Unavailable(cause) => Problem::unavailable(cause),
        LookUpError::Nobody => {
            Problem::not_found("Nobody who takes requests from you has this username or e-mail address.")
        }
        LookUpError::TooMany(wait) => {
            let seconds = wait.as_secs() + 1;
            let detail = format!("You looked up too many people within an hour. Try again in {seconds} s.");
            let status = StatusCode::TOO_MANY_REQUESTS;
            Problem::new(status, "too_many_requests", "Too many requests", detail).retry_after(seconds)
        }
    }
}

/// Lists the member's connections, or their requests or blocks, in the order of names.
#[utoipa::path(
    get, path = "/v1/connections", tag = "Connections", operation_id = "listConnections",
    params(
        ("state" = inline(Option<ListedState>), Query, description = "Which list; `connected` by default."),
        ("find" = Option<String>, Query, description = "Beginnings of words of the name, or of the username."),
        Paging,
    ),
    responses((status = 200, description = "One page.", body = Listed<ConnectionBody>), Reading),
    security(("program" = [])),
)]
async fn list(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri, &["state", "find", "limit", "after"])?;
    let paging = Paging::of(&params)?;
    let search = ConnectionSearch {
        which: params.word::<ListedState>("state")?.unwrap_or_default().into(),
        find: params.get("find").unwrap_or_default().to_owned(),
        after: paging.after,
        limit: paging.limit,
    };
    let page = connections::list(state.app(), &caller, &search).await?;
    let data = page.rows.into_iter().map(ConnectionBody::of).collect();
    Ok(Listed::new(data, page.turns.next).answer(&uri))
}

/// One of the member's lists.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ListedState {
    /// Connections.
    #[default]
    Connected,
    /// Requests to the member.
    Received,
    /// Requests of the member.
    Sent,
    /// Whom the member blocks.
    Blocked,
}

impl From<ListedState> for Which {
    fn from(state: ListedState) -> Self {
        match state {
            ListedState::Connected => Self::Connected,
            ListedState::Received => Self::Received,
            ListedState::Sent => Self::Sent,
            ListedState::Blocked => Self::Blocked,
        }
    }
}

/// How the member stands with one person.
#[utoipa::path(
    get, path = "/v1/connections/{user_id}", tag = "Connections", operation_id = "getConnection",
    params(("user_id" = String, Path, description = "The other one's id.")),
    responses((status = 200, description = "The connection, request or block.", body = ConnectionBody), Reading),
    security(("program" = [])),
)]
async fn get(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(user_id): Path<String>,
) -> Result<Json<ConnectionBody>, Problem> {
    let found = connections::get(state.app(), &caller, &user_id).await?;
    let missing = || Problem::not_found(format!("There is no connection with `{user_id}`."));
    found.map(|found| Json(ConnectionBody::of(found))).ok_or_else(missing)
}

/// Finds the person with exactly this username or e-mail address.
#[utoipa::path(
    post, path = "/v1/connections/find", tag = "Connections", operation_id = "findPerson",
    request_body = EitherName,
    responses((status = 200, description = "Who it is, and how the member stands with them.", body = ConnectionBody), Changing),
    security(("program" = [])),
)]
async fn find(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(whom): Body<Whom>,
) -> Result<Json<ConnectionBody>, Problem> {
    let found = connections::find(state.app(), &caller, &whom.login()?).await;
    found.map(|found| Json(ConnectionBody::of(found))).map_err(refused)
}

/// Asks the person with exactly this username or e-mail address to connect. If they asked already, the two are
/// connected at once.
#[utoipa::path(
    post, path = "/v1/connections", tag = "Connections", operation_id = "requestConnection",
    request_body = EitherName,
    responses((status = 201, description = "The request, or the connection.", body = ConnectionBody), Changing),
    security(("program" = [])),
)]
async fn request(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(whom): Body<Whom>,
) -> Result<Response, Problem> {
    let made = connections::request(state.app(), &caller, &whom.login()?).await;
    let made = made.map_err(refused)?;
    let mut headers = HeaderMap::new();
    if let Ok(place) = HeaderValue::try_from(Href::to(&["v1", "connections", &made.person.id]).as_str()) {
        headers.insert(header::LOCATION, place);
    }
    Ok((StatusCode::CREATED, headers, Json(ConnectionBody::of(made))).into_response())
}

/// One thing to do with one person, answered without a body.
#[rustfmt::skip] // It would move the attribute further to the right each time.
macro_rules! verb {
    ($name:ident, $path:literal, $operation:literal, $doc:literal, $done:literal) => {
        #[doc = $doc]
        #[utoipa::path(
            post, path = $path, tag = "Connections", operation_id = $operation,
            params(("user_id" = String, Path, description = "The other one's id.")),
            responses((status = 204, description = $done), Changing),
            security(("program" = [])),
        )]
        async fn $name(
            State(state): State<AppState>,
            ApiCaller(caller): ApiCaller,
            Path(user_id): Path<String>,
        ) -> Result<StatusCode, Problem> {
            connections::$name(state.app(), &caller, &user_id).await?;
            Ok(StatusCode::NO_CONTENT)
        }
    };
}

verb!(
    accept,
    "/v1/connections/{user_id}/accept",
    "acceptConnection",
    "Accepts somebody's request.",
    "Connected."
);
verb!(
    reject,
    "/v1/connections/{user_id}/reject",
    "rejectConnection",
    "Rejects somebody's request; they may ask again after some days.",
    "Rejected."
);
verb!(
    cancel,
    "/v1/connections/{user_id}/cancel",
    "cancelConnection",
    "Withdraws the member's own request.",
    "Withdrawn."
);
verb!(
    remove,
    "/v1/connections/{user_id}/remove",
    "removeConnection",
    "Ends a connection.",
    "Ended."
);
verb!(
    block,
    "/v1/connections/{user_id}/block",
    "blockPerson",
    "Blocks somebody, which ends whatever is between the two; the member does not exist for them from then on.",
    "Blocked."
);
verb!(
    unblock,
    "/v1/connections/{user_id}/unblock",
    "unblockPerson",
    "Blocks somebody no more.",
    "Not blocked any more."
);
