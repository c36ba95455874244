//! Imports: what was read in from files, and undoing it. Owns handlers and the page structs; decides nothing, asks `app`.

#[cfg(test)]
mod tests;

use app::import::{self, Imported, Undoing};
use app::{ChangeError, FieldError};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::AppState;
use crate::shell::{
    AdminOnly, Fields, Flash, Href, PageError, Paged, Pager, Policy, Query, ReaderOfAll, Route, Shell, error_of,
    filters, redirect_with, refused, render, render_status,
};

const HERE: &str = "/admin/imports";
/// Rows of one page.
const LIMIT: u32 = 50;

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/admin/imports", Policy::ReaderOfAll, page),
        Route::get("/admin/imports/{id}/undo", Policy::Administrator, ask),
        Route::post("/admin/imports/{id}/undo", Policy::Administrator, undo),
    ]
}

#[derive(askama::Template)]
#[template(path = "imports/page.html")]
struct ImportsPage {
    shell: Shell,
    may_change: bool,
    imports: Vec<Imported>,
    pager: Pager,
}

/// The question before an import is undone.
#[derive(askama::Template)]
#[template(path = "imports/undo.html")]
struct UndoPage {
    shell: Shell,
    import: Imported,
    goes: Undoing,
    reason: String,
    errors: Vec<FieldError>,
}

impl ImportsPage {
    /// Its activities in the log.
    fn activities(&self, import: &Imported) -> Href {
        Href::to(&["activity"]).with(&[("q", &import.query())])
    }
}

impl UndoPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

async fn page(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    shell: Shell,
    Query(url): Query<Paged>,
) -> Result<Response, PageError> {
    let page = import::list(state.app(), &caller, &url.request(LIMIT)).await;
    let page = page.map_err(refused)?;
    render(&ImportsPage {
        shell,
        may_change: caller.is_administrator(),
        imports: page.rows,
        pager: url.pager(Href::to(&["admin", "imports"]), &page.turns),
    })
}

async fn ask(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    shell: Shell,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (import, goes) = rehearsed(&state, &caller, &id).await?;
    render(&UndoPage {
        shell,
        import,
        goes,
        reason: String::new(),
        errors: Vec::new(),
    })
}

async fn undo(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    shell: Shell,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    let reason = fields.trimmed("reason").to_owned();
    match import::undo(state.app(), &caller, number(&id)?, &reason).await {
        Ok(import) => {
            let removed = import.undone.map_or(0, |undone| undone.removed);
            let text = format!(
                "Import {id} is undone: {} activities are removed.",
                filters::grouped(removed)
            );
            Ok(redirect_with(HERE, Flash::good(text)))
        }
        Err(ChangeError::Invalid(errors)) => {
            let (import, goes) = rehearsed(&state, &caller, &id).await?;
            let page = UndoPage {
                shell,
                import,
                goes,
                reason,
                errors,
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error @ ChangeError::Conflict(_)) => Ok(redirect_with(HERE, Flash::bad(error.to_string()))),
        Err(ChangeError::NotFound) => Err(absent()),
        Err(error) => Err(refused(error)),
    }
}

async fn rehearsed(state: &AppState, caller: &app::Caller, id: &str) -> Result<(Imported, Undoing), PageError> {
    match import::rehearse_undo(state.app(), caller, number(id)?).await {
        Err(ChangeError::NotFound) => Err(absent()),
        known => known.map_err(refused),
    }
}

fn number(id: &str) -> Result<u64, PageError> {
    id.parse::<u32>().map(u64::from).map_err(|_| absent())
}

fn absent() -> PageError {
    PageError::not_found("There is no import of this number.")
}
