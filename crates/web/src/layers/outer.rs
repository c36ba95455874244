//! The outermost layer: makes the request's context, and finishes its response with cookies, error pages, headers,
//! a log line and counters.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use app::Origin;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use tracing::Instrument as _;

use super::trace::{self, TraceContext};
use super::{PeerAddress, body, client_address, csrf, headers};
use crate::AppState;
use crate::host::Host;
use crate::hosts::{self, Misdirected};
use crate::problem::Problem;
use crate::shell::{Cookie, ErrorPage, Flash, PageError, PendingCookies, RequestContext, error_page, idempotency_key};

const USER_AGENT_BYTES: usize = 512;

/// Around every request.
pub(crate) async fn outer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let (mut parts, request_body) = request.into_parts();
    let trace = TraceContext::read(&parts.headers);
    let origin = origin(&state, &parts, trace.as_ref());
    let https = is_https(&state, &parts.headers);
    let context = RequestContext::new(origin, parts.uri.clone(), &parts.headers, https);
    parts.extensions.insert(context.clone());
    let method = parts.method.clone();
    let refused = refusal(&state, &parts);
    let grace = Duration::from_millis(state.settings().limits.body_ms);
    let request = Request::from_parts(parts, body::timed(request_body, grace));

    let span = span(&context, trace.as_ref());
    let answered = async {
        let response = match refused {
            Some(refusal) => refusal.into_response(),
            None => handled(&state, &method, next.run(request)).await,
        };
        let route = response.extensions().get::<RouteName>().map_or("none", |route| route.0);
        let response = finish(response, &state, &context, trace.as_ref()).await;
        count(route, &method, response.status(), begun.elapsed());
        tracing::debug!(
            ip = ?context.origin().ip, %method, path = context.path(),
            status = response.status().as_u16(), micros = begun.elapsed().as_micros() as u64, "answered"
        );
        response
    };
    answered.instrument(span).await
}

/// What every line that is logged for this request says of it. The trace is that of whoever asked.
fn span(context: &RequestContext, trace: Option<&TraceContext>) -> tracing::Span {
    tracing::info_span!(
        "request",
        request_id = context.origin().request_id,
        trace_id = context.origin().trace_id,
        parent_id = trace.map(|trace| trace.parent_id.as_str()),
    )
}

/// Why a request goes no further: it is meant for another server, or another site sent it.
fn refusal(state: &AppState, parts: &Parts) -> Option<ErrorPage> {
    if let Err(why) = state.hosts().check(parts.version, &parts.uri, &parts.headers) {
        return Some(why.into());
    }
    // A key is in no browser's hands: whoever sends one means it.
    let carries_key = parts
        .headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value.as_bytes().starts_with(b"Bearer "));
    let allowed = carries_key || csrf::is_allowed(&parts.method, &parts.headers, &state.app().settings().public_url);
    (!allowed).then(cross_site)
}

/// Makes of what a handler said what goes out.
async fn finish(
    response: Response,
    state: &AppState,
    context: &RequestContext,
    trace: Option<&TraceContext>,
) -> Response {
    let mut response = draw_error(response, state, context).await;
    write_cookies(&mut response, context);
    headers::add(response.headers_mut(), state.is_https());
    if let Ok(id) = HeaderValue::try_from(&context.origin().request_id) {
        response.headers_mut().insert(trace::REQUEST_ID, id);
    }
    if let Some(trace) = trace {
        trace.write(response.headers_mut(), &state.app().opaque_id::<8>());
    }
    response
}

/// Waits for the handler. One that may change something runs in a task of its own: a client that hangs up ends its
/// waiting, but never a use case between its transactions, and a shutdown waits for it.
async fn handled(
    state: &AppState,
    method: &Method,
    handling: impl Future<Output = Response> + Send + 'static,
) -> Response {
    // A panic of one handler fails its own request; nothing it held is used again but through its drop.
    let handling = AssertUnwindSafe(handling).catch_unwind();
    let done = match method.is_safe() {
        true => handling.await,
        false => match state.work().spawn(handling.in_current_span()).await {
            Ok(done) => done,
            Err(error) => return PageError::internal(error).into_response(),
        },
    };
    done.unwrap_or_else(|cause| panicked(cause.as_ref()))
}

/// The path of the table a request matched, for the counters.
#[derive(Clone, Copy)]
pub(crate) struct RouteName(pub(crate) &'static str);

fn origin(state: &AppState, parts: &Parts, trace: Option<&TraceContext>) -> Origin {
    let headers = &parts.headers;
    let peer = parts.extensions.get::<PeerAddress>();
    let ip = peer.map(|peer| client_address(peer.0.ip(), headers, &state.settings().trusted_proxies));
    let user_agent = headers.get(header::USER_AGENT).map(|value| {
        let mut text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        text.truncate(text.floor_char_boundary(USER_AGENT_BYTES));
        text
    });
    let device = user_agent.as_deref().and_then(app::device_of);
    Origin {
        ip,
        user_agent,
        device,
        request_id: trace::request_id(headers).unwrap_or_else(|| state.app().opaque_id::<16>()),
        idempotency_key: idempotency_key(headers).ok().flatten(),
        trace_id: trace.map(|trace| trace.trace_id.clone()),
    }
}

/// Whether browsers keep `Secure` cookies of this address: by HTTPS, and on this machine itself.
fn is_https(state: &AppState, headers: &HeaderMap) -> bool {
    state.is_https() || hosts::named(headers).is_some_and(|host| host.is_loopback())
}

fn cross_site() -> ErrorPage {
    let text = "This request came from another site, so it was not carried out. Open the page here and send it again.";
    ErrorPage::new(StatusCode::FORBIDDEN, "Not carried out", text)
}

fn panicked(cause: &(dyn std::any::Any + Send)) -> Response {
    let text = cause
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "of unknown kind".to_owned());
    PageError::internal(format!("panic: {text}")).into_response()
}

/// Puts the page, or the problem under `/v1`, in place of an error's bare text; logs its cause once.
async fn draw_error(mut response: Response, state: &AppState, context: &RequestContext) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return problem.draw(&context.origin().request_id);
    }
    let error = match response.extensions_mut().remove::<ErrorPage>() {
        Some(error) => error,
        None if is_bare_error(&response) => {
            let (head, body) = response.into_parts();
            let text = axum::body::to_bytes(body, 4096).await.unwrap_or_default();
            response = Response::from_parts(head, Body::empty());
            ErrorPage::bare(response.status(), &String::from_utf8_lossy(&text))
        }
        None => return response,
    };
    if let Some(cause) = &error.cause {
        tracing::error!(
            request_id = context.origin().request_id,
            path = context.path(),
            cause,
            "request failed"
        );
    }
    let (status, retry) = (error.status, response.headers_mut().remove(header::RETRY_AFTER));
    let is_api = context.path().starts_with("/v1/") || context.path() == "/v1";
    let mut drawn = match is_api {
        true => Problem::of_page(&error).draw(&context.origin().request_id),
        false => error_page(error, state, context).await,
    };
    *drawn.status_mut() = status;
    if let Some(retry) = retry {
        drawn.headers_mut().insert(header::RETRY_AFTER, retry);
    }
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        drawn.headers_mut().insert(header::ALLOW, allow);
    }
    drawn
}

/// An error of the framework itself: a status and a line of text.
fn is_bare_error(response: &Response) -> bool {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    is_error && kind.is_none_or(|kind| kind.starts_with(b"text/plain"))
}

fn write_cookies(response: &mut Response, context: &RequestContext) {
    let mut cookies = response
        .extensions_mut()
        .remove::<PendingCookies>()
        .unwrap_or_default()
        .0;
    if let Some(flash) = response.extensions_mut().remove::<Flash>() {
        cookies.push(Cookie::flash(&flash));
    } else if context.cookies().flash().is_some() && is_page(response) {
        cookies.push(Cookie::no_flash());
    }
    for line in cookies.iter().filter_map(|cookie| cookie.header(context.is_https())) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}

fn is_page(response: &Response<Body>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Counts a request. Every label is of a closed set: what clients make up must not become a time series.
fn count(route: &'static str, method: &Method, status: StatusCode, took: Duration) {
    let (method, status) = (method_label(method), status_label(status));
    metrics::counter!("whodid_http_requests_total", "route" => route, "method" => method, "status" => status)
        .increment(1);
    metrics::histogram!("whodid_http_request_seconds", "route" => route).record(took.as_secs_f64());
}

fn method_label(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or("other")
}

fn status_label(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

impl From<Misdirected> for ErrorPage {
    fn from(why: Misdirected) -> Self {
        match why {
            Misdirected::Malformed => {
                let text = "The request must name one host, in one header `Host`, such as `Host: whodid.example.com`.";
                Self::new(StatusCode::BAD_REQUEST, "That did not work", text)
            }
            Misdirected::Elsewhere(host) => {
                let host = match host {
                    Host::Name(name) => name,
                    Host::Ip(ip) => ip.to_string(),
                };
                let text = format!(
                    "This server does not answer to the name {host}. If it should, an administrator sets `public_url` to \
                     the address people use, or adds the name to `web.allowed_hosts`."
                );
                Self::new(StatusCode::MISDIRECTED_REQUEST, "Not this server", text)
            }
        }
    }
}
