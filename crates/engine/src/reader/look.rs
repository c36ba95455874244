//! The log as of one moment: pages, counts, single rows and streams across hot and sealed.

use std::sync::Arc;

use activity::query::Expr;
use activity::{Activity, Seq};
use volume::{Breakdown, Count, Cursor, Deadline, Filling, Order, Query, Rank, Room};

use crate::hole::Hole;
use crate::reader::stretch::Stretch;
use crate::reader::summary::{Summary, summary};
use crate::reader::view::View;
use crate::{Inquiry, LogError, Page, Scan, Search, Through};

/// The log as of one moment, for one caller's questions: rows, counts and facets of one look agree, whatever is recorded,
/// sealed or merged meanwhile. It is the only way to read.
#[derive(Debug)]
pub struct Look {
    inquiry: Inquiry,
    view: Arc<View>,
}

impl Look {
    pub(crate) fn new(inquiry: Inquiry, view: View) -> Self {
        Self {
            inquiry,
            view: Arc::new(view),
        }
    }

    /// The same without a deadline: for what is bounded otherwise.
    #[must_use]
    pub fn unhurried(mut self) -> Self {
        self.inquiry = self.inquiry.unhurried();
        self
    }

    /// How far every answer of it is complete.
    #[must_use]
    pub fn complete_through(&self) -> Through {
        self.view.through
    }

    /// What of the log cannot be read.
    #[must_use]
    pub fn holes(&self) -> &[Hole] {
        &self.view.holes
    }

    /// What of the log cannot be read and was closed: no answer is called incomplete because of it.
    #[must_use]
    pub fn closed_holes(&self) -> &[Hole] {
        &self.view.closed
    }

    /// Volumes whose index cannot be read or is of an older format: their records answer, slowly, until it is built anew.
    #[must_use]
    pub fn unindexed(&self) -> Vec<String> {
        let volumes = self.view.unindexed.iter();
        volumes.map(|volume| volume.meta().id.clone()).collect()
    }

    /// How many persons are being erased: they are shown as they will be, and nothing is found by what goes. Questions cost
    /// more meanwhile.
    #[must_use]
    pub fn being_erased(&self) -> usize {
        self.view.erasing.persons()
    }

    /// A page of what matches.
    ///
    /// # Errors
    /// If a volume cannot be read, or the deadline is over.
    pub async fn search(&self, search: &Search) -> Result<Page, LogError> {
        let (asked, deadline) = (search.clone(), self.inquiry.deadline());
        let room = Room {
            rows: search.limit,
            bytes: self.inquiry.page_bytes(),
        };
        let page = move |view: &View| page(view, &asked, room, deadline);
        let mut rows = self.inquiry.reading(&self.view, page).await?;
        let fitting = room.fitting(&rows);
        let more = rows.len() > fitting;
        rows.truncate(fitting);
        let Search { expr, order, after, .. } = search;
        Ok(Page {
            next: if more { rows.last().map(Cursor::after) } else { None },
            is_cut: more && fitting < search.limit,
            rows,
            complete_through: self.view.through,
            unreadable: self.view.holes_of(expr, *order, *after).cloned().collect(),
        })
    }

    /// How many match, counting no further than `cap` where counting costs something.
    ///
    /// # Errors
    /// If a volume cannot be read, or the deadline is over.
    pub async fn count(&self, expr: &Expr, cap: u64) -> Result<Count, LogError> {
        let mut query = Query::new(expr, self.inquiry.deadline());
        let count = move |view: &View| count(view, &mut query, cap);
        self.inquiry.reading(&self.view, count).await
    }

    /// Counts what matches in all that `by` says, and gives the `top` largest values of each of its facets.
    ///
    /// # Errors
    /// If a volume cannot be read, or the deadline is over.
    pub async fn summary(&self, expr: &Expr, by: &Breakdown, top: usize) -> Result<Summary, LogError> {
        let mut query = Query::new(expr, self.inquiry.deadline());
        let by = by.clone();
        let summary = move |view: &View| summary(view, &mut query, &by, top);
        self.inquiry.reading(&self.view, summary).await
    }

    /// The activity at this place.
    ///
    /// # Errors
    /// If a volume cannot be read, or the place is in a hole.
    pub async fn get(&self, seq: Seq) -> Result<Option<Activity>, LogError> {
        let get = move |view: &View| {
            if seq >= view.position.size {
                return Ok(None);
            }
            let mut holes = view.holes.iter().chain(&*view.closed);
            if let Some(hole) = holes.find(|hole| hole.seqs.contains(&seq)) {
                return Err(LogError::Unreadable(hole.clone()));
            }
            if seq >= view.position.sealed {
                return Ok(view.hot_at(seq).and_then(|chunk| chunk.get(seq)).cloned());
            }
            let at = view.volumes.partition_point(|volume| volume.meta().end_seq() <= seq);
            match view.volumes.get(at).filter(|volume| volume.meta().holds(seq)) {
                Some(volume) => Ok(volume.get(seq)?),
                None => match view.unindexed.iter().find(|volume| volume.meta().holds(seq)) {
                    Some(volume) => Ok(volume.get(seq)?),
                    None => Ok(None),
                },
            }
        };
        let get = move |view: &View| {
            let mut row: Option<Activity> = get(view)?;
            row.take_if(|row| row.is_removed() || view.pruning.takes(row));
            row.iter_mut().for_each(|row| view.erasing.hide(row));
            Ok(row)
        };
        self.inquiry.reading(&self.view, get).await
    }

    /// All matches, in order, as a stream of chunks read on a thread of its own.
    ///
    /// # Errors
    /// [`LogError::Unreadable`] if a hole may hold some of them: a file is whole or it is not made.
    pub fn scan(&self, expr: Expr, order: Order) -> Result<Scan, LogError> {
        Scan::begin(Arc::clone(&self.view), expr, order)
    }
}

/// The rows of a page, and one beyond it if there is one.
fn page(view: &View, search: &Search, room: Room, deadline: Deadline) -> Result<Vec<Activity>, LogError> {
    let Search { expr, order, after, .. } = search;
    let mut query = Query::new(expr, deadline);
    let mut stretches: Vec<Stretch> = view
        .stretches()
        .filter(|stretch| stretch.may_match(expr, *order, *after))
        .collect();
    stretches.sort_by_key(|stretch| stretch.bound(*order));
    let mut rows: Vec<Activity> = Vec::new();
    let mut more = false;
    for stretch in stretches {
        let (begins, last) = (stretch.bound(*order), rows.last().map(|last| Rank::row(*order, last)));
        let until = last.filter(|_| more);
        // Guarantee: no row is missed, because every remaining stretch begins behind the page's last row.
        if until.is_some_and(|until| begins > until) {
            break;
        }
        query.check()?;
        // What comes before all of the stretch has its place already; what comes after the page's last row gets none.
        let before = rows.partition_point(|row| Rank::row(*order, row) < begins);
        let filling = Filling::and_one_beyond(room.behind(&rows[..before])).before(until);
        let found = stretch.search(&mut query, *order, *after, filling)?;
        if found.is_empty() {
            continue;
        }
        rows.extend(found);
        rows.sort_by_key(|row| Rank::row(*order, row));
        // Guarantee: what a full stretch held back lies behind this, because its rows fill what those before left.
        let fitting = room.fitting(&rows);
        more = rows.len() > fitting;
        rows.truncate(fitting + 1);
    }
    Ok(rows)
}

fn count(view: &View, query: &mut Query, cap: u64) -> Result<Count, LogError> {
    if *query.expr() == Expr::All && view.pruning.is_empty() {
        let lacking = view.holes.iter().chain(&*view.closed);
        let lacking: u64 = lacking.map(|hole| hole.seqs.end - hole.seqs.start).sum();
        return Ok(Count {
            n: view.position.size - lacking - view.removed,
            exact: view.holes.is_empty(),
        });
    }
    let is_whole = view.holes_of(query.expr(), Order::Recorded, None).next().is_none();
    let mut n = 0;
    // Newest first: an inexact count is then at least that of what was looked for most often.
    let stretches = view.stretches().rev();
    let expr = query.expr().clone();
    for stretch in stretches.filter(|stretch| stretch.may_match(&expr, Order::Recorded, None)) {
        if n >= cap {
            return Ok(Count { n, exact: false });
        }
        query.check()?;
        let count = stretch.count(query, cap - n)?;
        n += count.n;
        if !count.exact {
            return Ok(Count { n, exact: false });
        }
    }
    Ok(Count { n, exact: is_whole })
}
