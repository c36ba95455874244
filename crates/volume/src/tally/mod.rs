//! Counting what matches by value and over time, all at once: what the dictionaries know is not counted.

mod histogram;
mod rows;
mod values;

use activity::Time;

use crate::candidates::Windows;
use crate::count::{CHECKED, CHECKED_BYTES, WINDOW, matching, unsure};
use crate::error::Result;
use crate::eval::Node;
use crate::facet::Facet;
use crate::indexed::Indexed;
use crate::query::{Query, Step};

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
        if matches!(node, Node::All) {
            return self.tally_all(by);
        }
        let mut counts: Vec<Vec<u32>> = by.facets.iter().map(|facet| values::none(of, *facet)).collect();
        let mut histogram = histogram::none(&by.edges);
        let (mut n, mut checked, mut exact) = (0, 0, true);
        let mut step = Step::new(CHECKED_BYTES, CHECKED);
        let outcomes = histogram::outcomes(of)?;
        let mut windows = Windows::new(0..if matches!(node, Node::Nothing) { 0 } else { of.docs() });
        while let Some(window) = windows.next(WINDOW) {
            let bounds = of.searched(&node, &query.deadline).evaluate(window)?;
            let unsure = unsure(&bounds);
            let mut sure = bounds.sure;
            let mut left = unsure.as_slice();
            while !left.is_empty() {
                if checked >= by.most_checked {
                    exact = false;
                    break;
                }
                let docs;
                (docs, left) = left.split_at(step.rows().min(left.len()));
                checked += docs.len() as u64;
                matching(of, docs, (query, &mut step), |doc| sure.insert(doc))?;
            }
            n += sure.count();
            for (facet, counts) in by.facets.iter().zip(&mut counts) {
                query.check()?;
                values::add(of, *facet, &sure, counts);
            }
            if !histogram.is_empty() {
                query.check()?;
                histogram::add(of, &by.edges, (&sure, &outcomes), &mut histogram);
            }
        }
        let values = by.facets.iter().zip(counts);
        Ok(Tally {
            n,
            exact,
            values: values
                .map(|(facet, counts)| Values::counted(self, *facet, counts))
                .collect(),
            histogram,
            checked,
        })
    }

    fn tally_all(&self, by: &Breakdown) -> Result<Tally> {
        let of = &*self.0;
        let values = by.facets.iter().map(|facet| Values::all(self, *facet));
        Ok(Tally {
            n: u64::from(of.docs()),
            exact: true,
            values: values.collect::<Result<_>>()?,
            histogram: if by.edges.len() < 2 {
                Vec::new()
            } else {
                histogram::of_all(of, &by.edges)?
            },
            checked: 0,
        })
    }
}
