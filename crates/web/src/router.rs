//! The table of all routes, and the router made of it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};

use crate::layers::{Gate, gate, outer};
use crate::shell::{ErrorPage, LocalPath, Policy, Route, redirect};
use crate::{AppState, api, pages, shell};

/// One row of the route table, for tests and documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    /// Path with `{parameters}`.
    pub path: &'static str,
    /// Method.
    pub method: Method,
    /// Who may.
    pub policy: Policy,
}

fn routes() -> Vec<Route> {
    [shell::routes(), pages::routes(), api::routes(), shell::assets::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// Every route with its policy, by path.
#[must_use]
pub fn route_table() -> Vec<RouteInfo> {
    let mut rows: Vec<_> = routes()
        .into_iter()
        .map(|route| RouteInfo {
            path: route.path,
            method: route.method,
            policy: route.policy,
        })
        .collect();
    rows.sort_by(|a, b| (a.path, a.method.as_str()).cmp(&(b.path, b.method.as_str())));
    rows
}

/// The router of everything: each route behind the gate of its policy, all of them inside the outer layers.
pub fn router(state: AppState) -> Router {
    let mut by_path: BTreeMap<&'static str, MethodRouter<AppState>> = BTreeMap::new();
    for route in routes() {
        let check = Gate {
            state: state.clone(),
            path: route.path,
            policy: route.policy,
            secret: route.secret,
        };
        let handler = route.handler.route_layer(from_fn_with_state(check, gate));
        let known = by_path.remove(route.path).unwrap_or_default();
        by_path.insert(route.path, known.merge(handler));
    }
    let all = by_path
        .into_iter()
        .fold(Router::new(), |all, (path, handlers)| all.route(path, handlers));
    let compress = CompressionLayer::new()
        .quality(tower_http::CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(worth_compressing));
    all.fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(state.settings().limits.form_bytes))
        .layer(from_fn_with_state(state.clone(), outer))
        .layer(compress)
        .with_state(state)
}

/// Files to keep go out as they are: their size is known and their digest is of what arrives. Fonts are compressed.
fn worth_compressing(
    _: StatusCode,
    _: axum::http::Version,
    headers: &axum::http::HeaderMap,
    _: &axum::http::Extensions,
) -> bool {
    let font = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"font/"));
    !font && !headers.contains_key(header::CONTENT_DISPOSITION)
}

async fn unknown() -> ErrorPage {
    ErrorPage::bare(StatusCode::NOT_FOUND, "")
}

/// An address that forms are sent to, opened like a page, as after a reload: on to the page it lies below.
async fn wrong_method(method: Method, uri: Uri) -> Response {
    let is_page = method.is_safe() && !uri.path().starts_with("/v1/");
    match page_above(uri.path()).filter(|_| is_page) {
        Some(page) => redirect(&LocalPath::or_home(page)),
        None => ErrorPage::bare(StatusCode::METHOD_NOT_ALLOWED, "").into_response(),
    }
}

/// The nearest page above a path, if there is one.
fn page_above(path: &str) -> Option<&str> {
    static PAGES: OnceLock<Vec<&'static str>> = OnceLock::new();
    let pages = PAGES.get_or_init(|| {
        let readable = route_table().into_iter().filter(|route| route.method == Method::GET);
        readable.map(|route| route.path).collect()
    });
    let mut above = path;
    while let Some((shorter, _)) = above.rsplit_once('/') {
        above = if shorter.is_empty() { "/" } else { shorter };
        if pages.iter().any(|pattern| fits(pattern, above)) {
            return Some(above);
        }
        if above == "/" {
            return None;
        }
    }
    None
}

/// Whether a path is one of a pattern's.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut parts, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (parts.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(text)) if part == text || (part.starts_with('{') && !text.is_empty()) => {}
            _ => return false,
        }
    }
}
