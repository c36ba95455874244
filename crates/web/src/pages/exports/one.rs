//! How far one export is: the page that asking for it leads to, and that the page which asked takes in.

use app::exports::State;
use axum::extract::{Path, State as At};
use axum::response::Response;

use super::absent;
use super::shown::Shown;
use crate::AppState;
use crate::pages::activity::export_error;
use crate::shell::{PageError, Shell, SignedIn, filters, render};

#[derive(askama::Template)]
#[template(path = "exports/one.html")]
pub(super) struct OnePage {
    pub(super) shell: Shell,
    pub(super) shown: Shown,
}

impl OnePage {
    fn is_busy(&self) -> bool {
        !self.shown.export.state.is_finished()
    }
}

pub(super) async fn one(
    At(state): At<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
) -> Result<Response, PageError> {
    let export = app::exports::get(state.app(), &caller, &id)
        .await
        .map_err(export_error)?;
    let export = export.ok_or_else(|| absent(&id))?;
    render(&OnePage {
        shell,
        shown: Shown::of(export, &caller),
    })
}
