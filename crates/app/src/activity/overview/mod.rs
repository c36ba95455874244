//! What all that a view finds is made of: how much there is, when, and by which values. Asked of the same look as the
//! view's rows, so that they agree.

mod names;
mod narrow;

use activity::buckets;
use activity::query::Expr;
use activity::{Outcome, Time};
use engine::{Breakdown, Order, Search};
pub use engine::{Facet, Outcomes};
use jiff::tz::TimeZone;
pub(super) use narrow::term;

use super::LogScope;
use super::scope::{Question, Scoped, Subject};
use super::view::{CompleteThrough, Count, ViewError};
use crate::{App, Caller};

/// How many bars a histogram has at the most.
const BARS: usize = 80;
/// How many values there are of the one facet of which more are asked for.
const MORE: usize = 60;
/// The most rows that are looked at one by one where no index decides.
const MOST_CHECKED: u64 = 250_000;

/// What all that matches is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// How many rows match.
    pub count: Count,
    /// How many of them failed or were denied.
    pub failures: Count,
    /// By time and outcome, oldest first, without gaps; none if nothing matches.
    pub bars: Vec<Bar>,
    /// By value, in the order of [`Facet::ALL`], without those that say nothing in this scope.
    pub facets: Vec<Values>,
}

/// What happened within a bar of the histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its beginning.
    pub from: Time,
    /// Its end, which is not within it.
    pub to: Time,
    /// How many there are of each outcome.
    pub outcomes: Outcomes,
}

/// The values of one facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values {
    /// By what.
    pub facet: Facet,
    /// Most first; what is chosen or left out is among them.
    pub values: Vec<Value>,
    /// How many rows have another value than these.
    pub other: u64,
}

/// One value of a facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The value, such as an id.
    pub value: String,
    /// What it is called; the value itself where nothing else is known.
    pub name: String,
    /// How many rows have it; 0 if it is left out.
    pub n: u64,
    /// Whether the query shows it, with those chosen beside it, and no others.
    pub is_chosen: bool,
    /// Whether the query leaves it out.
    pub is_left_out: bool,
    /// The query with this value chosen too, or no longer chosen; `None` where the language cannot say it.
    pub toggled: Option<String>,
    /// The query with this value alone.
    pub only: Option<String>,
    /// The query without this value, or with it again.
    pub left_out: Option<String>,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct OverviewRequest {
    /// The query as typed; empty for everything in scope.
    pub q: String,
    /// Only what happened at or after this.
    pub from: Option<Time>,
    /// Only what happened before this.
    pub to: Option<Time>,
    /// The zone that dates in the query are read in, and whose hours, days and months the bars are.
    pub zone: TimeZone,
    /// By what to count.
    pub facets: Vec<Facet>,
    /// How many values of each.
    pub top: usize,
    /// Of which to give more.
    pub more: Option<Facet>,
}

impl Bar {
    /// How many of them failed or were denied.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.outcomes.of(Outcome::Failure) + self.outcomes.of(Outcome::Denied)
    }
}

/// What all that `caller` may see of `scope` and matches is made of. Counts say of nobody what they did, so that no
/// disclosure is told.
pub async fn overview(
    app: &App,
    caller: &Caller,
    scope: &LogScope,
    request: &OverviewRequest,
) -> Result<(Overview, CompleteThrough), ViewError> {
    let question = Question {
        q: &request.q,
        from: request.from,
        to: request.to,
        zone: &request.zone,
    };
    let scoped = Scoped::new(app, caller, scope, question).await?;
    let overview = of(
        app,
        &scoped,
        &request.zone,
        &request.facets,
        (request.top, request.more),
    )
    .await?;
    Ok((overview, scoped.log.complete_through().into()))
}

/// The facets that say something in this scope.
pub(super) fn facets(subject: &Subject) -> Vec<Facet> {
    let is_said = |facet: &Facet| match (facet, subject) {
        (Facet::User, Subject::Own(_) | Subject::Other(_)) => false,
        (Facet::Group, Subject::Group { ids, .. }) => ids.len() > 1,
        _ => true,
    };
    Facet::ALL.into_iter().filter(is_said).collect()
}

/// What all that matches is made of.
pub(super) async fn of(
    app: &App,
    scoped: &Scoped,
    zone: &TimeZone,
    facets: &[Facet],
    (top, more): (usize, Option<Facet>),
) -> Result<Overview, ViewError> {
    let wanted = |facet: Facet| if more == Some(facet) { top.max(MORE) } else { top };
    let edges = match ends(app, scoped).await? {
        Some((from, to)) => buckets::edges(from, to, zone, BARS),
        None => Vec::new(),
    };
    // Outcomes are counted whether they are asked for or not: they say how many failures there are.
    let outcomes = [Facet::Outcome].into_iter().filter(|it| !facets.contains(it));
    let by = Breakdown {
        facets: facets.iter().copied().chain(outcomes).collect(),
        edges,
        most_checked: MOST_CHECKED,
    };
    let most = facets.iter().map(|facet| wanted(*facet)).max().unwrap_or_default();
    let most = most.max(Outcome::ALL.len());
    let summary = scoped.log.summary(&scoped.bound, &by, most).await?;
    let mut failures = 0;
    let mut all = Vec::with_capacity(facets.len());
    for (facet, found) in by.facets.iter().zip(summary.tops) {
        if *facet == Facet::Outcome {
            let failed =
                |(word, _): &&(String, u64)| [Outcome::Failure.word(), Outcome::Denied.word()].contains(&&**word);
            failures = found.values.iter().filter(failed).map(|(_, n)| n).sum();
        }
        if facets.contains(facet) {
            all.push(values(app, scoped, *facet, found, wanted(*facet)).await?);
        }
    }
    let bars = by.edges.windows(2).zip(summary.histogram);
    Ok(Overview {
        count: summary.count.into(),
        failures: Count {
            n: failures,
            exact: summary.count.exact,
        },
        bars: bars
            .map(|(edges, outcomes)| Bar {
                from: edges[0],
                to: edges[1],
                outcomes,
            })
            .collect(),
        facets: all,
    })
}

/// The range over which bars are drawn: the question's, closed by what matches where it is open.
async fn ends(app: &App, scoped: &Scoped) -> Result<Option<(Time, Time)>, ViewError> {
    let bounds = scoped.bound.time_bounds();
    let Some(newest) = outermost(scoped, Order::Newest).await? else {
        return Ok(None);
    };
    let from = match bounds.0 {
        Some(from) => Some(from),
        None => outermost(scoped, Order::Oldest).await?,
    };
    let to = match bounds {
        (_, Some(to)) => to,
        // A range that ends now is drawn up to now, whenever the last thing happened.
        (Some(_), None) => newest.max(app.now()).plus(1),
        (None, None) => newest.plus(1),
    };
    Ok(from.map(|from| (from, to)))
}

/// When the newest or the oldest of what matches happened; the row itself is given to nobody.
async fn outermost(scoped: &Scoped, order: Order) -> Result<Option<Time>, ViewError> {
    let search = Search {
        expr: scoped.bound.clone(),
        order,
        after: None,
        limit: 1,
    };
    let found = scoped.log.search(&search).await?;
    Ok(found.rows.peek().first().map(|row| row.occurred_at))
}

/// The values of one facet, with what is chosen and left out.
async fn values(app: &App, scoped: &Scoped, facet: Facet, found: engine::Top, top: usize) -> Result<Values, ViewError> {
    let narrowed = narrow::narrowed(&scoped.typed, facet);
    // Beside what is chosen stands what could be: the others are counted as if nothing were.
    let found = match narrowed.chosen.is_empty() {
        true => found,
        false => {
            let by = Breakdown {
                facets: vec![facet],
                edges: Vec::new(),
                most_checked: MOST_CHECKED,
            };
            let bound = scoped.with(narrow::freed(&scoped.typed, facet), true);
            let summary = scoped.log.summary(&bound, &by, top).await?;
            summary.tops.into_iter().next().unwrap_or_default()
        }
    };
    let mut counted = found.values;
    let mut other = found.other + counted.iter().skip(top).map(|(_, n)| n).sum::<u64>();
    counted.truncate(top);
    for value in narrowed.chosen.iter().chain(&narrowed.without) {
        if !counted.iter().any(|(known, _)| known == value) {
            let n = match narrowed.without.contains(value) {
                true => 0,
                false => count_of(scoped, facet, value).await?,
            };
            other = other.saturating_sub(n);
            counted.push((value.clone(), n));
        }
    }
    let ids: Vec<&str> = counted.iter().map(|(value, _)| value.as_str()).collect();
    let mut names = names::names(app, scoped, facet, &ids).await?;
    let typed = &scoped.typed;
    let values = counted.into_iter().map(|(value, n)| Value {
        name: names.remove(&value).unwrap_or_else(|| value.clone()),
        n,
        is_chosen: narrowed.chosen.contains(&value),
        is_left_out: narrowed.without.contains(&value),
        toggled: narrow::toggled(typed, facet, &value).as_ref().map(Expr::to_string),
        only: narrow::only(typed, facet, &value).as_ref().map(Expr::to_string),
        left_out: narrow::left_out(typed, facet, &value).as_ref().map(Expr::to_string),
        value,
    });
    Ok(Values {
        facet,
        values: values.collect(),
        other,
    })
}

/// How many rows have this value, of those that match apart from what the query says about the facet.
async fn count_of(scoped: &Scoped, facet: Facet, value: &str) -> Result<u64, ViewError> {
    let Some(only) = narrow::only(&scoped.typed, facet, value) else {
        return Ok(0);
    };
    Ok(scoped.log.count(&scoped.with(only, true), MOST_CHECKED).await?.n)
}
