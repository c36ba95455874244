//! Advanced search: the query of an activity view as a form with a field for each key, for who never learns the
//! language. Owns the page; what the fields mean is `form`'s.

mod form;
#[cfg(test)]
mod tests;

use activity::catalogue::Category;
use app::activity::ViewError;
use axum::extract::{Path, State};
use axum::response::Response;

use super::query_box::in_words;
use super::range::RangeChip;
use super::state::UrlState;
use super::view::page_error;
use crate::AppState;
use crate::shell::{Href, PageError, Query, ReaderOfAll, Shell, SignedIn, filters, redirect, render_status};
use form::Form;

/// The form.
#[derive(askama::Template)]
#[template(path = "activity/advanced.html")]
struct AdvancedPage {
    shell: Shell,
    /// The view that is searched.
    base: Href,
    form: Form,
    range: RangeChip,
}

/// The parameters of the address, in their order: those of a view, or the fields of the form.
type Asked = Query<Vec<(String, String)>>;

pub(super) async fn everything(_: ReaderOfAll, shell: Shell, Query(asked): Asked) -> Result<Response, PageError> {
    page(shell, "/activity".into(), &asked)
}

pub(super) async fn mine(_: SignedIn, shell: Shell, Query(asked): Asked) -> Result<Response, PageError> {
    page(shell, "/settings/activity-logs".into(), &asked)
}

pub(super) async fn user(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(user_id): Path<String>,
    shell: Shell,
    Query(asked): Asked,
) -> Result<Response, PageError> {
    let person = app::activity::person(state.app(), &caller, &user_id).await;
    let base = Href::to(&["users", &user_id, "activity"]);
    match person.map_err(page_error)? {
        Some(_) => page(shell, base, &asked),
        None => Err(PageError::not_found(format!("There is no user `{user_id}`."))),
    }
}

pub(super) async fn group(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(group_id): Path<String>,
    shell: Shell,
    Query(asked): Asked,
) -> Result<Response, PageError> {
    let group = app::activity::group(state.app(), &caller, &group_id).await;
    let base = Href::to(&["groups", &group_id, "activity"]);
    match group.map_err(page_error)? {
        Some(_) => page(shell, base, &asked),
        None => Err(page_error(ViewError::NoSuchGroup)),
    }
}

/// The form of an address, or, once it is sent and can be read, the view it asks for.
fn page(shell: Shell, base: Href, asked: &[(String, String)]) -> Result<Response, PageError> {
    let mut form = Form::of_address(asked, shell.zone.zone());
    let is_sent = asked.iter().any(|(name, _)| name == "search");
    if is_sent && let Some(state) = form.state(&shell.zone) {
        return Ok(redirect(state.href(&base)));
    }
    let status = match form.is_wrong() {
        true => axum::http::StatusCode::UNPROCESSABLE_ENTITY,
        false => axum::http::StatusCode::OK,
    };
    let state = UrlState {
        tz: form.tz.clone(),
        ..UrlState::default().with_range(&form.from, &form.to)
    };
    let range = RangeChip::new(&state, &shell.zone, shell.now);
    let page = AdvancedPage {
        shell,
        base,
        form,
        range,
    };
    render_status(status, &page)
}

impl AdvancedPage {
    /// The headings of the activity types.
    fn headings(&self) -> [Category; 10] {
        Category::ALL
    }

    /// Whether this activity type is chosen.
    fn is_chosen(&self, code: &str) -> bool {
        self.form.kinds.iter().any(|known| known == code)
    }

    /// What is wrong with a field, in pieces of text and code.
    fn in_words<'a>(&self, error: &'a str) -> Vec<(bool, &'a str)> {
        in_words(error)
    }

    /// The outcomes with whether each is chosen.
    fn outcomes(&self) -> Vec<(&'static str, bool)> {
        let words = activity::Outcome::WORDS.iter();
        words
            .map(|word| (*word, self.form.outcomes.iter().any(|known| known == word)))
            .collect()
    }
}
