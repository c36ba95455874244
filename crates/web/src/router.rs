//! The table of all routes, and the router made of it.

use std::collections::BTreeMap;

use axum::Router;
use axum::http::Method;
use axum::routing::MethodRouter;

use crate::shell::{Policy, Route};
use crate::{AppState, api, pages};

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
    let mut all = pages::routes();
    all.extend(api::routes());
    all
}

/// Every route with its policy, by path.
#[must_use]
pub fn route_table() -> Vec<RouteInfo> {
    let mut rows: Vec<_> = routes()
        .into_iter()
        .map(|route| RouteInfo { path: route.path, method: route.method, policy: route.policy })
        .collect();
    rows.sort_by(|a, b| (a.path, a.method.as_str()).cmp(&(b.path, b.method.as_str())));
    rows
}

/// The router of everything.
pub fn router(state: AppState) -> Router {
    let mut by_path: BTreeMap<&'static str, MethodRouter<AppState>> = BTreeMap::new();
    for route in routes() {
        let known = by_path.remove(route.path).unwrap_or_default();
        by_path.insert(route.path, known.merge(route.handler));
    }
    by_path.into_iter().fold(Router::new(), |all, (path, handlers)| all.route(path, handlers)).with_state(state)
}
