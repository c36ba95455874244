//! Following the log in the order of recording: nothing is ever skipped, and there is always a next page.

use activity::Time;
use engine::{Cursor, Order, Search};
use jiff::tz::TimeZone;

use super::cursor::{self, read_follow};
use super::scope::{Question, Scoped};
use super::view::MAX_LIMIT;
use super::{CompleteThrough, Delivery, Disclosure, LogScope, Rows, ViewError};
use crate::{App, Caller};

/// What is followed.
#[derive(Clone, Debug)]
pub struct FollowRequest {
    /// The query as typed.
    pub q: String,
    /// Only what happened at or after this.
    pub from: Option<Time>,
    /// Only what happened before this.
    pub to: Option<Time>,
    /// The zone that dates in the query are read in.
    pub zone: TimeZone,
    /// A cursor from [`FollowPage::next`]; `None` begins with the oldest.
    pub after: Option<String>,
    /// Most rows of the page, 1–1000.
    pub limit: usize,
    /// Whether to leave out reads of the log, unless it is the caller's own log or the query asks for them.
    pub hides_reads: bool,
}

/// One page of a followed log.
#[derive(Clone, Debug)]
pub struct FollowPage {
    /// The rows, in order of recording.
    pub rows: Rows,
    /// Where to go on; always there.
    pub next: String,
    /// Whether more rows are known to be waiting.
    pub has_more: bool,
    /// Whether the page ended before its limit because its rows are large; `next` goes on.
    pub is_cut: bool,
    /// Up to where this answer is complete.
    pub complete_through: CompleteThrough,
}

/// The next rows of what `caller` may see of `scope`, in order of recording.
pub async fn follow(
    app: &App,
    caller: &Caller,
    scope: &LogScope,
    request: &FollowRequest,
) -> Result<FollowPage, ViewError> {
    let question = Question {
        q: &request.q,
        from: request.from,
        to: request.to,
        zone: &request.zone,
    };
    // However rare its matches are, a follower gets on; it is bounded by what it may ask at once.
    let scoped = Scoped::new(app, caller, scope, question)
        .await?
        .hiding_reads(request.hides_reads)
        .unhurried();
    let from = read_follow(request.after.as_deref())?;
    let limit = request.limit.clamp(1, MAX_LIMIT);
    // The cursor names the next id to look at; the engine's names the last one seen.
    let after = from.checked_sub(1).map(|seq| Cursor {
        occurred_at: Time::MIN,
        seq,
    });
    let search = Search {
        expr: scoped.bound.clone(),
        order: Order::Recorded,
        after,
        limit,
    };
    let found = scoped.log.search(&search).await?;
    // Whoever follows misses nothing: what cannot be read is waited for.
    let barrier = found.unreadable.into_iter().min_by_key(|seqs| seqs.start);
    if let Some(hole) = barrier.clone().filter(|hole| hole.start <= from) {
        return Err(ViewError::Unreadable(hole));
    }
    let (mut rows, mut has_more) = (found.rows, found.has_more);
    if let Some(hole) = &barrier {
        has_more |= rows.keep_below(hole.start);
    }
    // With every match taken, everything below the answered size was looked at: a later page begins there, and a
    // later commit always has a greater id, so none is skipped.
    let next = match rows.last() {
        Some(last) if has_more => last.seq + 1,
        _ => barrier.map_or(found.complete_through.size, |hole| hole.start).max(from),
    };
    let rows = Disclosure::new(app, caller, &scoped, Delivery::Following)
        .give(rows)
        .await?;
    Ok(FollowPage {
        rows,
        next: cursor::follow(next),
        has_more,
        is_cut: found.is_cut,
        complete_through: found.complete_through.into(),
    })
}
