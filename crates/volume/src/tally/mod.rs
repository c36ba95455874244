//! Counting what matches by value and over time, all at once: what the dictionaries know is not counted.

mod histogram;
mod rows;
mod values;

use activity::Time;

use crate::count::Counted;
use crate::error::Result;
use crate::eval::Node;
use crate::facet::Facet;
use crate::indexed::{Indexed, Opened};
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
        // Where little is left out, that is counted, and taken from what the dictionaries say of everything.
        if let Node::Not(left_out) = &node
            && of.known(left_out).is_some_and(|n| n <= u64::from(of.docs()) / 2)
        {
            return self.tally_without(left_out, query, by);
        }
        let counts = of.counts(&node, query, by)?;
        let values = by.facets.iter().zip(counts.values);
        let values = values.map(|(facet, counts)| Values::counted(self, *facet, counts));
        Ok(Tally {
            n: counts.docs.n,
            exact: counts.docs.exact,
            values: values.collect(),
            histogram: counts.histogram,
            checked: counts.docs.checked,
        })
    }

    /// Of all documents but these, of which the dictionaries say how many there are.
    fn tally_without(&self, left_out: &Node, query: &mut Query, by: &Breakdown) -> Result<Tally> {
        let of = &*self.0;
        let less = of.counts(left_out, query, by)?;
        let mut histogram = histogram::of_all(of, &by.edges)?;
        for (bar, less) in histogram.iter_mut().zip(&less.histogram) {
            bar.take_away(less);
        }
        let mut values = Vec::with_capacity(by.facets.len());
        for (facet, less) in by.facets.iter().zip(less.values) {
            let mut counts = values::of_all(of, *facet)?;
            for (count, less) in counts.iter_mut().zip(less) {
                *count = count.saturating_sub(less);
            }
            values.push(Values::counted(self, *facet, counts));
        }
        Ok(Tally {
            n: u64::from(of.docs()) - less.docs.n,
            exact: true,
            values,
            histogram,
            checked: 0,
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

/// What was counted document by document.
struct Counts {
    docs: Counted,
    /// By number of the value, for each facet asked for.
    values: Vec<Vec<u32>>,
    histogram: Vec<Outcomes>,
}

impl Opened {
    /// Counts what matches, document by document.
    fn counts(&self, node: &Node, query: &mut Query, by: &Breakdown) -> Result<Counts> {
        let mut values: Vec<Vec<u32>> = by.facets.iter().map(|facet| values::none(self, *facet)).collect();
        let mut histogram = histogram::none(&by.edges);
        let bars = match histogram.is_empty() {
            true => None,
            false => Some(histogram::Bars::new(self, &by.edges)?),
        };
        let goes_on = |counted: &Counted| counted.checked < by.most_checked;
        let docs = self.each_window(node, query, goes_on, |docs| {
            values::add(self, &by.facets, docs, &mut values);
            bars.as_ref().map_or(Ok(()), |bars| bars.add(docs, &mut histogram))
        })?;
        Ok(Counts {
            docs,
            values,
            histogram,
        })
    }
}
