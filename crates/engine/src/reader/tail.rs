//! The hot tail: decoded activities that are not in a volume yet, kept in memory in chunks that never change.
//!
//! Owns what is kept and for how long; what is visible is decided by each read's view of the head.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use activity::{Activity, Seq, Time};
use volume::Order;

use crate::hole::Hole;

/// Activities in a full chunk.
const FULL: usize = 1024;

/// A run of activities, gapless by seq.
#[derive(Debug)]
pub(crate) struct Chunk {
    first: Seq,
    end: Seq,
    /// Why there are no rows, if there should be.
    hole: Option<Hole>,
    rows: Vec<Arc<Activity>>,
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
            by_time: None,
            min_occurred: hole.times.0,
            max_occurred: hole.times.1,
            hole: Some(hole),
        }
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
}

#[derive(Debug, Default)]
struct State {
    /// Adjacent, oldest first.
    chunks: Vec<Arc<Chunk>>,
    /// Everything in `start..end` is here.
    start: Seq,
    end: Seq,
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
            *state = State {
                chunks: Vec::new(),
                start: first,
                end: first,
            };
        }
        let known = state.end;
        state.push(
            activities
                .into_iter()
                .skip_while(|activity| activity.seq < known)
                .map(Arc::new)
                .collect(),
        );
    }

    /// Adds a stretch that cannot be read, as [`Tail::extend`] adds activities.
    pub(crate) fn extend_hole(&self, hole: Hole) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let seqs = hole.seqs.clone();
        if seqs.start > state.end || seqs.start < state.start {
            *state = State {
                chunks: Vec::new(),
                start: seqs.start,
                end: seqs.start,
            };
        }
        if seqs.start == state.end {
            state.end = seqs.end;
            state.chunks.push(Arc::new(Chunk::of_hole(hole)));
        }
    }

    /// Drops what is below `sealed`.
    pub(crate) fn drop_below(&self, sealed: Seq) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let gone = state.chunks.partition_point(|chunk| chunk.end_seq() <= sealed);
        state.chunks.drain(..gone);
        state.start = state.start.max(sealed);
        state.end = state.end.max(sealed);
    }
}

impl State {
    fn push(&mut self, mut rows: Vec<Arc<Activity>>) {
        self.end += rows.len() as u64;
        if let Some(last) = self.chunks.last()
            && last.len() < FULL
            && last.hole.is_none()
        {
            let room = (FULL - last.len()).min(rows.len());
            let joined = last.rows.iter().cloned().chain(rows.drain(..room)).collect();
            self.chunks.pop();
            self.chunks.push(Arc::new(Chunk::new(joined)));
        }
        for part in rows.chunks(FULL) {
            self.chunks.push(Arc::new(Chunk::new(part.to_vec())));
        }
    }
}
