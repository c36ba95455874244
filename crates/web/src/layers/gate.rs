//! The gate of one route: its policy, and how often a secret may be tried. Runs before the handler.

use app::applications::{KEY_PREFIX as APPLICATION_PREFIX, Presented};
use app::devices::{ACCESS_PREFIX, EndReason, Identity};
use app::ingest::Reporter;
use app::refusals::{self, Refused};
use app::{Caller, Via, Visitor};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::outer::RouteName;
use crate::AppState;
use crate::problem::Problem;
use crate::shell::{
    ApiCaller, Cookie, Flash, FromApplication, FromReporter, PageError, Policy, RequestContext, Scope, with_cookie,
};

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
    // What comes through an application is counted once its key has shown which.
    let by_address = gate.secret && !matches!(gate.policy, Policy::Application);
    if by_address && let Err(wait) = gate.state.rates().secret(context.client_ip()) {
        let visitor = Visitor {
            origin: context.origin().clone(),
            ..Visitor::default()
        };
        refusals::of_visitor(gate.state.app(), &visitor, Refused::Secrets);
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
        Policy::Program => match program(&gate.state, &context, &parts).await {
            Ok(caller) => {
                parts.extensions.insert(caller);
                Ok(())
            }
            Err(problem) => Err(problem.into_response()),
        },
        Policy::Reporter => match reporter(&gate, &context, &parts.headers).await {
            Ok(from) => {
                parts.extensions.insert(from);
                Ok(())
            }
            Err(problem) => Err(problem.into_response()),
        },
        Policy::Application => match application(&gate, &context, &parts.headers).await {
            Ok(from) => {
                parts.extensions.insert(from);
                Ok(())
            }
            Err(problem) => Err(problem.into_response()),
        },
        policy => browser(&gate.state, &context, policy, parts.method.is_safe()).await,
    };
    match checked {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal,
    }
}

async fn browser(state: &AppState, context: &RequestContext, policy: Policy, safe: bool) -> Result<(), Response> {
    let Some(caller) = context.caller(state).await.map_err(PageError::into_response)? else {
        // A form cannot be sent again after logging in: begin at the start.
        let next = if safe {
            context.path_and_query().to_owned()
        } else {
            "/".to_owned()
        };
        let response = PageError::SignIn { next }.into_response();
        return Err(match context.ended() {
            Some(reason) => said(response, reason),
            None => response,
        });
    };
    let may = match policy {
        Policy::Administrator => caller.is_administrator(),
        Policy::ReaderOfAll => caller.reads_everything(),
        Policy::Public | Policy::SignedIn => true,
        Policy::Key(_) | Policy::Program | Policy::Reporter | Policy::Application => false,
    };
    if may {
        Ok(())
    } else {
        Err(PageError::Forbidden.into_response())
    }
}

/// The way to the log-in page with why the browser is no longer signed in, said once: its token is taken from it.
fn said(mut response: Response, reason: EndReason) -> Response {
    if reason != EndReason::LoggedOut {
        response.extensions_mut().insert(Flash::bad(reason.sentence()));
    }
    with_cookie(response, Cookie::no_device())
}

/// A signed-in browser, which may read; what changes something needs a key or token, which no other site can make it
/// send.
async fn reading_browser(state: &AppState, context: &RequestContext, method: &Method) -> Result<ApiCaller, Problem> {
    if !method.is_safe() {
        return Err(Problem::unauthorized());
    }
    let caller = context.caller(state).await.map_err(Problem::from)?.cloned();
    caller.map(ApiCaller).ok_or_else(|| match context.ended() {
        Some(reason) => Problem::device_ended(reason),
        None => Problem::unauthorized(),
    })
}

/// The caller of a route for programs that report, read and export activities.
async fn api_caller(
    state: &AppState,
    context: &RequestContext,
    headers: &HeaderMap,
    method: &Method,
    scope: Scope,
) -> Result<ApiCaller, Problem> {
    let Some(token) = credential(headers)? else {
        return reading_browser(state, context, method).await;
    };
    let caller = match token.starts_with(ACCESS_PREFIX) {
        true => by_device(state, context, token).await?,
        false => by_key(state, context, token).await?,
    };
    if allows(&caller, scope) {
        Ok(ApiCaller(caller))
    } else {
        Err(Problem::lacks_scope(scope))
    }
}

/// The caller of a route for what a member does, asked for through a program.
async fn program(state: &AppState, context: &RequestContext, parts: &Parts) -> Result<ApiCaller, Problem> {
    let Some(token) = credential(&parts.headers)? else {
        return reading_browser(state, context, &parts.method).await;
    };
    if token.starts_with(ACCESS_PREFIX) {
        return by_device(state, context, token).await.map(ApiCaller);
    }
    let caller = by_key(state, context, token).await?;
    if allows(&caller, Scope::Admin) {
        Ok(ApiCaller(caller))
    } else {
        Err(Problem::lacks_scope(Scope::Admin))
    }
}

/// Whoever reports activities: an API key that may, or a registered application for itself.
async fn reporter(gate: &Gate, context: &RequestContext, headers: &HeaderMap) -> Result<FromReporter, Problem> {
    let token = credential(headers)?.ok_or_else(Problem::unauthorized)?;
    if token.starts_with(APPLICATION_PREFIX) {
        let FromApplication(visitor) = application(gate, context, headers).await?;
        let reporter = Reporter::application(&visitor).ok_or_else(Problem::no_application)?;
        let id = visitor.application.map(|application| application.id);
        let rates = gate.state.rates();
        rates.api(&id.unwrap_or_default()).map_err(Problem::too_many)?;
        return Ok(FromReporter(reporter));
    }
    // A device's token speaks for its member, whose doings the installation records itself.
    let caller = match token.starts_with(ACCESS_PREFIX) {
        true => by_device(&gate.state, context, token).await?,
        false => by_key(&gate.state, context, token).await?,
    };
    let reporter = Reporter::key(&caller).ok_or_else(|| Problem::lacks_scope(Scope::Write))?;
    Ok(FromReporter(reporter))
}

/// Whoever asks through an application that sent its key.
async fn application(gate: &Gate, context: &RequestContext, headers: &HeaderMap) -> Result<FromApplication, Problem> {
    let token = credential(headers).ok().flatten().ok_or_else(Problem::no_application)?;
    let found = app::applications::authenticate(gate.state.app(), token, context.origin().clone()).await;
    match found.map_err(Problem::unavailable)? {
        Presented::Application(visitor) => {
            if gate.secret {
                let id = visitor
                    .application
                    .as_ref()
                    .map_or("", |application| application.id.as_str());
                let rates = gate.state.rates();
                rates.application_secret(id, context.client_ip()).map_err(|wait| {
                    refusals::of_visitor(gate.state.app(), &visitor, Refused::Secrets);
                    Problem::too_many(wait)
                })?;
            }
            Ok(FromApplication(visitor))
        }
        Presented::Disabled => Err(Problem::application_disabled()),
        Presented::Nobody => Err(Problem::no_application()),
    }
}

/// Who signed in on the device of an application with this access token.
async fn by_device(state: &AppState, context: &RequestContext, token: &str) -> Result<Caller, Problem> {
    let found = app::devices::identify(state.app(), token, context.origin().clone()).await;
    let caller = match found.map_err(Problem::unavailable)? {
        Identity::SignedIn(caller) => *caller,
        Identity::Ended(reason) => return Err(Problem::device_ended(reason)),
        Identity::Expired => return Err(Problem::token_expired()),
        Identity::Nobody => return Err(Problem::no_device()),
    };
    // A browser's token belongs into its cookie; here it would be a stolen one.
    let Via::Application { device_id, .. } = &caller.via else {
        return Err(Problem::no_device());
    };
    within_rate(state, &caller, device_id)?;
    Ok(caller)
}

/// Who holds this API key.
async fn by_key(state: &AppState, context: &RequestContext, key: &str) -> Result<Caller, Problem> {
    let found = app::api_keys::authenticate(state.app(), key, context.origin().clone()).await;
    let caller = found.map_err(Problem::unavailable)?.ok_or_else(Problem::unauthorized)?;
    if let Via::ApiKey { id, .. } = &caller.via {
        within_rate(state, &caller, id)?;
    }
    Ok(caller)
}

/// Counts one more call with this key or device.
fn within_rate(state: &AppState, caller: &Caller, id: &str) -> Result<(), Problem> {
    state.rates().api(id).map_err(|wait| {
        refusals::of_caller(state.app(), caller, Refused::ApiCalls);
        Problem::too_many(wait)
    })
}

/// What the request proves itself with, if it does; an error if that makes no sense.
fn credential(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(authorization) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = bearer(authorization.to_str().unwrap_or(""));
    token.map(Some).ok_or_else(Problem::unauthorized)
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
        // A device of an application reads its member's own log; a file of it is for the member's own hands.
        (Via::Application { .. }, scope) => scope == Scope::Read,
        (Via::Device { .. } | Via::CommandLine, _) => true,
    }
}
