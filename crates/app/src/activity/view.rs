//! One page of an activity view, newest first, with what the page says about it.

use std::ops::Range;
use std::time::{Duration, Instant};

use activity::query::{Expr, ParseError, Term};
use activity::{Outcome, Seq, Time};
use engine::{Cursor, LogError, Order, Search};
use jiff::tz::TimeZone;

use super::chips::named_chips;
use super::cursor::{self, Page};
use super::disclosure::Unseen;
use super::empty::explain;
use super::hint::{Hint, hints};
use super::known::known;
use super::overview::{self, Facet, Overview};
use super::scope::{Question, Scoped};
use super::{Chip, Delivery, Disclosure, EmptyReason, LogScope, Rows};
use crate::error::unavailable;
use crate::{App, Caller, Unavailable};

/// Most rows of a page.
pub(super) const MAX_LIMIT: usize = 1000;
/// How far a page counts before it says "at least".
const COUNT_CAP: u64 = 1_000_000;

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
    /// How many values of each facet to count, with a histogram of all matches; 0 for neither.
    pub top: usize,
    /// The facet of which to count more values.
    pub more: Option<Facet>,
    /// Whether to leave out reads of the log, unless it is the caller's own log or the query asks for them.
    pub hides_reads: bool,
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
            top: 0,
            more: None,
            hides_reads: false,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    pub rows: Rows,
    /// Cursor of the page with older rows.
    pub older: Option<String>,
    /// Cursor of the page with newer rows; `None` on the first page.
    pub newer: Option<String>,
    /// Up to where this answer is complete.
    pub complete_through: CompleteThrough,
    /// Activities that cannot be read, some of which may be missing here.
    pub unreadable: Vec<Range<Seq>>,
    /// Whether the page ended before its limit because its rows are large; the cursors go on.
    pub is_cut: bool,
    /// How many rows match, on all pages; asked for with `explain`.
    pub count: Option<Count>,
    /// How many of them are failures; asked for with `explain`.
    pub failures: Option<Count>,
    /// What all matches are made of; asked for with `top`.
    pub overview: Option<Overview>,
    /// How many reads of the log are left out, where they are; asked for with `explain`.
    pub hidden: Option<Count>,
    /// The query in canonical form, without the scope and without `from` and `to`.
    pub query: String,
    /// The same query as a tree, as it was typed.
    pub expr: Expr,
    /// The parts of the query that are joined by AND, each with the query that is left without it.
    pub chips: Vec<Chip>,
    /// What the query was taken for where it could be read otherwise; asked for with `explain`.
    pub hints: Vec<Hint>,
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
    /// There is no such group, or none that the caller may know of.
    #[error("there is no such group")]
    NoSuchGroup,
    /// The caller may not read this log.
    #[error("you may not read this log")]
    Forbidden,
    /// The question costs too much; the text says what to do.
    #[error("{0}")]
    TooCostly(String),
    /// Too much is asked at once; the text says what to do.
    #[error("{0}")]
    Busy(String),
    /// A part of the log cannot be read, and the answer would lack it.
    #[error("activities {} to {} cannot be read at the moment; ask for a range without them", .0.start, .0.end - 1)]
    Unreadable(Range<Seq>),
    /// A part this needs does not answer.
    #[error(transparent)]
    Unavailable(Unavailable),
}

unavailable!(ViewError, except engine::LogError);

/// One page of what `caller` may see of `scope`; viewing somebody else's log is recorded in that log.
pub async fn view(
    app: &App,
    caller: &Caller,
    scope: &LogScope,
    request: &ViewRequest,
) -> Result<ActivityView, ViewError> {
    let begun = Instant::now();
    let question = Question {
        q: &request.q,
        from: request.from,
        to: request.to,
        zone: &request.zone,
    };
    let scoped = Scoped::new(app, caller, scope, question)
        .await?
        .hiding_reads(request.hides_reads);
    let page = page(&scoped, request).await?;
    let searched = begun.elapsed();
    let mut disclosure = Disclosure::new(app, caller, &scoped, Delivery::Page);
    // Counting takes as long as writing whose rows these are: neither waits for the other.
    let counted = async {
        let begun = Instant::now();
        let counts = match request.explain {
            true => Counts::of(app, &scoped, request).await?,
            false => Counts::default(),
        };
        Ok::<_, ViewError>((counts, begun.elapsed()))
    };
    let (rows, (counts, counted)) = tokio::try_join!(disclosure.give(page.rows), counted)?;
    let (hints, known) = match request.explain {
        true => (hints(&scoped, &request.zone).await?, known(app, caller, &scoped).await?),
        false => Default::default(),
    };
    let empty = match request.explain && rows.is_empty() && request.after.is_none() {
        true => Some(explain(app, caller, &scoped, (&known, &request.zone), counts.hidden).await?),
        false => None,
    };
    let took = searched + counted;
    Ok(ActivityView {
        rows,
        older: page.older,
        newer: page.newer,
        complete_through: page.through,
        unreadable: page.unreadable,
        is_cut: page.is_cut,
        count: counts.all,
        failures: counts.failures,
        hidden: counts.hidden,
        overview: counts.overview,
        query: scoped.typed.to_string(),
        chips: named_chips(&scoped.typed, &known),
        hints,
        expr: scoped.typed,
        empty,
        took,
    })
}

/// What a view counts.
#[derive(Default)]
struct Counts {
    all: Option<Count>,
    failures: Option<Count>,
    hidden: Option<Count>,
    overview: Option<Overview>,
}

impl Counts {
    async fn of(app: &App, scoped: &Scoped, request: &ViewRequest) -> Result<Self, ViewError> {
        let hidden = match scoped.hidden() {
            Some(reads) => Some(count(scoped, &reads, COUNT_CAP).await?),
            None => None,
        };
        if request.top > 0 {
            let facets = overview::facets(&scoped.subject);
            let overview = overview::of(app, scoped, &request.zone, &facets, (request.top, request.more)).await?;
            return Ok(Self {
                all: Some(overview.count),
                failures: Some(overview.failures),
                hidden,
                overview: Some(overview),
            });
        }
        let all = count(scoped, &scoped.bound, COUNT_CAP).await?;
        let failed = Term::Outcome(vec![Outcome::Failure, Outcome::Denied]);
        let failed = scoped.bound.clone().and(failed.into());
        let failures = if all.n == 0 {
            all
        } else {
            count(scoped, &failed, COUNT_CAP).await?
        };
        Ok(Self {
            all: Some(all),
            failures: Some(failures),
            hidden,
            overview: None,
        })
    }
}

struct PageRows {
    rows: Unseen,
    older: Option<String>,
    newer: Option<String>,
    through: CompleteThrough,
    unreadable: Vec<Range<Seq>>,
    is_cut: bool,
}

/// The rows of one page and the cursors of its neighbours.
async fn page(scoped: &Scoped, request: &ViewRequest) -> Result<PageRows, ViewError> {
    let limit = request.limit.clamp(1, MAX_LIMIT);
    let place = match Page::read(request.after.as_deref())? {
        Page::Around(place) => above(scoped, place, limit / 2).await?,
        place => place,
    };
    let (order, after) = match place {
        Page::First | Page::Around(_) => (Order::Newest, None),
        Page::Older(place) => (Order::Newest, Some(place)),
        Page::Newer(place) => (Order::Oldest, Some(place)),
    };
    let search = Search {
        expr: scoped.bound.clone(),
        order,
        after,
        limit,
    };
    let found = scoped.log.search(&search).await?;
    let (mut rows, more) = (found.rows, found.has_more);
    let (has_older, has_newer) = match place {
        Page::First | Page::Around(_) => (more, false),
        Page::Older(_) => (more, true),
        Page::Newer(_) => (true, more),
    };
    if order == Order::Oldest {
        rows.reverse();
    }
    Ok(PageRows {
        older: rows.last().filter(|_| has_older).map(cursor::older),
        newer: rows.first().filter(|_| has_newer).map(cursor::newer),
        through: found.complete_through.into(),
        unreadable: found.unreadable,
        is_cut: found.is_cut,
        rows,
    })
}

/// Where a page begins in which at most this many rows are newer than the one at this place.
async fn above(scoped: &Scoped, place: Cursor, rows: usize) -> Result<Page, ViewError> {
    let search = Search {
        expr: scoped.bound.clone(),
        order: Order::Oldest,
        after: Some(place),
        limit: rows + 1,
    };
    let found = scoped.log.search(&search).await?.rows;
    // The page begins behind the last of them, if it has to leave out any.
    let last = found.last().filter(|_| found.peek().len() > rows);
    Ok(last.map_or(Page::First, Page::Older))
}

/// Counts what a bound query matches.
pub(super) async fn count(scoped: &Scoped, bound: &Expr, cap: u64) -> Result<Count, ViewError> {
    Ok(scoped.log.count(bound, cap).await?.into())
}

impl From<engine::Count> for Count {
    fn from(count: engine::Count) -> Self {
        Self {
            n: count.n,
            exact: count.exact,
        }
    }
}

impl From<LogError> for ViewError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::TooCostly { .. } => Self::TooCostly(error.to_string()),
            LogError::Busy { .. } => Self::Busy(error.to_string()),
            LogError::Unreadable(hole) => Self::Unreadable(hole.seqs),
            other => Self::Unavailable(other.into()),
        }
    }
}

impl From<engine::Through> for CompleteThrough {
    fn from(through: engine::Through) -> Self {
        Self {
            size: through.size,
            at: through.at,
        }
    }
}
