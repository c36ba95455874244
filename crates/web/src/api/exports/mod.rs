//! `/v1/exports`: files of the log, asked for, listed, downloaded, cancelled and deleted. Owns their routes and description.

mod change;
mod read;
mod shapes;

use app::activity::ViewError;
use app::exports::ExportError;
use app::{ChangeError, FieldError};
use axum::http::StatusCode;
use utoipa::OpenApi;

use super::query::refusal;
use crate::problem::{Problem, sentence};
use crate::shell::{Policy, Route, Scope};

/// Seconds after which somebody whose exports are being made may ask again.
const AGAIN: u64 = 30;

/// The routes of exports.
pub(super) fn routes() -> Vec<Route> {
    const KEY: Policy = Policy::Key(Scope::Export);
    vec![
        Route::get("/v1/exports", KEY, read::list_exports),
        Route::post("/v1/exports", KEY, change::create_export),
        Route::get("/v1/exports/{id}", KEY, read::get_export),
        Route::get("/v1/exports/{id}/file", KEY, read::download_export),
        Route::get("/v1/exports/{id}/manifest", KEY, read::download_manifest),
        Route::get("/v1/exports/{id}/rows", KEY, read::download_rows),
        Route::post("/v1/exports/{id}/cancel", KEY, change::cancel_export),
        Route::delete("/v1/exports/{id}", KEY, change::delete_export),
    ]
}

/// What `/openapi.json` says of them.
#[derive(OpenApi)]
#[openapi(
    paths(
        read::list_exports,
        change::create_export,
        read::get_export,
        read::download_export,
        read::download_manifest,
        read::download_rows,
        change::cancel_export,
        change::delete_export,
    ),
    tags((name = "Exports", description = "Files of everything that a query finds. They are made in the background: ask for one, ask how far it is until `state` is `done`, then download it. Whoever's activities a file holds is told of each download. A key needs the scopes `export` and `activities:read`."))
)]
pub(super) struct Document;

/// Why there is no export, as a problem.
fn problem(error: ExportError) -> Problem {
    let invalid = |field: &'static str, text: &dyn std::fmt::Display| {
        let message = sentence(&text.to_string());
        Problem::from(ChangeError::Invalid(vec![FieldError { field, message }]))
    };
    match error {
        ExportError::View(ViewError::Range { .. }) => invalid("to", &error),
        ExportError::View(ViewError::Forbidden) | ExportError::Forbidden => ChangeError::Forbidden.into(),
        ExportError::View(error) => refusal(error),
        ExportError::NoSuchUser => Problem::not_found("There is no such user that this key may see."),
        ExportError::Missing => Problem::not_found("The file is no longer there. Export it again."),
        ExportError::NothingBeside => Problem::not_found("There is none beside this file."),
        ExportError::Column(_) | ExportError::ColumnsOfJson => invalid("columns", &error),
        ExportError::NoSuchZone(_) => invalid("zone", &error),
        ExportError::KeyReused => ChangeError::KeyReused.into(),
        ExportError::Ended => Problem::conflict(sentence(&error.to_string())),
        ExportError::NoRoom | ExportError::TooMany { yours: false } => {
            Problem::busy(sentence(&error.to_string()), AGAIN)
        }
        ExportError::TooMany { yours: true } => {
            let text = sentence(&error.to_string());
            let (status, code) = (StatusCode::TOO_MANY_REQUESTS, "too_many_requests");
            Problem::new(status, code, "Too many requests", text).retry_after(AGAIN)
        }
        ExportError::Unavailable(cause) => Problem::unavailable(cause),
    }
}

/// There is no export of this id that the key may see.
fn absent() -> Problem {
    Problem::not_found("There is no such export that this key may see.")
}
