//! Erasing people and legal holds, for administrators; auditors read. Owns handlers and page structs.

#[cfg(test)]
mod tests;

use activity::Time;
use app::ChangeError;
use app::erasure::{self, ErasureRequest, Erasures, Outcome, Whom};
use app::holds;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::AppState;
use crate::shell::{
    AdminOnly, Fields, Flash, PageError, Policy, Query, ReaderOfAll, Route, Shell, SignedIn, done, filters,
    redirect_with, refused, render,
};

const HERE: &str = "/admin/erasure";
const PRIVACY: &str = "/settings/privacy";

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get(HERE, Policy::ReaderOfAll, page),
        Route::post(HERE, Policy::Administrator, erase),
        Route::get("/admin/erasure/{id}/receipt", Policy::ReaderOfAll, receipt),
        Route::post("/admin/erasure/{id}/erase", Policy::Administrator, approve),
        Route::post("/admin/erasure/{id}/decline", Policy::Administrator, decline),
        Route::post("/admin/holds", Policy::Administrator, hold),
        Route::post("/admin/holds/{id}/lift", Policy::Administrator, lift),
        Route::post("/settings/privacy/erasure", Policy::SignedIn, ask),
        Route::post("/settings/privacy/erasure/withdraw", Policy::SignedIn, withdraw),
    ]
}

#[derive(askama::Template)]
#[template(path = "erasure/page.html")]
struct ErasurePage {
    shell: Shell,
    known: Erasures,
    may_change: bool,
    /// Whom the forms are about from the start.
    person: String,
}

/// Whom it is opened for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PageUrl {
    person: String,
}

/// How far an erasure is.
struct Progress<'a> {
    request: &'a ErasureRequest,
    number: u64,
    finished_at: Option<Time>,
    /// In hundredths.
    share: u64,
    rewritten: u64,
    removed: String,
    has_receipt: bool,
}

impl ErasurePage {
    fn waiting(&self) -> Vec<&ErasureRequest> {
        self.known
            .requests
            .iter()
            .filter(|one| one.decision.is_none())
            .collect()
    }

    /// Those that were taken back or declined.
    fn ended(&self) -> Vec<(&ErasureRequest, &'static str, &str)> {
        let ended = |one: &'_ ErasureRequest| match &one.decision.as_ref()?.outcome {
            Outcome::Withdrawn => Some("taken back"),
            Outcome::Declined => Some("declined"),
            Outcome::Erased { .. } => None,
        };
        let requests = self.known.requests.iter();
        requests
            .filter_map(|one| Some((one, ended(one)?, one.decision.as_ref()?.why.as_str())))
            .collect()
    }

    fn erased(&self) -> Vec<Progress<'_>> {
        self.known.requests.iter().filter_map(progress).collect()
    }

    /// Whether something goes on that the page follows.
    fn is_running(&self) -> bool {
        self.erased().iter().any(|one| !one.has_receipt)
    }
}

fn progress(request: &ErasureRequest) -> Option<Progress<'_>> {
    let Outcome::Erased {
        progress,
        removed,
        has_receipt,
    } = &request.decision.as_ref()?.outcome
    else {
        return None;
    };
    let share = (progress.looked_at.saturating_mul(100)).checked_div(progress.seq);
    let removed: Vec<String> = removed.iter().map(|(what, count)| format!("{what} {count}")).collect();
    Some(Progress {
        request,
        number: progress.id,
        finished_at: progress.finished_at,
        share: share.unwrap_or(100).min(100),
        rewritten: progress.rewritten,
        removed: removed.join(", "),
        has_receipt: *has_receipt,
    })
}

async fn page(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    shell: Shell,
    Query(url): Query<PageUrl>,
) -> Result<Response, PageError> {
    let known = erasure::list(state.app(), &caller).await.map_err(refused)?;
    render(&ErasurePage {
        shell,
        known,
        may_change: caller.is_administrator(),
        person: url.person,
    })
}

async fn erase(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    fields: Fields,
) -> Result<Response, PageError> {
    let whom = Whom::Person(fields.trimmed("person"));
    erased(erasure::erase(state.app(), &caller, whom, fields.get("reason")).await)
}

async fn approve(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    erased(erasure::erase(state.app(), &caller, Whom::Request(&id), fields.get("reason")).await)
}

fn erased(outcome: Result<u64, ChangeError>) -> Result<Response, PageError> {
    match outcome {
        Ok(number) => {
            let text = format!(
                "Erasure {number}: nothing shows this person any more, and what is in files is being taken out."
            );
            Ok(redirect_with(HERE, Flash::good(text)))
        }
        Err(error) => said(Err(error), ""),
    }
}

/// Done, or what is wrong, on the page; that nobody is known by an id too.
fn said(outcome: Result<(), ChangeError>, text: &str) -> Result<Response, PageError> {
    match outcome {
        Err(ChangeError::NotFound) => {
            let text = "Nobody is known by this name, e-mail address or id, or it was decided meanwhile.";
            Ok(redirect_with(HERE, Flash::bad(text)))
        }
        outcome => done(outcome, HERE, text),
    }
}

async fn decline(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    let outcome = erasure::decline(state.app(), &caller, &id, fields.get("reason")).await;
    said(outcome, "The request was declined.")
}

async fn hold(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    fields: Fields,
) -> Result<Response, PageError> {
    let outcome = holds::place(state.app(), &caller, fields.trimmed("person"), fields.get("reason")).await;
    said(
        outcome.map(drop),
        "Nothing that names this person leaves the log until the hold is lifted.",
    )
}

async fn lift(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    _: Fields,
) -> Result<Response, PageError> {
    let outcome = holds::lift(state.app(), &caller, &id).await;
    said(outcome.map(drop), "The hold was lifted.")
}

async fn receipt(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let receipt = erasure::receipt(state.app(), &caller, &id).await.map_err(refused)?;
    let receipt = receipt.ok_or_else(|| PageError::not_found("The erasure goes on: there is no receipt yet."))?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"erasure.receipt\""),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    Ok((headers, receipt).into_response())
}

async fn ask(State(state): State<AppState>, SignedIn(caller): SignedIn, fields: Fields) -> Result<Response, PageError> {
    let outcome = erasure::request(state.app(), &caller, fields.get("reason")).await;
    done(
        outcome,
        PRIVACY,
        "You asked to be erased. An administrator decides; until then nothing changes.",
    )
}

async fn withdraw(State(state): State<AppState>, SignedIn(caller): SignedIn) -> Result<Response, PageError> {
    done(
        erasure::withdraw(state.app(), &caller).await,
        PRIVACY,
        "You took your request back.",
    )
}
