//! What became of an export that the browser saves by itself. A page cannot see its own download begin, so the answer
//! names the export to the page's script (`super::super::activity`); the script then shows this page's one paragraph.

use app::exports::{Export, State};
use axum::extract::{Path, State as At};
use axum::response::Response;

use super::absent;
use crate::AppState;
use crate::pages::activity::export_error;
use crate::shell::{PageError, Shell, SignedIn, filters, render};

#[derive(askama::Template)]
#[template(path = "exports/told.html")]
pub(super) struct ToldPage {
    pub(super) shell: Shell,
    pub(super) export: Export,
}

impl ToldPage {
    fn is_busy(&self) -> bool {
        matches!(self.export.state, State::Queued | State::Running)
    }
}

pub(super) async fn told(
    At(state): At<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
) -> Result<Response, PageError> {
    let export = app::exports::get(state.app(), &caller, &id)
        .await
        .map_err(export_error)?;
    let export = export.ok_or_else(|| absent(&id))?;
    render(&ToldPage { shell, export })
}
