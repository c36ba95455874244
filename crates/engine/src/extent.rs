//! Where a stretch of the log lies, and whether a question can be about it.

use std::ops::Range;

use activity::query::Expr;
use activity::{Seq, Time};

use crate::{Cursor, Order};

/// Where a stretch of the log lies: the earliest and latest `occurred_at`, and its seqs.
pub(crate) struct Extent {
    pub(crate) times: (Time, Time),
    pub(crate) seqs: Range<Seq>,
}

/// Whether any row of a stretch can match, and come after the cursor.
pub(crate) fn may_match(extent: &Extent, expr: &Expr, order: Order, after: Option<Cursor>) -> bool {
    let ((min, max), first, end) = (extent.times, extent.seqs.start, extent.seqs.end);
    let (from, to) = expr.time_bounds();
    let (least, most) = expr.seq_bounds();
    let in_time = from.is_none_or(|from| max >= from) && to.is_none_or(|to| min < to);
    let in_seq = least.is_none_or(|least| end > least) && most.is_none_or(|most| first <= most);
    let follows = after.is_none_or(|after| match order {
        Order::Newest => min <= after.occurred_at,
        Order::Oldest => max >= after.occurred_at,
        Order::Recorded => end > after.seq.saturating_add(1),
    });
    first < end && in_time && in_seq && follows
}
