//! `/metrics` for Prometheus: to this machine, to administrators, or to anybody where the settings say so.

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::AppState;
use crate::shell::{MaybeSignedIn, PageError, RemoteAddress};

/// Bounds of the histograms, in seconds.
const BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// The counters of this process.
pub(crate) struct Metrics {
    handle: Option<PrometheusHandle>,
}

impl Metrics {
    /// The one recorder of the process, installed by whoever asks first. Without it, as when a test has installed
    /// its own, nothing is shown.
    pub(crate) fn of_process() -> Self {
        static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
        let install = || {
            let recorder = PrometheusBuilder::new().set_buckets(BUCKETS).ok()?.build_recorder();
            let handle = recorder.handle();
            metrics::set_global_recorder(recorder).ok()?;
            Some(handle)
        };
        Self {
            handle: HANDLE.get_or_init(install).clone(),
        }
    }

    /// Folds what was observed since, so that it does not pile up.
    pub(crate) fn upkeep(&self) {
        if let Some(handle) = &self.handle {
            handle.run_upkeep();
        }
    }
}

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
    let text = state
        .metrics()
        .handle
        .as_ref()
        .map(PrometheusHandle::render)
        .unwrap_or_default();
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    )
        .into_response())
}
