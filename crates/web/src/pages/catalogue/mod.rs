//! Logged activities: the dated catalogue. Owns its handler and page struct; what is recorded is asked of `app`.

#[cfg(test)]
mod tests;

use activity::Time;
use activity::catalogue::{self, Category};
use activity::query::{Expr, KindPattern, Term};
use app::activity::TypeRow;
use axum::extract::State;
use axum::response::Response;

use super::activity::{UrlState, page_error};
use crate::AppState;
use crate::shell::{Href, PageError, Policy, Route, Shell, SignedIn, filters, render};

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::get("/activity/types", Policy::SignedIn, types)]
}

/// Logged activities.
#[derive(askama::Template)]
#[template(path = "catalogue/types.html")]
struct TypesPage {
    shell: Shell,
    groups: Vec<(&'static str, Vec<Entry>)>,
    recorded: usize,
    known: usize,
    /// Where a type's rows are.
    base: &'static str,
}

/// One type.
struct Entry(TypeRow);

async fn types(State(state): State<AppState>, SignedIn(caller): SignedIn, shell: Shell) -> Result<Response, PageError> {
    let rows = app::activity::types(state.app(), &caller).await.map_err(page_error)?;
    let base = if caller.reads_everything() {
        "/activity"
    } else {
        "/settings/activity-logs"
    };
    render(&TypesPage::new(shell, rows, base))
}

impl TypesPage {
    fn new(shell: Shell, rows: Vec<TypeRow>, base: &'static str) -> Self {
        let known = rows.len();
        let recorded = rows.iter().filter(|row| row.recorded_since.is_some()).count();
        let mut groups: Vec<_> = Category::ALL
            .map(|category| (Some(category), category.title(), Vec::new()))
            .into();
        groups.push((None, "Of other programs", Vec::new()));
        for row in rows {
            let category = row.entry.map(|entry| entry.category);
            if let Some((_, _, group)) = groups.iter_mut().find(|(of, _, _)| *of == category) {
                group.push(Entry(row));
            }
        }
        let groups = groups.into_iter().map(|(_, title, group)| (title, group));
        Self {
            shell,
            groups: groups.filter(|(_, group)| !group.is_empty()).collect(),
            recorded,
            known,
            base,
        }
    }
}

impl Entry {
    fn code(&self) -> &str {
        &self.0.code
    }

    fn title(&self) -> &str {
        self.0.entry.map_or("", |entry| entry.title)
    }

    fn happens(&self) -> &'static str {
        self.0.entry.map_or("", |entry| entry.happens)
    }

    /// The example in pieces; names, between backticks in the catalogue, are code.
    fn example(&self) -> Vec<(bool, &'static str)> {
        let example = self.0.entry.map_or("", |entry| entry.example);
        let pieces = example.split('`').enumerate().map(|(i, text)| (i % 2 == 1, text));
        pieces.filter(|(_, text)| !text.is_empty()).collect()
    }

    fn since(&self) -> Option<&Time> {
        self.0.recorded_since.as_ref()
    }

    /// Since when others report it, as their claim.
    fn reported(&self) -> Option<&Time> {
        self.0.reported_since.as_ref()
    }

    /// Whether no program from outside may report it.
    fn is_only_here(&self) -> bool {
        catalogue::is_only_here(&self.0.code)
    }

    fn href(&self, base: &'static str) -> Href {
        let of_type: Expr = Term::Kind(vec![KindPattern::Exact(self.0.code.clone())]).into();
        UrlState::default().with_query(of_type.to_string()).href(&base.into())
    }
}
