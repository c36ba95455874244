//! Whether the process lives, and whether it can be sent work. Say nothing else: they answer anybody.

use axum::extract::State;
use axum::http::StatusCode;

use crate::AppState;

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready when the log can be read, its writer has not failed, and nobody is shutting down.
pub(super) async fn readyz(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n");
    }
    match state.app().is_ready().await {
        true => (StatusCode::OK, "ready\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
    }
}
