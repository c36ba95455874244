//! `/v1/sessions`: meetings of groups, and who is present in them. Owns their routes and description.

mod change;
mod presence;
mod read;
mod shapes;

use utoipa::OpenApi;

use crate::shell::{Policy, Route};

/// The routes of sessions.
pub(super) fn routes() -> Vec<Route> {
    use Policy::Program;
    vec![
        Route::get("/v1/sessions", Program, read::list_sessions),
        Route::post("/v1/sessions", Program, change::create_session),
        Route::get("/v1/sessions/{id}", Program, read::get_session),
        Route::patch("/v1/sessions/{id}", Program, change::edit_session),
        Route::post("/v1/sessions/{id}/start", Program, change::start_session),
        Route::post("/v1/sessions/{id}/lock", Program, change::lock_session),
        Route::post("/v1/sessions/{id}/unlock", Program, change::unlock_session),
        Route::post("/v1/sessions/{id}/end", Program, change::end_session),
        Route::post("/v1/sessions/{id}/join", Program, presence::join_session),
        Route::post("/v1/sessions/{id}/leave", Program, presence::leave_session),
        Route::get("/v1/sessions/{id}/presence", Program, presence::list_present),
        Route::post("/v1/sessions/{id}/presence", Program, presence::still_present),
    ]
}

/// What `/openapi.json` says of them.
#[derive(OpenApi)]
#[openapi(
    paths(
        read::list_sessions,
        change::create_session,
        read::get_session,
        change::edit_session,
        change::start_session,
        change::lock_session,
        change::unlock_session,
        change::end_session,
        presence::join_session,
        presence::leave_session,
        presence::list_present,
        presence::still_present,
    ),
    tags((name = "Sessions", description = "Meetings of a group. Whoever has joined says from time to time that they are still there; who is silent for too long has left."))
)]
pub(super) struct Document;
