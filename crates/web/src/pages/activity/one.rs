//! The page of one activity, `/activities/{id}`, and the same as JSON at `/activities/{id}.json`.

use activity::query::Expr;
use activity::sentence::Piece;
use activity::{Activity, Seq, json};
use app::activity::LogScope;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};

use super::row::ActivityRow;
use super::state::UrlState;
use super::view::{many_users, page_error};
use crate::AppState;
use crate::shell::{Href, PageError, Shell, SignedIn, Zone, filters, render};

/// One activity.
#[derive(askama::Template)]
#[template(path = "activity/one.html")]
pub(super) struct OnePage {
    pub(super) shell: Shell,
    pub(super) view: RowContext,
    pub(super) row: ActivityRow,
}

/// What the row's template needs of a view.
pub(super) struct RowContext {
    pub(super) zone: Zone,
    pub(super) now: activity::Time,
}

pub(super) async fn activity(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
) -> Result<Response, PageError> {
    let (number, is_json) = id
        .strip_suffix(".json")
        .map_or((id.as_str(), false), |number| (number, true));
    let seq: Seq = number.parse().map_err(|_| absent(&id))?;
    let found = app::activity::get(state.app(), &caller, seq)
        .await
        .map_err(page_error)?;
    let activity = found.ok_or_else(|| absent(number))?;
    if is_json {
        return Ok(axum::Json(json::to_json(&activity)).into_response());
    }
    let scope = LogScope::showing(&caller, &activity);
    render(&OnePage::new(shell, activity, &scope))
}

fn absent(id: &str) -> PageError {
    PageError::not_found(format!("There is no activity `{id}` that you may see."))
}

impl OnePage {
    pub(super) fn new(shell: Shell, activity: Activity, scope: &LogScope) -> Self {
        let base: Href = match scope {
            LogScope::Everything => "/activity".into(),
            LogScope::Group(id) => Href::to(&["groups", id, "activity"]),
            LogScope::Me | LogScope::User(_) => "/settings/activity-logs".into(),
        };
        let row = ActivityRow::new(activity, &base, &UrlState::default(), &Expr::All, many_users(scope));
        let view = RowContext {
            zone: shell.zone.clone(),
            now: shell.now,
        };
        Self { shell, view, row }
    }
}
