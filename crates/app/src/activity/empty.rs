//! Why a view has no rows, and what would give some.

use activity::Time;
use activity::query::{Expr, KindPattern, Term};

use super::chips::{parts, without};
use super::scope::Scoped;
use super::view::{Count, ViewError, count};
use crate::App;

/// How far a wider question is counted.
const CAP: u64 = 10_000;
/// How many parts of a query are tried without.
const MOST_TRIED: usize = 8;
/// How many wider questions are offered.
const MOST_OFFERED: usize = 4;

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
    /// Rows exist, none matches.
    NothingMatches {
        /// What would find some, most promising first.
        widen: Vec<Widening>,
    },
}

/// A wider question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widening {
    /// What is taken away, such as `without ip:10.0.0.0/8` or `at any time`.
    pub label: String,
    /// The query of the wider question.
    pub query: String,
    /// Whether `from` and `to` are kept.
    pub keeps_range: bool,
    /// How many rows it finds.
    pub count: Count,
}

/// Explains why nothing matches; `hidden` is how many reads of the log would, were they not left out.
pub(super) async fn explain(app: &App, scoped: &Scoped, hidden: Option<Count>) -> Result<EmptyReason, ViewError> {
    if let Some(hidden) = hidden.filter(|hidden| hidden.n > 0) {
        return Ok(EmptyReason::OnlyReads(hidden));
    }
    if count(scoped, &scoped.subject.expr(), 1).await?.n == 0 {
        return Ok(EmptyReason::NothingYet);
    }
    if let Some(reason) = not_recorded_then(app, scoped).await? {
        return Ok(reason);
    }
    Ok(EmptyReason::NothingMatches {
        widen: widen(scoped).await?,
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

/// Questions that take one thing away and then find something.
async fn widen(scoped: &Scoped) -> Result<Vec<Widening>, ViewError> {
    let mut candidates = Vec::new();
    if scoped.range != (None, None) {
        candidates.push(("at any time".to_owned(), scoped.typed.clone(), false));
    }
    let parts = parts(&scoped.typed);
    for (index, part) in parts.iter().enumerate().take(MOST_TRIED) {
        candidates.push((format!("without {part}"), without(&scoped.typed, index), true));
    }
    if !parts.is_empty() && scoped.range != (None, None) {
        candidates.push(("everything".to_owned(), Expr::All, false));
    }
    let mut found = Vec::new();
    for (label, typed, keeps_range) in candidates {
        let count = count(scoped, &scoped.with(typed.clone(), keeps_range), CAP).await?;
        if count.n > 0 {
            found.push(Widening {
                label,
                query: typed.to_string(),
                keeps_range,
                count,
            });
        }
        if found.len() == MOST_OFFERED {
            break;
        }
    }
    Ok(found)
}
