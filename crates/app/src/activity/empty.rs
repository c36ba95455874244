//! Why a view has no rows, and what would give some.

use activity::Heading;
use activity::catalogue;
use activity::query::{Expr, KindPattern, Term, with_operators};
use activity::{Person, Time};
use jiff::tz::TimeZone;

use super::chips::{label, parts, without};
use super::known::Known;
use super::nearby;
use super::scope::Scoped;
use super::view::{Count, ViewError, count};
use crate::{App, Caller};

/// How far a wider question is counted.
const CAP: u64 = 10_000;
/// How many parts of a query are tried without.
const MOST_TRIED: usize = 8;
/// How many other questions are offered.
const MOST_OFFERED: usize = 5;

/// Why a view has no rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmptyReason {
    /// Nothing has been recorded in this scope yet.
    NothingYet,
    /// Only reads of the log match, and they are left out: so many.
    OnlyReads(Count),
    /// The query names an activity type that was not recorded during the range.
    NotRecordedThen {
        /// The type's code.
        code: String,
        /// Since when it is recorded here; `None` if it never was.
        since: Option<Time>,
    },
    /// The range ends before what is kept of what the query asks for.
    Removed {
        /// What was removed, as people call it.
        titles: Vec<&'static str>,
        /// What was recorded before is gone: of all of them.
        before: Time,
    },
    /// Rows exist, none matches.
    NothingMatches {
        /// People who may be meant.
        people: Vec<FoundPerson>,
        /// What would find some, most promising first.
        widen: Vec<Widening>,
    },
}

/// A person who may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPerson {
    /// Who it is.
    pub person: Person,
    /// The query with this person in place of what was typed.
    pub query: String,
    /// How many rows it finds in the range.
    pub count: Count,
    /// How many it finds at any time.
    pub ever: Count,
}

/// Another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widening {
    /// What is done to the question, such as `without` or `at any time`.
    pub label: String,
    /// What it is done with, such as `ip: 10.0.0.0/8`; may be empty.
    pub what: String,
    /// The query of the wider question.
    pub query: String,
    /// Whether `from` and `to` are kept.
    pub keeps_range: bool,
    /// How many rows it finds.
    pub count: Count,
}

/// Explains why nothing matches; `hidden` is how many reads of the log would, were they not left out.
pub(super) async fn explain(
    app: &App,
    caller: &Caller,
    scoped: &Scoped,
    said: (&Known, &TimeZone),
    hidden: Option<Count>,
) -> Result<EmptyReason, ViewError> {
    if let Some(hidden) = hidden.filter(|hidden| hidden.n > 0) {
        return Ok(EmptyReason::OnlyReads(hidden));
    }
    if let Some(reason) = removed(app, scoped).await? {
        return Ok(reason);
    }
    if count(scoped, &scoped.subject.expr(), 1).await?.n == 0 {
        return Ok(EmptyReason::NothingYet);
    }
    if let Some(reason) = not_recorded_then(app, scoped).await? {
        return Ok(reason);
    }
    Ok(EmptyReason::NothingMatches {
        people: people(app, caller, scoped).await?,
        widen: widen(app, caller, scoped, said).await?,
    })
}

/// Whether every activity type that the query asks for was recorded only after its range.
async fn not_recorded_then(app: &App, scoped: &Scoped) -> Result<Option<EmptyReason>, ViewError> {
    let asked: Vec<&KindPattern> = parts(&scoped.typed)
        .iter()
        .filter_map(|part| match part {
            Expr::Term(Term::Kind(patterns)) => Some(patterns),
            _ => None,
        })
        .flatten()
        .collect();
    if asked.is_empty() {
        return Ok(None);
    }
    let mut recorded = app.log().recorded_since().await?;
    // What is reported can be found as well, whoever recorded it.
    for (code, reported) in app.log().reported_since().await? {
        let since = recorded.entry(code).or_insert(reported);
        *since = reported.min(*since);
    }
    let until = scoped.bound.time_bounds().1;
    let mut earliest: Option<(String, Option<Time>)> = None;
    for pattern in asked {
        let since = recorded
            .iter()
            .filter(|(code, _)| pattern.matches(code))
            .map(|(_, since)| *since)
            .min();
        if since.is_some_and(|since| until.is_none_or(|until| since < until)) {
            return Ok(None);
        }
        let code = match pattern {
            KindPattern::Exact(code) => code.clone(),
            KindPattern::Prefix(head) => format!("{head}*"),
            KindPattern::Part(part) => format!("*{part}*"),
        };
        let is_earlier = match &earliest {
            None | Some((_, None)) => true,
            Some((_, Some(known))) => since.is_some_and(|since| since < *known),
        };
        if is_earlier {
            earliest = Some((code, since));
        }
    }
    Ok(earliest.map(|(code, since)| EmptyReason::NotRecordedThen { code, since }))
}

/// Whether retention removed what the query asks for: its range ends before what is kept of every heading that it can be
/// about. What was recorded in time may have happened earlier, so the range is of either.
async fn removed(app: &App, scoped: &Scoped) -> Result<Option<EmptyReason>, ViewError> {
    let kept = app.log().removed_before().await?;
    let recorded_until = parts(&scoped.bound).iter().filter_map(|part| match part {
        Expr::Term(Term::Recorded(ranges)) => ranges.iter().map(|range| range.to.as_ref()?.instant()).max()?,
        _ => None,
    });
    let until = scoped.bound.time_bounds().1.into_iter().chain(recorded_until).min();
    let (Some(until), false) = (until, kept.is_empty()) else {
        return Ok(None);
    };
    let parts = parts(&scoped.typed);
    let asked = parts.iter().filter_map(|part| match part {
        Expr::Term(Term::Kind(patterns)) => Some(patterns),
        _ => None,
    });
    let asked: Vec<&Vec<KindPattern>> = asked.collect();
    let codes: Vec<String> = app.log().recorded_since().await?.into_keys().collect();
    let can_be = |heading: &Heading| {
        asked.iter().all(|patterns| {
            let meant = |code: &str| Heading::of_kind(code) == *heading && patterns.iter().any(|it| it.matches(code));
            codes.iter().any(|code| meant(code)) || catalogue::all().any(|entry| meant(entry.code))
        })
    };
    let gone = kept
        .into_iter()
        .filter(|(heading, before)| until <= *before && can_be(heading));
    let gone: Vec<_> = gone.collect();
    let before = gone.iter().map(|(_, before)| *before).min();
    Ok(before.map(|before| EmptyReason::Removed {
        titles: gone.iter().map(|(heading, _)| heading.title()).collect(),
        before,
    }))
}

/// Other questions that find something: those that put something right first, then those that take something away.
async fn widen(
    app: &App,
    caller: &Caller,
    scoped: &Scoped,
    (known, zone): (&Known, &TimeZone),
) -> Result<Vec<Widening>, ViewError> {
    let typed = &scoped.typed;
    let wider = |label: &str, what: String, expr: Expr, keeps_range| Wider {
        label: label.to_owned(),
        what,
        expr,
        keeps_range,
    };
    let mut tried: Vec<Wider> = with_operators(typed, zone)
        .map(|expr| wider("", expr.to_string(), expr, true))
        .into_iter()
        .collect();
    for near in nearby::offers(app, caller, scoped).await? {
        tried.push(wider(near.label, near.part.to_string(), near.query, true));
    }
    let has_range = scoped.range != (None, None);
    if has_range {
        tried.push(wider("at any time", String::new(), typed.clone(), false));
    }
    let parts = parts(typed);
    for (index, part) in parts.iter().enumerate().take(MOST_TRIED) {
        let (negated, inner) = match part {
            Expr::Not(inner) => ("not ", inner.as_ref()),
            other => ("", other),
        };
        let (key, value) = label(inner, known);
        let what = match key.as_str() {
            "" => format!("{negated}{value}"),
            key => format!("{negated}{key} {value}"),
        };
        tried.push(wider("without", what, without(typed, index), true));
    }
    if !parts.is_empty() && has_range {
        tried.push(wider("everything", String::new(), Expr::All, false));
    }
    let mut found: Vec<Widening> = Vec::new();
    for wider in tried {
        let bound = scoped.with(wider.expr.clone(), wider.keeps_range);
        let Some(count) = cheaply(count(scoped, &bound, CAP).await)? else {
            break;
        };
        let query = wider.expr.to_string();
        let is_new = found
            .iter()
            .all(|it| (&it.query, it.keeps_range) != (&query, wider.keeps_range));
        if count.n > 0 && is_new {
            found.push(Widening {
                label: wider.label,
                what: wider.what,
                query,
                keeps_range: wider.keeps_range,
                count,
            });
        }
        if found.len() == MOST_OFFERED {
            break;
        }
    }
    Ok(found)
}

struct Wider {
    label: String,
    what: String,
    expr: Expr,
    keeps_range: bool,
}

/// People whose log may be meant, with what the question finds there.
async fn people(app: &App, caller: &Caller, scoped: &Scoped) -> Result<Vec<FoundPerson>, ViewError> {
    let mut found = Vec::new();
    for (person, typed) in nearby::people(app, caller, scoped).await? {
        let ever = count(scoped, &scoped.with(typed.clone(), false), CAP).await;
        let Some(ever) = cheaply(ever)? else { break };
        let count = match scoped.range {
            (None, None) => ever,
            _ => count(scoped, &scoped.with(typed.clone(), true), CAP).await?,
        };
        if ever.n > 0 {
            found.push(FoundPerson {
                person,
                query: typed.to_string(),
                count,
                ever,
            });
        }
    }
    Ok(found)
}

/// What costs too much is not offered; the page stands without it.
fn cheaply(counted: Result<Count, ViewError>) -> Result<Option<Count>, ViewError> {
    match counted {
        Ok(count) => Ok(Some(count)),
        Err(ViewError::TooCostly(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
