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

/// A row's place in an order: less comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(i64, u64);

impl Rank {
    /// No row comes before.
    pub(crate) const LEAST: Self = Self(i64::MIN, 0);
    /// No row comes after.
    pub(crate) const MOST: Self = Self(i64::MAX, u64::MAX);

    /// The rank of a row, or of a cursor at it.
    #[must_use]
    pub fn of(order: Order, cursor: Cursor) -> Self {
        match order {
            // Complement turns the order of integers around, without overflow.
            Order::Newest => Self(!cursor.occurred_at.0, !cursor.seq),
            Order::Oldest => Self(cursor.occurred_at.0, cursor.seq),
            Order::Recorded => Self(0, cursor.seq),
        }
    }

    /// The rank of an activity.
    #[must_use]
    pub fn row(order: Order, activity: &Activity) -> Self {
        Self::of(order, Cursor::after(activity))
    }

    /// The least rank that a row can have, by the earliest and the latest time and the first seq that it can have.
    #[must_use]
    pub fn least(order: Order, earliest: Time, latest: Time, seq: Seq) -> Self {
        match order {
            Order::Newest => Self(!latest.0, 0),
            Order::Oldest => Self(earliest.0, 0),
            Order::Recorded => Self(0, seq),
        }
    }

    /// The next greater one.
    pub(crate) fn next(self) -> Self {
        match self.1.checked_add(1) {
            Some(next) => Self(self.0, next),
            None => Self(self.0.saturating_add(1), 0),
        }
    }
}
