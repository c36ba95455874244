//! The page of one activity, `/activities/{id}`, and the same as JSON at `/activities/{id}.json`.

use activity::query::Expr;
use activity::{Activity, Seq, json};
use app::Caller;
use app::activity::LogScope;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};

use super::links::Links;
use super::opened::{Label, Opened};
use super::row::{ActivityRow, Part};
use super::state::UrlState;
use super::view::page_error;
use crate::AppState;
use crate::shell::{Href, PageError, Query, Shell, SignedIn, Zone, filters, render, span_words};

/// One activity.
#[derive(askama::Template)]
#[template(path = "activity/one.html")]
pub(super) struct OnePage {
    pub(super) shell: Shell,
    pub(super) view: RowContext,
    pub(super) row: ActivityRow,
    pub(super) opened: Opened,
    /// The rows right before and after it in its log, of the same people, newest first.
    pub(super) near: Vec<ActivityRow>,
    /// The next newer and the next older row of its log.
    pub(super) newer: Option<Href>,
    pub(super) older: Option<Href>,
}

/// What an opened row holds, for the page it is opened on.
#[derive(askama::Template)]
#[template(path = "activity/open.html")]
pub(super) struct OpenPart {
    view: RowContext,
    row: ActivityRow,
    opened: Opened,
    near: Vec<ActivityRow>,
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
    let links = links(&caller, &activity, UrlState::default());
    let near = near(&state, &caller, &activity, &links).await?;
    let neighbours = app::activity::neighbours(state.app(), &caller, &activity).await;
    let (newer, older) = neighbours.map_err(page_error)?;
    let page = |seq: &Seq| Href::to(&["activities", &seq.to_string()]);
    let mut page_of = OnePage::new(shell, activity, &links);
    page_of.near = near;
    page_of.newer = newer.as_ref().map(page);
    page_of.older = older.as_ref().map(page);
    render(&page_of)
}

/// What the row holds when it is opened in a view: its links go on from the page it is put into.
pub(super) async fn open(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    Query(url): Query<UrlState>,
    shell: Shell,
) -> Result<Response, PageError> {
    let seq: Seq = id.parse().map_err(|_| absent(&id))?;
    let found = app::activity::get(state.app(), &caller, seq)
        .await
        .map_err(page_error)?;
    let activity = found.ok_or_else(|| absent(&id))?;
    let zone = shell.zone;
    let expr = activity::query::parse(&url.q, zone.zone()).unwrap_or(Expr::All);
    let links = Links {
        base: Href::from(""),
        expr,
        ..links(&caller, &activity, url)
    };
    let near = near(&state, &caller, &activity, &links).await?;
    render(&OpenPart {
        view: RowContext { zone, now: shell.now },
        opened: Opened::new(&activity, &links),
        row: ActivityRow::new(activity, &links),
        near,
    })
}

/// How a row links on from its own page: into the log in which its reader sees it.
fn links(caller: &Caller, activity: &Activity, state: UrlState) -> Links {
    let scope = LogScope::showing(caller, activity);
    let base = match &scope {
        LogScope::Everything => "/activity".into(),
        LogScope::Group(id) => Href::to(&["groups", id, "activity"]),
        LogScope::Me | LogScope::User(_) => "/settings/activity-logs".into(),
    };
    Links::of(caller, &scope, base, (state, Expr::All))
}

/// What the same people did, or suffered, right before and after.
async fn near(
    state: &AppState,
    caller: &Caller,
    activity: &Activity,
    links: &Links,
) -> Result<Vec<ActivityRow>, PageError> {
    let rows = app::activity::near(state.app(), caller, activity)
        .await
        .map_err(page_error)?;
    Ok(rows
        .into_vec()
        .into_iter()
        .map(|row| ActivityRow::new(row, links))
        .collect())
}

fn absent(id: &str) -> PageError {
    PageError::not_found(format!("There is no activity `{id}` that you may see."))
}

impl OnePage {
    pub(super) fn new(shell: Shell, activity: Activity, links: &Links) -> Self {
        let view = RowContext {
            zone: shell.zone.clone(),
            now: shell.now,
        };
        Self {
            shell,
            view,
            opened: Opened::new(&activity, links),
            row: ActivityRow::new(activity, links),
            near: Vec::new(),
            newer: None,
            older: None,
        }
    }
}

impl RowContext {
    /// How long before or after another row a row is, in words: `+3 s`.
    pub(super) fn offset(&self, row: &ActivityRow, from: &ActivityRow) -> String {
        let micros = row.activity.occurred_at.0 - from.activity.occurred_at.0;
        let sign = if micros < 0 { "−" } else { "+" };
        match micros.unsigned_abs() {
            micros @ ..1_000_000 => format!("{sign}{} ms", micros / 1_000),
            micros => format!("{sign}{}", span_words(micros)),
        }
    }
}
