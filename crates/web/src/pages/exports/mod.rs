//! Exports: the list, how far one is, Download, Cancel and Delete. Owns their handlers and page structs; decides nothing,
//! asks `app`.

mod one;
mod shown;
#[cfg(test)]
mod tests;

use app::exports::{Export, ExportError, ExportSearch, Part, Stage, State};
use app::{Caller, Page, PageRequest};
use axum::extract::{Path, State as At};
use axum::response::Response;
use serde::Deserialize;
use shown::Shown;

use super::activity::export_error;
use crate::AppState;
use crate::shell::{
    Fields, Flash, Href, PageError, Pager, Policy, Query, Route, Shell, SignedIn, cursor, file, filters, redirect_with,
    render,
};

/// Whose they are that the reader asked for.
const MINE: &str = "mine";
/// Rows of one page.
const LIMIT: u32 = 50;

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/exports", Policy::SignedIn, list),
        Route::get("/exports/{id}/download", Policy::SignedIn, download),
        Route::get("/exports/{id}/manifest", Policy::SignedIn, manifest),
        Route::get("/exports/{id}/rows", Policy::SignedIn, rows),
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
    url: ListUrl,
    exports: Vec<Shown>,
    shows_all: bool,
    pager: Pager,
}

/// What is looked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ListUrl {
    /// Words to find them by.
    find: String,
    /// Their stage by name; empty for all.
    state: String,
    /// `mine` for what the reader asked for.
    whose: String,
    after: String,
}

async fn list(
    At(state): At<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    Query(url): Query<ListUrl>,
) -> Result<Response, PageError> {
    let search = ExportSearch {
        find: url.find.clone(),
        stage: url.stage()?,
        mine: url.whose == MINE,
        page: PageRequest {
            after: cursor(&url.after),
            limit: LIMIT,
        },
    };
    let page = app::exports::find(state.app(), &caller, &search)
        .await
        .map_err(export_error)?;
    render(&ListPage::new(shell, &caller, page, url))
}

impl ListUrl {
    fn stage(&self) -> Result<Option<Stage>, PageError> {
        let name = self.state.as_str();
        let unknown = || {
            let names = Stage::ALL.map(Stage::name).join(", ");
            PageError::bad_request(format!("There are no exports that are `{name}`; they are {names}."))
        };
        match name {
            "" => Ok(None),
            name => Stage::named(name).map(Some).ok_or_else(unknown),
        }
    }

    /// Whether not all are looked for.
    fn narrows(&self) -> bool {
        [&self.find, &self.state, &self.whose]
            .iter()
            .any(|part| !part.trim().is_empty())
    }

    /// What it says beside the page.
    fn narrowed_by(&self) -> Vec<(&'static str, &str)> {
        let all = [("find", &*self.find), ("state", &*self.state), ("whose", &*self.whose)];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

impl ListPage {
    fn new(shell: Shell, caller: &Caller, page: Page<Export>, url: ListUrl) -> Self {
        Self {
            shows_all: caller.reads_everything(),
            pager: Pager::new("/exports", &url.narrowed_by(), &url.after, &page.turns).newest_first(),
            exports: page.rows.into_iter().map(|export| Shown::of(export, caller)).collect(),
            shell,
            url,
        }
    }

    /// Each stage with whether it is the one looked for.
    fn stages(&self) -> [(Stage, bool); 5] {
        Stage::ALL.map(|stage| (stage, stage.name() == self.url.state))
    }

    /// The title of the window: what is looked for, where anything is.
    fn title(&self) -> String {
        let stage = Stage::named(&self.url.state).map(|stage| stage.title().to_owned());
        let mine = (self.url.whose == MINE).then(|| "Yours".to_owned());
        let find = Some(self.url.find.trim().to_owned()).filter(|find| !find.is_empty());
        let said: Vec<String> = find.into_iter().chain(stage).chain(mine).collect();
        match said.is_empty() {
            true => "Exports".to_owned(),
            false => format!("{}: Exports", said.join(", ")),
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
    give(&state, &caller, &id, Part::File).await
}

async fn manifest(
    At(state): At<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    give(&state, &caller, &id, Part::Manifest).await
}

async fn rows(
    At(state): At<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    give(&state, &caller, &id, Part::Proofs).await
}

async fn give(state: &AppState, caller: &Caller, id: &str, part: Part) -> Result<Response, PageError> {
    let found = app::exports::open_part(state.app(), caller, id, part)
        .await
        .map_err(export_error)?;
    Ok(file(found.ok_or_else(|| absent(id))?))
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
