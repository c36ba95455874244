//! Counting matches.

use crate::candidates::Windows;
use crate::error::Result;
use crate::eval::{Bounds, Node};
use crate::indexed::{Indexed, Opened};
use crate::query::{Query, Step};

/// Documents evaluated at once.
pub(crate) const WINDOW: u32 = if cfg!(test) { 7 } else { 1 << 20 };
/// Bytes of rows checked at once.
pub(crate) const CHECKED_BYTES: usize = 512 << 10;
/// The most rows checked at once.
pub(crate) const CHECKED: usize = if cfg!(test) { 3 } else { 512 };

/// How many match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// This many, or at least this many.
    pub n: u64,
    /// Whether there are no more than `n`.
    pub exact: bool,
}

impl Indexed {
    /// How many match. Rows that must be checked one by one are checked until `cap` are found; a
    /// number the index knows is given whole.
    pub fn count(&self, query: &mut Query, cap: u64) -> Result<Count> {
        let of = &*self.0;
        let node = of.compile(query)?;
        if let Some(n) = of.known(&node) {
            return Ok(Count { n, exact: true });
        }
        let mut n = 0;
        let mut checked = Step::new(CHECKED_BYTES, CHECKED);
        let mut windows = Windows::new(0..of.docs());
        while let Some(window) = windows.next(WINDOW) {
            let bounds = of.searched(&node, &query.deadline).evaluate(window.clone())?;
            n += bounds.sure.count();
            let unsure = unsure(&bounds);
            let mut left = unsure.as_slice();
            while !left.is_empty() {
                if n >= cap {
                    return Ok(Count { n, exact: false });
                }
                let docs;
                (docs, left) = left.split_at(checked.rows().min(left.len()));
                matching(of, docs, (query, &mut checked), |_| n += 1)?;
            }
            if n >= cap && window.end < of.docs() && !node.is_exact() {
                return Ok(Count { n, exact: false });
            }
        }
        Ok(Count { n, exact: true })
    }
}

impl Opened {
    /// How many documents match, if the dictionaries say it.
    pub(crate) fn known(&self, node: &Node) -> Option<u64> {
        let docs = u64::from(self.docs());
        match node {
            Node::All => Some(docs),
            Node::Nothing => Some(0),
            Node::Not(inner) => self.known(inner).map(|n| docs - n),
            // A document has one value of a column, so that it is in one list only.
            Node::Lists { index, infos } if infos.len() == 1 || self.index.is_column(index) => {
                let mut lists: Vec<_> = infos.iter().map(|it| (it.postings_range.start, it.doc_freq)).collect();
                lists.sort_unstable();
                lists.dedup();
                Some(lists.iter().map(|(_, documents)| u64::from(*documents)).sum())
            }
            _ => None,
        }
    }
}

/// Reads the rows of these documents, which are one step, and calls `each` with those that match.
pub(crate) fn matching(
    of: &Opened,
    docs: &[u32],
    (query, step): (&mut Query, &mut Step),
    mut each: impl FnMut(u32),
) -> Result<()> {
    query.check()?;
    let rows = of.rows(docs)?;
    step.held(&rows);
    for (row, doc) in rows.iter().zip(docs) {
        if query.matches(row)? {
            each(*doc);
        }
    }
    Ok(())
}

/// What must be checked row by row.
pub(crate) fn unsure(bounds: &Bounds) -> Vec<u32> {
    let Some(possible) = &bounds.possible else {
        return Vec::new();
    };
    let mut unsure = possible.clone();
    unsure.and_not(&bounds.sure);
    unsure.iter().collect()
}
