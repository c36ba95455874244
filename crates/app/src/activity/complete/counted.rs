//! How many rows of the present view have each value: one question to the log, whatever is completed.

use activity::query::Term;
use engine::{Breakdown, Facet, Top};

use crate::activity::scope::Scoped;
use crate::activity::view::{ViewError, count};

/// The most values of a dictionary that are looked through.
const MOST_LISTED: usize = 1_000;
/// The most rows that are looked at one by one for their number.
const MOST_CHECKED: u64 = 100_000;
/// How far the rows of a value are counted that no dictionary counts.
const CAP: u64 = 1_000_000;

/// The values of some facets, most first.
pub(super) struct Counted(Vec<(Facet, Top)>);

impl Counted {
    /// Of what the view shows: its query, its range, without what it hides.
    pub(super) async fn of(scoped: &Scoped, facets: &[Facet]) -> Result<Self, ViewError> {
        if facets.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let by = Breakdown {
            facets: facets.to_vec(),
            edges: Vec::new(),
            most_checked: MOST_CHECKED,
        };
        let summary = scoped.log.summary(&scoped.bound, &by, MOST_LISTED).await?;
        Ok(Self(facets.iter().copied().zip(summary.tops).collect()))
    }

    /// The values of this facet with how many rows have each.
    pub(super) fn values(&self, facet: Facet) -> &[(String, u64)] {
        self.top(facet).map_or(&[], |top| &top.values)
    }

    /// How many rows have this value; `None` if there are more values than were counted, and it is not among them.
    pub(super) fn n(&self, facet: Facet, value: &str) -> Option<u64> {
        let top = self.top(facet)?;
        let known = top.values.iter().find(|(known, _)| known == value);
        known.map(|(_, n)| *n).or((top.other == 0).then_some(0))
    }

    fn top(&self, facet: Facet) -> Option<&Top> {
        self.0.iter().find(|(known, _)| *known == facet).map(|(_, top)| top)
    }
}

/// How many rows of the view fulfil this as well, where no dictionary says it.
pub(super) async fn count_of(scoped: &Scoped, term: Term) -> Result<u64, ViewError> {
    let both = scoped.with(scoped.typed.clone().and(term.into()), true);
    Ok(count(scoped, &both, CAP).await?.n)
}
