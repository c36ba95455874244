//! The hot tail: decoded activities that are not in a volume yet, kept in memory in chunks that never change. All but the
//! newest few are frozen: they have an index like a volume's, which answers for them and is sealed as it is.
//!
//! Owns what is kept and for how long; what is visible is decided by each read's view of the head.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use activity::{Activity, Seq, Time};
use tokio::sync::Notify;
use volume::{Indexed, Order};

use super::freeze::{self, Load, Ripe};
use crate::hole::Hole;

/// A chunk that is not frozen holds no more than one block of so many seqs, counted from 0.
pub(crate) const SMALL: u64 = if cfg!(test) { 4 } else { 256 };

/// A run of activities, gapless by seq.
#[derive(Debug)]
pub(crate) struct Chunk {
    first: Seq,
    end: Seq,
    /// Why there are no rows, if there should be.
    hole: Option<Hole>,
    rows: Vec<Arc<Activity>>,
    /// The index of all of them, where it is frozen.
    index: Option<Indexed>,
    /// Positions by `(occurred_at, seq)`, where that is not the order of `rows`.
    by_time: Option<Vec<u32>>,
    min_occurred: Time,
    max_occurred: Time,
}

impl Chunk {
    fn new(rows: Vec<Arc<Activity>>) -> Self {
        let times = || rows.iter().map(|row| row.occurred_at);
        let in_order = rows.is_sorted_by_key(|row| row.occurred_at);
        let by_time = (!in_order).then(|| {
            let mut order: Vec<u32> = (0..).take(rows.len()).collect();
            order.sort_by_key(|i| rows[*i as usize].occurred_at);
            order
        });
        let (min_occurred, max_occurred) = (times().min().unwrap_or(Time::MAX), times().max().unwrap_or(Time::MIN));
        let first = rows.first().map_or(0, |row| row.seq);
        Self {
            first,
            end: first + rows.len() as u64,
            hole: None,
            rows,
            index: None,
            by_time,
            min_occurred,
            max_occurred,
        }
    }

    /// In the place of activities that cannot be read.
    fn of_hole(hole: Hole) -> Self {
        Self {
            first: hole.seqs.start,
            end: hole.seqs.end,
            rows: Vec::new(),
            index: None,
            by_time: None,
            min_occurred: hole.times.0,
            max_occurred: hole.times.1,
            hole: Some(hole),
        }
    }

    /// The same with an index.
    pub(crate) fn frozen(rows: Vec<Arc<Activity>>, index: Indexed) -> Self {
        Self {
            index: Some(index),
            ..Self::new(rows)
        }
    }

    /// The index of all its activities, if it is frozen.
    pub(crate) fn index(&self) -> Option<&Indexed> {
        self.index.as_ref()
    }

    /// All its activities.
    pub(crate) fn rows(&self) -> &[Arc<Activity>] {
        &self.rows
    }

    /// What cannot be read here.
    pub(crate) fn hole(&self) -> Option<&Hole> {
        self.hole.as_ref()
    }

    /// The first activity's seq.
    pub(crate) fn first_seq(&self) -> Seq {
        self.first
    }

    /// The seq after the last activity.
    pub(crate) fn end_seq(&self) -> Seq {
        self.end
    }

    /// The earliest and latest `occurred_at`.
    pub(crate) fn times(&self) -> (Time, Time) {
        (self.min_occurred, self.max_occurred)
    }

    /// The activity at `seq`.
    pub(crate) fn get(&self, seq: Seq) -> Option<&Activity> {
        let index = usize::try_from(seq.checked_sub(self.first_seq())?).ok()?;
        self.rows.get(index).map(|row| &**row)
    }

    /// Those of these seqs that are here.
    pub(crate) fn shared(&self, seqs: Range<Seq>) -> &[Arc<Activity>] {
        let first = self.first_seq();
        let at = |seq: Seq| usize::try_from(seq.saturating_sub(first)).map_or(self.len(), |at| at.min(self.len()));
        &self.rows[at(seqs.start)..at(seqs.end)]
    }

    /// All by seq.
    pub(crate) fn by_seq(&self) -> impl DoubleEndedIterator<Item = &Activity> {
        self.rows.iter().map(|row| &**row)
    }

    /// The `at`-th in this order.
    pub(crate) fn nth(&self, order: Order, at: usize) -> &Activity {
        let by_time = |at: usize| match &self.by_time {
            None => &self.rows[at],
            Some(by_time) => &self.rows[by_time[at] as usize],
        };
        match order {
            Order::Recorded => &self.rows[at],
            Order::Oldest => by_time(at),
            Order::Newest => by_time(self.rows.len() - 1 - at),
        }
    }

    /// How many activities.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

/// The tail of one process.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    state: RwLock<State>,
    /// Told when there may be more to freeze.
    grown: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Adjacent, oldest first.
    chunks: Vec<Arc<Chunk>>,
    /// Everything in `start..end` is here.
    start: Seq,
    end: Seq,
    /// For how many persons they had been rewritten when they were loaded.
    rewritten: u64,
}

impl Tail {
    /// What is held of `from..to`, if all of it is.
    pub(crate) fn view(&self, from: Seq, to: Seq) -> Option<Vec<Arc<Chunk>>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if from == to {
            return Some(Vec::new());
        }
        if state.start > from || state.end < to {
            return None;
        }
        let wanted = |chunk: &&Arc<Chunk>| chunk.end_seq() > from && chunk.first_seq() < to;
        Some(state.chunks.iter().filter(wanted).cloned().collect())
    }

    /// From where on activities are lacking for a read that begins at `from`.
    pub(crate) fn lacks_from(&self, from: Seq) -> Seq {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if state.start <= from && from <= state.end {
            state.end
        } else {
            from
        }
    }

    /// How many are held.
    pub(crate) fn held(&self) -> u64 {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.end - state.start
    }

    /// Adds activities, gapless by seq, that begin at or before the end of what is held. Others begin a new tail if
    /// `restart`, and are ignored (a read will load them) if not.
    pub(crate) fn extend(&self, activities: Vec<Activity>, restart: bool) {
        let Some(first) = activities.first().map(|activity| activity.seq) else {
            return;
        };
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if first > state.end || (restart && first < state.start) {
            if !restart {
                return;
            }
            state.begin_at(first);
        }
        let known = state.end;
        state.push(
            activities
                .into_iter()
                .skip_while(|activity| activity.seq < known)
                .map(Arc::new)
                .collect(),
        );
        drop(state);
        self.grown.notify_one();
    }

    /// Adds a stretch that cannot be read, as [`Tail::extend`] adds activities.
    pub(crate) fn extend_hole(&self, hole: Hole) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let seqs = hole.seqs.clone();
        if seqs.start > state.end || seqs.start < state.start {
            state.begin_at(seqs.start);
        }
        if seqs.start == state.end {
            state.end = seqs.end;
            state.chunks.push(Arc::new(Chunk::of_hole(hole)));
        }
    }

    /// Whether hot activities were rewritten for more persons than when they came here.
    pub(crate) fn is_older_than(&self, rewritten: u64) -> bool {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.rewritten < rewritten
    }

    /// Drops all of it, if it is older than that.
    pub(crate) fn clear(&self, rewritten: u64) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.rewritten < rewritten {
            *state = State {
                rewritten,
                ..State::default()
            };
        }
    }

    /// Drops what is below `sealed`.
    pub(crate) fn drop_below(&self, sealed: Seq) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let gone = state.chunks.partition_point(|chunk| chunk.end_seq() <= sealed);
        state.chunks.drain(..gone);
        state.start = state.start.max(sealed);
        state.end = state.end.max(sealed);
        // Where some of a chunk is sealed, the rest is as if it had just come: an index is of all of a chunk.
        if let Some(cut) = state
            .chunks
            .first()
            .filter(|chunk| chunk.hole.is_none() && chunk.first < sealed)
        {
            let rest = pieces(cut.shared(sealed..cut.end).to_vec());
            state.chunks.splice(..1, rest.map(Arc::new));
        }
    }

    /// What is worth an index under this load, of what begins below a seq.
    pub(crate) fn ripe(&self, of: (Load, Seq)) -> Option<Ripe> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let mut ripe = freeze::ripe(&state.chunks, state.start..state.end, of)?;
        ripe.rewritten = state.rewritten;
        Some(ripe)
    }

    /// Puts a frozen chunk in the place of the chunks it was made of, if all of them are still there and were not rewritten
    /// since.
    pub(crate) fn put(&self, frozen: Chunk, rewritten: u64) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.rewritten != rewritten {
            return;
        }
        let from = state.chunks.partition_point(|chunk| chunk.first < frozen.first);
        let to = state.chunks.partition_point(|chunk| chunk.end <= frozen.end);
        let (first, last) = (
            state.chunks.get(from),
            to.checked_sub(1).and_then(|to| state.chunks.get(to)),
        );
        let fits =
            |one: Option<&Arc<Chunk>>, test: fn(&Chunk, &Chunk) -> bool| one.is_some_and(|one| test(one, &frozen));
        if fits(first, |one, frozen| one.first == frozen.first) && fits(last, |one, frozen| one.end == frozen.end) {
            state.chunks.splice(from..to, [Arc::new(frozen)]);
        }
    }

    /// Waits until there may be more to freeze.
    pub(crate) async fn grown(&self) {
        self.grown.notified().await;
    }
}

impl State {
    fn begin_at(&mut self, seq: Seq) {
        self.chunks.clear();
        (self.start, self.end) = (seq, seq);
    }

    fn push(&mut self, mut rows: Vec<Arc<Activity>>) {
        self.end += rows.len() as u64;
        if let Some(last) = self.chunks.last()
            && last.end % SMALL != 0
            && last.hole.is_none()
            && last.index.is_none()
        {
            rows.splice(..0, last.rows.iter().cloned());
            self.chunks.pop();
        }
        self.chunks.extend(pieces(rows).map(Arc::new));
    }
}

/// Chunks of these rows, none of which reaches over the end of a block.
fn pieces(rows: Vec<Arc<Activity>>) -> impl Iterator<Item = Chunk> {
    let mut rows = rows.into_iter().peekable();
    std::iter::from_fn(move || {
        let block = rows.peek()?.seq / SMALL;
        let piece = std::iter::from_fn(|| rows.next_if(|row| row.seq / SMALL == block));
        Some(Chunk::new(piece.collect()))
    })
}
