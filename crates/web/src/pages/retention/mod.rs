//! Retention: how long activities are kept, what that would remove, and what was removed, with its signed notes. Owns handlers
//! and the page struct; what goes is asked of `app`.

mod form;
#[cfg(test)]
mod tests;

use activity::Heading;
use activity::Time;
use app::retention::{self, Removal, RetentionRun, RetentionState, Wanted};
use app::{Caller, ChangeError, FieldError};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use form::{Asked, Line};

use crate::AppState;
use crate::shell::{
    AdminOnly, Ask, Fields, Flash, Href, PageError, Policy, ReaderOfAll, Route, Shell, error_of, filters,
    redirect_with, refused, render, render_status,
};

const HERE: &str = "/admin/retention";

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/admin/retention", Policy::ReaderOfAll, page),
        Route::post("/admin/retention", Policy::Administrator, save),
        Route::post("/admin/retention/rehearse", Policy::Administrator, rehearse),
        Route::post("/admin/retention/apply", Policy::Administrator, apply),
        Route::get("/admin/retention/runs/{id}/note", Policy::ReaderOfAll, note),
    ]
}

#[derive(Template)]
#[template(path = "retention/page.html")]
struct RetentionPage {
    shell: Shell,
    /// Whether its reader may change what it shows.
    may_change: bool,
    state: RetentionState,
    asked: Asked,
    /// What the rules as they were asked for would remove.
    rehearsed: Option<Vec<Removal>>,
    errors: Vec<FieldError>,
}

async fn page(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    shell: Shell,
) -> Result<Response, PageError> {
    render(&RetentionPage::of(&state, &caller, shell).await?)
}

/// What the rules in the form would remove, beside the form as it was sent.
async fn rehearse(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let mut page = RetentionPage::of(&state, &caller, shell).await?;
    page.asked = Asked::of_fields(&fields);
    match page.asked.rules() {
        Ok(rules) => {
            let rehearsed = retention::rehearse(state.app(), &caller, &rules).await;
            page.rehearsed = Some(rehearsed.map_err(refused)?);
            render(&page)
        }
        Err(error) => {
            page.errors = vec![error];
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Keeps the rules, once it was said what they will remove.
async fn save(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let asked = Asked::of_fields(&fields);
    let rules = match asked.rules() {
        Ok(rules) => rules,
        Err(error) => return wrong(&state, &caller, shell, asked, vec![error]).await,
    };
    let wanted = Wanted {
        rules,
        reason: asked.reason.clone(),
    };
    if !fields.ticked("sure") && !wanted.reason.is_empty() {
        let removals = retention::rehearse(state.app(), &caller, &wanted.rules).await;
        let removals = removals.map_err(refused)?;
        let goes: u64 = removals.iter().map(|removal| removal.removed).sum();
        if goes > 0 {
            let question = format!("Keep activities by these rules? They {}", would_remove(&removals));
            return Err(PageError::Ask(Box::new(Ask::about(
                question,
                &fields,
                Href::to(&["admin", "retention"]),
            ))));
        }
    }
    match retention::change(state.app(), &caller, &wanted).await {
        Ok(()) => Ok(redirect_with(
            HERE,
            Flash::good("The rules are kept. What they remove goes within a day."),
        )),
        Err(ChangeError::Invalid(errors)) => wrong(&state, &caller, shell, asked, errors).await,
        Err(error) => Err(refused(error)),
    }
}

/// Removes now what was kept long enough, once it was said how much that is.
async fn apply(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    fields: Fields,
) -> Result<Response, PageError> {
    let nothing = || redirect_with(HERE, Flash::good("Nothing was kept long enough to be removed."));
    if !fields.ticked("sure") {
        let rules = retention::state(state.app(), &caller).await.map_err(refused)?.rules;
        let removals = retention::rehearse(state.app(), &caller, &rules)
            .await
            .map_err(refused)?;
        if removals.iter().all(|removal| removal.removed == 0) {
            return Ok(nothing());
        }
        let question = format!("Remove now what was kept long enough? That {}", would_remove(&removals));
        return Err(PageError::Ask(Box::new(Ask::about(
            question,
            &fields,
            Href::to(&["admin", "retention"]),
        ))));
    }
    match retention::apply(state.app(), &caller).await {
        Ok(Some(run)) => {
            let text = format!("{} activities are removed.", filters::grouped(run.removed()));
            Ok(redirect_with(HERE, Flash::good(text)))
        }
        Ok(None) => Ok(nothing()),
        Err(error @ ChangeError::Conflict(_)) => Ok(redirect_with(HERE, Flash::bad(error.to_string()))),
        Err(error) => Err(refused(error)),
    }
}

async fn note(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let absent = || PageError::not_found("There is no such note: the run is unknown, or it is not signed yet.");
    let run: u64 = id.parse().map_err(|_| absent())?;
    let note = match retention::note(state.app(), &caller, run).await {
        Err(ChangeError::NotFound) => return Err(absent()),
        note => note.map_err(refused)?,
    };
    let name = format!("attachment; filename=\"retention-{run}.txt\"");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    Ok((headers, note).into_response())
}

/// The form again, with what is wrong.
async fn wrong(
    state: &AppState,
    caller: &Caller,
    shell: Shell,
    asked: Asked,
    errors: Vec<FieldError>,
) -> Result<Response, PageError> {
    let mut page = RetentionPage::of(state, caller, shell).await?;
    (page.asked, page.errors) = (asked, errors);
    render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// How much goes, as the rest of a sentence.
fn would_remove(removals: &[Removal]) -> String {
    let (goes, held) = (sum(removals, |of| of.removed), sum(removals, |of| of.held));
    let held = match held {
        0 => String::new(),
        held => format!(", and leave {} that are on hold", filters::grouped(held)),
    };
    format!(
        "would remove {} activities{held}. What is removed cannot be brought back.",
        filters::grouped(goes)
    )
}

fn sum(removals: &[Removal], of: fn(&Removal) -> u64) -> u64 {
    removals.iter().map(of).sum()
}

impl RetentionPage {
    async fn of(state: &AppState, caller: &Caller, shell: Shell) -> Result<Self, PageError> {
        let known = retention::state(state.app(), caller).await.map_err(refused)?;
        Ok(Self {
            may_change: caller.is_administrator(),
            asked: Asked::of_rules(&known.rules),
            state: known,
            rehearsed: None,
            errors: Vec::new(),
            shell,
        })
    }

    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }

    /// The rule for all others, and that of each heading.
    fn lines(&self) -> &[Line] {
        &self.asked.lines
    }

    /// Since when what is under the heading of a line is kept, if some of it was removed.
    fn kept_since(&self, line: &Line) -> Option<&Time> {
        line.heading.and_then(|heading| self.state.kept_since.get(&heading))
    }

    fn would_remove(&self, removals: &[Removal]) -> String {
        would_remove(removals)
    }

    fn goes(&self, removals: &[Removal]) -> bool {
        sum(removals, |of| of.removed) > 0
    }

    fn held(&self, run: &RetentionRun) -> u64 {
        sum(&run.removals, |of| of.held)
    }

    fn title(&self, of: &Removal) -> &'static str {
        Heading::title(of.cut.heading)
    }
}
