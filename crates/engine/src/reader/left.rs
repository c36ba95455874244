//! A stretch of the log of which some activities are removed, or are about to be: they are found by no question. Owns which
//! stretches that concerns; what goes is said elsewhere.

use std::sync::Arc;

use activity::query::Expr;
use volume::Query;

use super::stretch::Stretch;
use crate::pruning::Pruning;

/// A stretch, and what is left of it.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    pub(crate) of: Arc<Stretch>,
    left: Arc<Expr>,
}

impl Left {
    /// What is left of a stretch; itself where nothing is gone.
    pub(crate) fn of(stretch: Stretch, pruning: &Pruning) -> Stretch {
        let (first_recorded, has_removed) = match &stretch {
            Stretch::Hot(chunk, _) => (chunk.rows().first().map(|row| row.recorded_at), false),
            Stretch::Sealed(volume) => (Some(volume.meta().first_recorded), volume.meta().removed > 0),
            Stretch::Unindexed(volume) => (Some(volume.meta().first_recorded), volume.meta().removed > 0),
            Stretch::Left(_) | Stretch::Others(_) | Stretch::Hidden(_) => (None, false),
        };
        let is_cut = first_recorded.is_some_and(|at| pruning.reaches(stretch.seqs().start, at));
        match pruning.left(is_cut, has_removed) {
            None => stretch,
            Some(left) => Stretch::Left(Self {
                of: Arc::new(stretch),
                left,
            }),
        }
    }

    /// The same question, of what is left.
    pub(crate) fn left(&self, query: &Query) -> Query {
        query.another(&query.expr().clone().and((*self.left).clone()))
    }
}
