//! The gate of one route: its policy, and how often a secret may be tried. Runs before the handler.

use app::{Caller, Via};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::outer::RouteName;
use crate::AppState;
use crate::api::Problem;
use crate::shell::{ApiCaller, PageError, Policy, RequestContext, Scope};

/// What a gate checks.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) state: AppState,
    pub(crate) path: &'static str,
    pub(crate) policy: Policy,
    pub(crate) secret: bool,
}

/// Lets the request through to its handler, or answers why not.
pub(crate) async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let name = RouteName(gate.path);
    let mut response = pass(gate, request, next).await;
    response.extensions_mut().insert(name);
    response
}

async fn pass(gate: Gate, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let context = RequestContext::of(&mut parts);
    if gate.secret
        && let Err(wait) = gate.state.rates().secret(context.client_ip())
    {
        return PageError::TooMany {
            retry_after: wait.as_secs() + 1,
        }
        .into_response();
    }
    let checked = match gate.policy {
        Policy::Public => Ok(()),
        Policy::Key(scope) => match api_caller(&gate.state, &context, &parts.headers, &parts.method, scope).await {
            Ok(caller) => {
                parts.extensions.insert(caller);
                Ok(())
            }
            Err(problem) => Err(problem.into_response()),
        },
        policy => browser(&gate.state, &context, policy, parts.method.is_safe())
            .await
            .map_err(PageError::into_response),
    };
    match checked {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal,
    }
}

async fn browser(state: &AppState, context: &RequestContext, policy: Policy, safe: bool) -> Result<(), PageError> {
    let Some(caller) = context.caller(state).await? else {
        // A form cannot be sent again after logging in: begin at the start.
        let next = if safe {
            context.path_and_query().to_owned()
        } else {
            "/".to_owned()
        };
        return Err(PageError::SignIn { next });
    };
    let may = match policy {
        Policy::Administrator => caller.is_administrator(),
        Policy::ReaderOfAll => caller.reads_everything(),
        Policy::Public | Policy::SignedIn | Policy::Key(_) => true,
        Policy::Program | Policy::Application => false,
    };
    if may { Ok(()) } else { Err(PageError::Forbidden) }
}

async fn api_caller(
    state: &AppState,
    context: &RequestContext,
    headers: &HeaderMap,
    method: &axum::http::Method,
    scope: Scope,
) -> Result<ApiCaller, Problem> {
    let Some(authorization) = headers.get(header::AUTHORIZATION) else {
        // A signed-in browser may read; what changes something needs a key, which no other site can make it send.
        let caller = if method.is_safe() {
            context.caller(state).await.map_err(Problem::from)?
        } else {
            None
        };
        return caller.cloned().map(ApiCaller).ok_or_else(Problem::unauthorized);
    };
    let key = bearer(authorization.to_str().unwrap_or("")).ok_or_else(Problem::unauthorized)?;
    let found = app::api_keys::authenticate(state.app(), key, context.origin().clone()).await;
    let caller = found.map_err(Problem::unavailable)?.ok_or_else(Problem::unauthorized)?;
    if let Via::ApiKey { id, .. } = &caller.via
        && let Err(wait) = state.rates().api(id)
    {
        return Err(Problem::too_many(wait));
    }
    if allows(&caller, scope) {
        Ok(ApiCaller(caller))
    } else {
        Err(Problem::lacks_scope(scope))
    }
}

/// The token of `Authorization: Bearer …`.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer"))
        .then_some(token.trim())
        .filter(|token| !token.is_empty())
}

fn allows(caller: &Caller, scope: Scope) -> bool {
    match (&caller.via, scope) {
        (Via::ApiKey { scopes, .. }, Scope::Write) => scopes.write,
        (Via::ApiKey { scopes, .. }, Scope::Read) => scopes.read,
        (Via::ApiKey { scopes, .. }, Scope::Export) => scopes.export,
        (Via::ApiKey { scopes, .. }, Scope::Admin) => scopes.admin,
        (Via::Device { .. } | Via::Application { .. } | Via::CommandLine, _) => true,
    }
}
