//! The activity view: one component with one template, shown in four scopes. Owns what it says; whose rows it may
//! show is decided by `app`.

use activity::query::Term;
use activity::{Activity, Outcome, Time};
use app::Caller;
use app::activity::{
    ActivityView, Column, EmptyReason, Facet, FoundPerson, LogScope, ViewError, ViewRequest, Widening,
};
use axum::http::StatusCode;

use super::days::{self, Day};
use super::display::{self, Display};
use super::facets::{self, FacetList};
use super::histogram::Histogram;
use super::links::Links;
use super::query_box::{QueryBox, in_words};
use super::range::words_of;
use super::row::ActivityRow;
use super::saved::Saved;
use super::state::{UrlState, WrongRange};
use crate::AppState;
use crate::shell::{Href, PageError, Shell, Zone};

/// The component, as every page that shows activities embeds it.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// Path of the page it is on.
    pub(crate) base: Href,
    pub(crate) scope: LogScope,
    pub(crate) state: UrlState,
    pub(crate) zone: Zone,
    pub(crate) now: Time,
    pub(crate) outcome: Shown,
    pub(crate) display: Display,
    pub(crate) saved: Saved,
    /// Address other programs report to, for the page of an empty log.
    pub(crate) public_url: String,
}

/// What the view has to show.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    /// An answer.
    Rows(Box<Answer>),
    /// The query is wrong; its box says where.
    Wrong,
    /// The range or the cursor is wrong.
    BadRange(String),
    /// The question costs too much.
    TooCostly(String),
}

impl Shown {
    async fn load(
        state: &AppState,
        caller: &Caller,
        shell: &Shell,
        (scope, url): (&LogScope, &UrlState),
    ) -> Result<Self, PageError> {
        let (from, to) = match url.range(&shell.zone, shell.now) {
            // What was typed could not join the query.
            _ if !url.add.trim().is_empty() => return Ok(Self::Wrong),
            Err(WrongRange(message)) => return Ok(Self::BadRange(message)),
            Ok(range) => range,
        };
        let request = ViewRequest {
            q: url.q.clone(),
            from,
            to,
            zone: shell.zone.zone().clone(),
            after: Some(url.after.clone()).filter(|after| !after.is_empty()),
            top: TOP,
            more: Facet::named(&url.more),
            hides_reads: url.reads != "1",
            ..ViewRequest::default()
        };
        Ok(match app::activity::view(state.app(), caller, scope, &request).await {
            Ok(view) => {
                let state = (url.clone(), view.expr.clone());
                let links = Links::of(caller, scope, shell.path.clone(), state);
                Self::Rows(Box::new(Answer::new(view, &links, (&shell.zone, shell.now))))
            }
            Err(ViewError::Query(_)) => Self::Wrong,
            Err(error @ (ViewError::Cursor | ViewError::Range { .. })) => Self::BadRange(sentence(&error)),
            // The reader has to narrow it, so the search stays at hand.
            Err(error @ ViewError::TooCostly(_)) => Self::TooCostly(sentence(&error)),
            Err(error) => return Err(page_error(error)),
        })
    }
}

/// An answer of the log, ready for its template.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) days: Vec<Day>,
    pub(crate) histogram: Option<Histogram>,
    pub(crate) facets: Vec<FacetList>,
    pub(crate) view: ActivityView,
}

/// How many values of each facet stand beside the rows.
const TOP: usize = 6;

impl View {
    /// Asks for the page that the address names.
    pub(crate) async fn load(
        state: &AppState,
        caller: &Caller,
        shell: &Shell,
        scope: LogScope,
        url: UrlState,
    ) -> Result<Self, PageError> {
        let base = shell.path.clone();
        let outcome = Shown::load(state, caller, shell, (&scope, &url)).await?;
        let display = Display::load(state.app(), caller, &scope, &url).await?;
        let saved = Saved::load(state, caller, &base, &scope, &url).await?;
        let public_url = state.app().settings().public_url.clone();
        Ok(Self {
            base,
            scope,
            state: url,
            zone: shell.zone.clone(),
            now: shell.now,
            outcome,
            display,
            saved,
            public_url,
        })
    }

    /// Whether an answer is shown, else what to correct.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Shown::Rows(answer) => Some(answer),
            Shown::Wrong | Shown::BadRange(_) | Shown::TooCostly(_) => None,
        }
    }

    /// The title of the window: what is looked for in this log, and when, where anything is.
    pub(crate) fn title(&self, of: &str) -> String {
        let query = Some(self.state.q.trim().to_owned()).filter(|query| !query.is_empty());
        let range = words_of(&self.state, &self.zone, self.now);
        let asked: Vec<String> = query.into_iter().chain(range).collect();
        match asked.is_empty() {
            true => of.to_owned(),
            false => format!("{}: {of}", asked.join(", ")),
        }
    }

    /// The box with its range and its query.
    pub(crate) fn query_box(&self) -> QueryBox {
        let answered = self.answer().map(|answer| (&*answer.view.chips, &*answer.view.hints));
        QueryBox::new(&self.state, &self.base, (&self.zone, self.now), answered)
    }

    /// What is wrong with the range or the cursor, or that the question costs too much, in pieces of text and code.
    pub(crate) fn bad_range(&self) -> Option<Vec<(bool, &str)>> {
        match &self.outcome {
            Shown::BadRange(message) | Shown::TooCostly(message) => Some(in_words(message)),
            Shown::Rows(_) | Shown::Wrong => None,
        }
    }

    /// Whether only a part of all time is shown.
    pub(crate) fn has_range(&self) -> bool {
        !self.state.from.is_empty() || !self.state.to.is_empty()
    }

    /// The address of the question about a person who may be meant, at any time if there is nothing in the range.
    pub(crate) fn of_person(&self, found: &FoundPerson) -> Href {
        let state = self.state.with_query(found.query.as_str());
        match found.count.n {
            0 => state.with_range("", "").href(&self.base),
            _ => state.href(&self.base),
        }
    }

    /// 400 for what the reader has to correct, 422 for what costs too much.
    pub(super) fn status(&self) -> StatusCode {
        match &self.outcome {
            Shown::Rows(_) => StatusCode::OK,
            Shown::Wrong | Shown::BadRange(_) => StatusCode::BAD_REQUEST,
            Shown::TooCostly(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// The address of this view with another query.
    pub(crate) fn with_query(&self, q: &str) -> Href {
        self.state.with_query(q).href(&self.base)
    }

    /// What stands in a column that is not among the usual ones: its class and its text.
    pub(crate) fn cell(&self, column: &Column, row: &ActivityRow) -> (&'static str, String) {
        display::cell(*column, &row.activity, &self.zone)
    }

    /// The address of everything in this log, also where it begins with a saved search.
    pub(crate) fn everything(&self) -> Href {
        let has_default = self.saved.mine.iter().any(|search| search.is_default);
        let state = UrlState {
            saved: if has_default { "none" } else { "" }.to_owned(),
            ..UrlState::default()
        };
        state.href(&self.base)
    }

    /// The address of another page of this view.
    pub(crate) fn with_after(&self, after: &str) -> Href {
        self.state.with_after(after).href(&self.base)
    }

    /// The stream of what is recorded from this page on, where its range goes on and it begins with the newest.
    pub(crate) fn tail(&self) -> Option<Href> {
        let answer = self.answer()?;
        let goes_on = self.state.to.is_empty() && answer.view.expr.time_bounds().1.is_none();
        let after = format!("f{}", answer.view.complete_through.size);
        (goes_on && self.state.after.is_empty())
            .then(|| self.state.with_after(&after).href(&self.base.clone().then("tail")))
    }

    /// The address of a wider question.
    pub(crate) fn wider(&self, wider: &Widening) -> Href {
        let state = self.state.with_query(wider.query.as_str());
        if wider.keeps_range {
            state.href(&self.base)
        } else {
            state.with_range("", "").href(&self.base)
        }
    }

    /// The address of the failures among what is shown.
    pub(crate) fn failures(&self, answer: &Answer) -> Href {
        let failed = Term::Outcome(vec![Outcome::Failure, Outcome::Denied]);
        self.with_query(&answer.view.expr.clone().and(failed.into()).to_string())
    }

    /// Whether it is the log of one person, who needs no column.
    pub(crate) fn is_one_persons(&self) -> bool {
        matches!(self.scope, LogScope::Me | LogScope::User(_))
    }

    /// The state of this view by itself, for what is asked for within its page.
    pub(crate) fn here(&self) -> Href {
        self.state.href(&Href::from(""))
    }

    /// What stands over the times: the zone they are in.
    pub(crate) fn zone_label(&self) -> String {
        self.zone.label(self.now)
    }

    /// Everybody's log.
    pub(crate) fn is_everything(&self) -> bool {
        self.scope == LogScope::Everything
    }

    /// A group's log.
    pub(crate) fn is_group(&self) -> bool {
        matches!(self.scope, LogScope::Group(_))
    }

    /// The reader's own log.
    pub(crate) fn is_mine(&self) -> bool {
        self.scope == LogScope::Me
    }
}

impl Answer {
    pub(super) fn new(mut view: ActivityView, links: &Links, at: (&Zone, Time)) -> Self {
        let rows = std::mem::take(&mut view.rows).into_vec();
        Self::of(rows, view, links, at)
    }

    /// An answer with these rows.
    pub(super) fn of(rows: Vec<Activity>, view: ActivityView, links: &Links, at: (&Zone, Time)) -> Self {
        // Rows are many: their links go on from the page they are on, without its path.
        let in_page = Links {
            base: Href::from(""),
            ..links.clone()
        };
        let (zone, _) = at;
        let mut days = days::days(rows, at, &in_page);
        let overview = view.overview.as_ref();
        if let Some(overview) = overview {
            days::count(&mut days, overview, zone);
        }
        Self {
            days,
            histogram: overview.and_then(|it| Histogram::new(&it.bars, zone, links)),
            facets: overview.map_or_else(Vec::new, |it| facets::lists(&it.facets, links)),
            view,
        }
    }

    /// What cannot be read and may be missing here, in words: `500 to 999`.
    pub(crate) fn unreadable(&self) -> Option<String> {
        let range = |seqs: &std::ops::Range<u64>| format!("{} to {}", seqs.start, seqs.end - 1);
        let ranges: Vec<String> = self.view.unreadable.iter().map(range).collect();
        (!ranges.is_empty()).then(|| ranges.join(", "))
    }

    /// How long the log took, in milliseconds.
    pub(crate) fn took(&self) -> String {
        format!("{:.1} ms", self.view.took.as_secs_f64() * 1000.0)
    }

    /// Why there are no rows.
    pub(crate) fn empty(&self) -> Option<&EmptyReason> {
        self.view.empty.as_ref()
    }
}

/// What goes wrong in a view, as a page.
pub(crate) fn page_error(error: ViewError) -> PageError {
    match error {
        ViewError::Forbidden => PageError::Forbidden,
        ViewError::NoSuchGroup => PageError::not_found("There is no such group that you may see."),
        ViewError::Query(_) | ViewError::Cursor | ViewError::Range { .. } => PageError::bad_request(sentence(&error)),
        ViewError::TooCostly(_) => PageError::TooCostly(sentence(&error)),
        ViewError::Busy(_) => PageError::Busy {
            yours: false,
            text: sentence(&error),
        },
        ViewError::Unreadable(_) => PageError::Busy {
            yours: false,
            text: sentence(&error),
        },
        ViewError::Unavailable(cause) => PageError::unavailable(cause),
    }
}

/// An error's text as a sentence.
pub(super) fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), chars.as_str())
    })
}
