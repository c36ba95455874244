//! The `/v1` API and what stands beside it: its description, health and metrics.

mod answers;
mod applications;
mod auth;
mod batch;
mod body;
mod causes;
mod connections;
mod devices;
mod docs;
mod erasures;
mod etag;
mod exports;
mod get_activity;
mod groups;
mod health;
mod holds;
mod imports;
mod json;
mod list;
mod list_activities;
mod list_types;
mod metrics;
mod openapi;
mod overview;
mod proofs;
mod query;
mod record_activities;
mod retention;
mod saved_searches;
mod sessions;
mod sources;
mod tail;
#[cfg(test)]
mod tests;
mod users;

use crate::shell::{Policy, Route, Scope};

/// The routes of the API.
#[must_use]
pub fn routes() -> Vec<Route> {
    // One line an area; `openapi::whole` has one for each as well.
    let areas = [
        connections::routes(),
        groups::routes(),
        sessions::routes(),
        saved_searches::routes(),
        users::routes(),
        applications::routes(),
        auth::routes(),
        devices::routes(),
        exports::routes(),
        proofs::routes(),
        retention::routes(),
        sources::routes(),
        erasures::routes(),
        holds::routes(),
        imports::routes(),
    ];
    areas.into_iter().flatten().chain(own()).collect()
}

/// Activities, and what stands beside the API.
fn own() -> Vec<Route> {
    vec![
        Route::post("/v1/activities", Policy::Reporter, record_activities::record_activities),
        Route::get(
            "/v1/activities",
            Policy::Key(Scope::Read),
            list_activities::list_activities,
        ),
        Route::get("/v1/activities/tail", Policy::Key(Scope::Read), tail::tail_activities),
        Route::get(
            "/v1/activities/{id}",
            Policy::Key(Scope::Read),
            get_activity::get_activity,
        ),
        Route::get(
            "/v1/activities/histogram",
            Policy::Key(Scope::Read),
            overview::histogram,
        ),
        Route::get("/v1/activities/facets", Policy::Key(Scope::Read), overview::facets),
        Route::get("/v1/activity-types", Policy::Key(Scope::Read), list_types::list_types),
        Route::get("/openapi.json", Policy::Public, openapi::document),
        Route::get("/docs", Policy::Public, docs::start),
        Route::get("/docs/problems", Policy::Public, docs::problems),
        Route::get("/docs/shapes", Policy::Public, docs::shapes),
        Route::get("/docs/{area}", Policy::Public, docs::area),
        Route::get("/healthz", Policy::Public, health::healthz),
        Route::get("/readyz", Policy::Public, health::readyz),
        Route::get("/metrics", Policy::Public, metrics::metrics),
    ]
}
