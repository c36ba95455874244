//! Sources that number their events: what of each came, what never did, and how late the rest was. Kept in the transaction
//! that takes the activities, so that what is said of a source is true of the log at every moment.

mod gaps;
#[cfg(test)]
mod properties;

use std::collections::{BTreeMap, BTreeSet};

use activity::Time;
#[cfg(test)]
use gaps::GAPS;
pub use gaps::{Folded, Gap, Late, Numbering};
use store::Tx;
use store::log::numbering;
pub use store::log::{NumberingId, NumberingTotal, SourceOf};

use crate::LogError;

/// Numberings of one application or reporter that are kept: those heard last.
pub const NUMBERINGS: u32 = 1_000;

/// The number that a source gave an activity of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchNumber {
    /// Which of the batch's activities.
    pub place: usize,
    /// Of which numbering.
    pub id: NumberingId,
    /// The number, at most 2⁶³ − 1.
    pub number: u64,
}

/// A number that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Heard {
    pub(crate) number: u64,
    /// Whether an activity was recorded for it, and not found to be there.
    pub(crate) is_new: bool,
}

/// What came of each numbering in one commit.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(BTreeMap<NumberingId, Vec<Heard>>);

impl Arrivals {
    /// Takes note that this number came.
    pub(crate) fn add(&mut self, of: &BatchNumber, is_new: bool) {
        let heard = Heard {
            number: of.number,
            is_new,
        };
        match self.0.get_mut(&of.id) {
            Some(all) => all.push(heard),
            None => drop(self.0.insert(of.id.clone(), vec![heard])),
        }
    }

    /// Keeps what follows from them, as of the moment at which the log took them.
    pub(crate) async fn keep(self, tx: &mut Tx, at: Time) -> Result<(), LogError> {
        let mut grown = BTreeSet::new();
        for (id, heard) in self.0 {
            let known = numbering::get(tx, &id).await?.map(Numbering::of_row).transpose()?;
            let is_new = known.is_none();
            if let Some(numbering) = Numbering::after(known, heard, at) {
                numbering::put(tx, &id, &numbering.to_row()?).await?;
            }
            if is_new {
                grown.insert(id.of);
            }
        }
        for of in grown {
            numbering::keep(tx, &of, NUMBERINGS).await?;
        }
        Ok(())
    }
}
