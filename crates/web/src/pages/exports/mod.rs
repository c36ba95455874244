//! Exports: the list, how far one is, Download, Cancel and Delete. Owns their handlers and page structs; decides nothing,
//! asks `app`.

mod one;
mod shown;
#[cfg(test)]
mod tests;

use app::exports::{Export, ExportError, State};
use app::{Caller, Page};
use axum::extract::{Path, State as At};
use axum::response::Response;
use shown::Shown;

use super::activity::export_error;
use crate::AppState;
use crate::shell::{
    Fields, Flash, Href, PageError, Paged, Pager, Policy, Query, Route, Shell, SignedIn, file, filters, redirect_with,
    render,
};

/// Rows of one page.
const LIMIT: u32 = 50;

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/exports", Policy::SignedIn, list),
        Route::get("/exports/{id}/download", Policy::SignedIn, download),
        Route::get("/exports/{id}", Policy::SignedIn, one::one),
        Route::post("/exports/{id}/cancel", Policy::SignedIn, cancel),
        Route::post("/exports/{id}/delete", Policy::SignedIn, delete),
    ]
}

/// Exports.
#[derive(askama::Template)]
#[template(path = "exports/list.html")]
struct ListPage {
    shell: Shell,
    exports: Vec<Shown>,
    shows_all: bool,
    pager: Pager,
}

async fn list(
    At(state): At<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    Query(asked): Query<Paged>,
) -> Result<Response, PageError> {
    let page = app::exports::list(state.app(), &caller, &asked.request(LIMIT))
        .await
        .map_err(export_error)?;
    render(&ListPage::new(shell, &caller, &asked, page))
}

impl ListPage {
    fn new(shell: Shell, caller: &Caller, asked: &Paged, page: Page<Export>) -> Self {
        Self {
            shows_all: caller.reads_everything(),
            pager: asked.pager("/exports", &page.turns).newest_first(),
            exports: page.rows.into_iter().map(|export| Shown::of(export, caller)).collect(),
            shell,
        }
    }

    /// How many are not there yet.
    fn busy(&self) -> usize {
        self.exports
            .iter()
            .filter(|shown| !shown.export.state.is_finished())
            .count()
    }

    /// Bytes of the files on this page that can be downloaded.
    fn kept(&self) -> u64 {
        let kept = self.exports.iter().filter(|shown| shown.export.is_kept);
        kept.map(|shown| shown.export.progress.bytes).sum()
    }

    /// Where an export begins.
    fn new_export(&self) -> Href {
        match self.shows_all {
            true => "/activity/export".into(),
            false => "/settings/activity-logs/export".into(),
        }
    }
}

async fn download(
    At(state): At<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let found = app::exports::open_download(state.app(), &caller, &id)
        .await
        .map_err(export_error)?;
    Ok(file(found.ok_or_else(|| absent(&id))?))
}

async fn delete(
    At(state): At<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    _: Fields,
) -> Result<Response, PageError> {
    let deleted = app::exports::delete(state.app(), &caller, &id)
        .await
        .map_err(export_error)?;
    deleted.ok_or_else(|| absent(&id))?;
    Ok(redirect_with(
        "/exports",
        Flash::good("Deleted the file. What is known of the export stays."),
    ))
}

async fn cancel(
    At(state): At<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let cancelled = app::exports::cancel(state.app(), &caller, &id).await;
    match cancelled {
        // It was there just before it was called off: the list says so.
        Err(ExportError::Ended) => Ok(redirect_with("/exports", Flash::bad("The export had ended already."))),
        other => {
            other.map_err(export_error)?.ok_or_else(|| absent(&id))?;
            Ok(redirect_with("/exports", Flash::good("Cancelled the export.")))
        }
    }
}

fn absent(id: &str) -> PageError {
    PageError::not_found(format!("There is no export “{id}” that you may see."))
}
