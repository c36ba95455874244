//! Pages: the first rows of a query in an order, after a cursor.

use activity::Activity;

use crate::candidates::{Candidate, Candidates};
use crate::error::Result;
use crate::indexed::{Indexed, Opened};
use crate::order::{Cursor, Order};
use crate::query::{Filling, Query, Step};
use crate::times::BLOCK;

/// How many times as many documents are looked at next where too few were found.
const GROWTH: u32 = 4;
/// Candidates taken at once for every row that is missing.
const SPARE: usize = 2;

/// The most candidates taken at once.
pub(crate) const MOST_CANDIDATES: usize = 1 << 18;

/// Bytes of rows read at once.
const READ_BYTES: usize = 512 << 10;
/// The most rows read at once.
const MOST_ROWS: usize = 1024;

impl Indexed {
    /// The first matches after the cursor, in `order`: as many as `filling` takes.
    pub fn search(
        &self,
        query: &mut Query,
        order: Order,
        after: Option<Cursor>,
        filling: Filling,
    ) -> Result<Vec<Activity>> {
        let of = &*self.0;
        if filling.missing() == 0 {
            return Ok(Vec::new());
        }
        let node = of.compile(query)?;
        let most = node.most(of.docs());
        if most == 0 {
            return Ok(Vec::new());
        }
        let mut rows = first_documents(of.docs(), most, filling.missing());
        let mut candidates = Candidates::new(of.source(), &query.expr, order, after, filling.until());
        let mut page = Page {
            of,
            query,
            filling,
            step: Step::new(READ_BYTES, MOST_ROWS),
        };
        let mut most = page.filling.missing().saturating_mul(SPARE);
        loop {
            let searched = of.searched(&node, &page.query.deadline);
            let Some(found) = candidates.next(searched, rows, most)? else {
                break;
            };
            if page.take(&found)? {
                break;
            }
            rows = rows.saturating_mul(GROWTH);
            // Where rows are looked at and do not match, no window is evaluated again and again for a few of them.
            most = most.saturating_mul(GROWTH as usize).min(MOST_CANDIDATES);
        }
        Ok(page.filling.into_rows())
    }
}

/// How many of `docs` documents are likely to hold enough where `matches` of them match.
fn first_documents(docs: u32, matches: u64, wanted: usize) -> u32 {
    let wanted = (wanted as u64).saturating_mul(SPARE as u64);
    let enough = u64::from(docs).saturating_mul(wanted) / matches.max(1);
    u32::try_from(enough).unwrap_or(docs).clamp(BLOCK, docs.max(BLOCK))
}

struct Page<'a> {
    of: &'a Opened,
    query: &'a mut Query,
    filling: Filling,
    step: Step,
}

impl Page<'_> {
    /// Adds the rows of those that match, in their order; whether the page is full.
    fn take(&mut self, found: &[Candidate]) -> Result<bool> {
        let mut left = found;
        loop {
            let missing = self.filling.missing();
            let (next, rest) = left.split_at(missing.min(self.step.rows()).min(left.len()));
            if next.is_empty() {
                return Ok(missing == 0);
            }
            left = rest;
            self.query.check()?;
            let docs: Vec<u32> = next.iter().map(|(doc, _)| *doc).collect();
            let rows = self.of.rows(&docs)?;
            self.step.held(&rows);
            for (row, (_, sure)) in rows.into_iter().zip(next) {
                if self.filling.missing() == 0 {
                    return Ok(true);
                }
                if *sure || self.query.matches(&row)? {
                    self.filling.push(row);
                }
            }
        }
    }
}
