//! Exports: the list, Download and Delete. Owns their handlers and page structs; decides nothing, asks `app`.

#[cfg(test)]
mod tests;
mod told;

use app::Caller;
use app::exports::{Export, Format, Kind, State};
use axum::body::Body;
use axum::extract::{Path, State as At};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use serde::Deserialize;
use tokio_util::io::ReaderStream;

use super::activity::{export_error, put};
use crate::AppState;
use crate::shell::{Fields, Flash, PageError, Policy, Query, Route, Shell, SignedIn, filters, redirect_with, render};

/// Rows of one page.
const LIMIT: usize = 50;

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/exports", Policy::SignedIn, list),
        Route::get("/exports/{id}/download", Policy::SignedIn, download),
        Route::get("/exports/{id}/told", Policy::SignedIn, told::told),
        Route::post("/exports/{id}/delete", Policy::SignedIn, delete),
    ]
}

/// Exports.
#[derive(askama::Template)]
#[template(path = "exports/list.html")]
struct ListPage {
    shell: Shell,
    exports: Vec<Export>,
    shows_all: bool,
    is_first: bool,
    is_busy: bool,
    older: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ListUrl {
    after: String,
}

async fn list(
    At(state): At<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    Query(url): Query<ListUrl>,
) -> Result<Response, PageError> {
    let after = Some(url.after.as_str()).filter(|after| !after.is_empty());
    let exports = app::exports::list(state.app(), &caller, after, LIMIT)
        .await
        .map_err(export_error)?;
    render(&ListPage::new(shell, &caller, exports, after.is_none()))
}

impl ListPage {
    fn new(shell: Shell, caller: &Caller, exports: Vec<Export>, is_first: bool) -> Self {
        Self {
            shows_all: caller.reads_everything(),
            is_busy: exports
                .iter()
                .any(|export| matches!(export.state, State::Queued | State::Running)),
            older: exports
                .last()
                .filter(|_| exports.len() == LIMIT)
                .map(|last| last.id.clone()),
            shell,
            exports,
            is_first,
        }
    }

    fn form(&self, export: &Export) -> &'static str {
        match export.kind {
            Kind::UserCsv => "Activity log CSV",
            Kind::View(Format::Csv) => "CSV",
            Kind::View(Format::Jsonl) => "JSON Lines",
        }
    }

    fn may_delete(&self, export: &Export) -> bool {
        let is_finished = matches!(export.state, State::Done | State::Failed);
        let may = self
            .shell
            .caller
            .as_ref()
            .is_some_and(|caller| caller.is_administrator() || caller.person.id == export.requested_by.id);
        may && (is_finished || export.kind == Kind::UserCsv)
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
    let download = found.ok_or_else(|| absent(&id))?;
    let mut response = Response::new(Body::from_stream(ReaderStream::with_capacity(
        download.file,
        128 * 1024,
    )));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Format::Csv.media_type()));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(download.bytes));
    put(
        headers,
        header::CONTENT_DISPOSITION,
        &format!("attachment; filename=\"{}\"", download.file_name),
    );
    headers.insert(
        HeaderName::from_static("whodid-rows"),
        HeaderValue::from(download.export.progress.rows),
    );
    put(
        headers,
        HeaderName::from_static("whodid-sha256"),
        download.export.sha256.as_deref().unwrap_or_default(),
    );
    Ok(response)
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
    Ok(redirect_with("/exports", Flash::good("Deleted the export.")))
}

fn absent(id: &str) -> PageError {
    PageError::not_found(format!(
        "There is no export `{id}` that you may see; it may have been replaced or deleted."
    ))
}
