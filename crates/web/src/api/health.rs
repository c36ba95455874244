//! Whether the process lives, and whether it can be sent work. Say nothing else: they answer anybody.

use axum::extract::State;
use axum::http::StatusCode;

use crate::AppState;

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready when the log can be read and takes activities as it should, and nobody is shutting down.
pub(super) async fn readyz(State(state): State<AppState>) -> (StatusCode, String) {
    if state.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n".to_owned());
    }
    match state.app().obstacle().await {
        None => (StatusCode::OK, "ready\n".to_owned()),
        Some(obstacle) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {obstacle}\n")),
    }
}
