//! The orders rows are read in, and the place to go on from.

use activity::{Activity, Seq, Time};

/// The order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Latest `(occurred_at, seq)` first: as people read.
    Newest,
    /// Earliest `(occurred_at, seq)` first.
    Oldest,
    /// By `seq`: as machines follow.
    Recorded,
}

/// The row after which to go on. [`Order::Recorded`] looks at `seq` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// When that row happened.
    pub occurred_at: Time,
    /// Its sequence number.
    pub seq: Seq,
}

impl Cursor {
    /// The cursor that goes on after this row.
    #[must_use]
    pub fn after(row: &Activity) -> Self {
        Self {
            occurred_at: row.occurred_at,
            seq: row.seq,
        }
    }

    /// Whether a row at this place comes later than the cursor in `order`.
    #[must_use]
    pub fn precedes(&self, row: Self, order: Order) -> bool {
        match order {
            Order::Newest => row < *self,
            Order::Oldest => row > *self,
            Order::Recorded => row.seq > self.seq,
        }
    }
}
