//! The table of all routes, and the router made of it.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};

use crate::layers::{Gate, gate, outer};
use crate::shell::{ErrorPage, Policy, Route};
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

async fn wrong_method() -> ErrorPage {
    ErrorPage::bare(StatusCode::METHOD_NOT_ALLOWED, "")
}
