//! Counting matches.

use crate::bitmap::Bitmap;
use crate::candidates::Windows;
use crate::error::Result;
use crate::eval::{Bounds, Node};
use crate::indexed::{Indexed, Opened};
use crate::query::{Query, Step};

/// Documents evaluated at once.
const WINDOW: u32 = if cfg!(test) { 7 } else { 1 << 20 };
/// Bytes of rows checked at once.
const CHECKED_BYTES: usize = 512 << 10;
/// The most rows checked at once.
const CHECKED: usize = if cfg!(test) { 3 } else { 512 };

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
        let counted = of.each_window(&node, query, |counted| counted.n < cap, |_| Ok(()))?;
        Ok(Count {
            n: counted.n,
            exact: counted.exact,
        })
    }
}

/// How many match, as far as was looked.
pub(crate) struct Counted {
    pub(crate) n: u64,
    /// Rows that were looked at one by one.
    pub(crate) checked: u64,
    /// Whether all were that had to be.
    pub(crate) exact: bool,
}

impl Opened {
    /// Calls `each` with the documents that match, a window after the other. What no index decides is looked at row by row
    /// as long as `goes_on`.
    pub(crate) fn each_window(
        &self,
        node: &Node,
        query: &mut Query,
        goes_on: impl Fn(&Counted) -> bool,
        mut each: impl FnMut(&Bitmap) -> Result<()>,
    ) -> Result<Counted> {
        let mut counted = Counted {
            n: 0,
            checked: 0,
            exact: true,
        };
        let mut step = Step::new(CHECKED_BYTES, CHECKED);
        let docs = if node.most(self.docs()) == 0 { 0 } else { self.docs() };
        let mut windows = Windows::new(0..docs);
        while let Some(window) = windows.next(WINDOW) {
            let bounds = self.searched(node, &query.deadline).evaluate(window)?;
            let unsure = unsure(&bounds);
            let mut sure = bounds.sure;
            counted.n += sure.count();
            let mut left = unsure.as_slice();
            while !left.is_empty() {
                if !goes_on(&counted) {
                    counted.exact = false;
                    break;
                }
                let docs;
                (docs, left) = left.split_at(step.rows().min(left.len()));
                counted.checked += docs.len() as u64;
                matching(self, docs, (query, &mut step), |doc| {
                    sure.insert(doc);
                    counted.n += 1;
                })?;
            }
            query.check()?;
            each(&sure)?;
        }
        Ok(counted)
    }

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
fn matching(
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
fn unsure(bounds: &Bounds) -> Vec<u32> {
    let Some(possible) = &bounds.possible else {
        return Vec::new();
    };
    let mut unsure = possible.clone();
    unsure.and_not(&bounds.sure);
    unsure.iter().collect()
}
