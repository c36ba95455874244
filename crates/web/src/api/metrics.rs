//! `/metrics` for Prometheus: to this machine, to administrators, or to anybody where the settings say so.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use crate::AppState;
use crate::shell::{MaybeSignedIn, PageError, RemoteAddress};

pub(super) async fn metrics(
    State(state): State<AppState>,
    remote: RemoteAddress,
    MaybeSignedIn(caller): MaybeSignedIn,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    // Behind a proxy nobody told us of, everybody seems to come from this machine.
    let is_relayed = headers.contains_key("x-forwarded-for") || headers.contains_key(header::FORWARDED);
    let is_local = remote.0.is_loopback() && !is_relayed;
    if !(is_local || state.settings().metrics_public || caller.is_some_and(|caller| caller.is_administrator())) {
        return Err(PageError::Forbidden);
    }
    let text = state.metrics().text();
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    )
        .into_response())
}
