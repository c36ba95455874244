//! Counting what matches by value and over time, all at once: what the dictionaries know is not counted.

mod histogram;
mod rows;
mod values;

use activity::Time;

use crate::count::Counted;
use crate::error::Result;
use crate::eval::Node;
use crate::facet::Facet;
use crate::indexed::Indexed;
use crate::query::Query;

pub use histogram::Outcomes;
pub use rows::RowTally;
pub use values::{Largest, Values};

/// By what to count.
#[derive(Clone, Debug, Default)]
pub struct Breakdown {
    /// By these values.
    pub facets: Vec<Facet>,
    /// By outcome between any two neighbouring instants, ascending, of which the later one is not included.
    pub edges: Vec<Time>,
    /// The most rows that are looked at one by one where no index decides; what there is beyond is not counted.
    pub most_checked: u64,
}

/// How many match.
#[derive(Debug)]
pub struct Tally {
    /// In all.
    pub n: u64,
    /// Whether these are all; if not, there are at least so many.
    pub exact: bool,
    /// By value, for each facet asked for.
    pub values: Vec<Values>,
    /// By outcome, between each two edges asked for.
    pub histogram: Vec<Outcomes>,
    /// Rows that were looked at one by one.
    pub checked: u64,
}

impl Indexed {
    /// Counts what matches.
    pub fn tally(&self, query: &mut Query, by: &Breakdown) -> Result<Tally> {
        let of = &*self.0;
        let node = of.compile(query)?;
        match node {
            Node::All => return self.tally_all(by),
            Node::Nothing => return Ok(RowTally::new(by).finish()),
            _ => {}
        }
        let mut counts: Vec<Vec<u32>> = by.facets.iter().map(|facet| values::none(of, *facet)).collect();
        let mut histogram = histogram::none(&by.edges);
        let bars = match histogram.is_empty() {
            true => None,
            false => Some(histogram::Bars::new(of, &by.edges)?),
        };
        let goes_on = |counted: &Counted| counted.checked < by.most_checked;
        let counted = of.each_window(&node, query, goes_on, |docs| {
            values::add(of, &by.facets, docs, &mut counts);
            bars.as_ref().map_or(Ok(()), |bars| bars.add(docs, &mut histogram))
        })?;
        let values = by.facets.iter().zip(counts);
        let values = values.map(|(facet, counts)| Values::counted(self, *facet, counts));
        Ok(Tally {
            n: counted.n,
            exact: counted.exact,
            values: values.collect(),
            histogram,
            checked: counted.checked,
        })
    }

    fn tally_all(&self, by: &Breakdown) -> Result<Tally> {
        let of = &*self.0;
        let values = by.facets.iter().map(|facet| Values::all(self, *facet));
        Ok(Tally {
            n: u64::from(of.docs()),
            exact: true,
            values: values.collect::<Result<_>>()?,
            histogram: histogram::of_all(of, &by.edges)?,
            checked: 0,
        })
    }
}
