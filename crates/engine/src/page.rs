//! What is asked of the log and what it answers.

use activity::query::Expr;
use activity::{Activity, Time};
use serde::{Deserialize, Serialize};
use volume::{Cursor, Order};

use crate::Hole;

/// How far an answer is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Through {
    /// Every activity with a smaller seq was considered.
    pub size: u64,
    /// Every activity recorded before this instant was considered; no later one will be recorded before it.
    pub at: Time,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// What to find; bound.
    pub expr: Expr,
    /// In which order.
    pub order: Order,
    /// After which row; `None` from the start.
    pub after: Option<Cursor>,
    /// Most rows to give.
    pub limit: usize,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The rows, in the order asked for.
    pub rows: Vec<Activity>,
    /// Where to go on; `None` if there is nothing more now.
    pub next: Option<Cursor>,
    /// Whether it ended before its limit because its rows are large; `next` goes on.
    pub is_cut: bool,
    /// How far the answer is complete.
    pub complete_through: Through,
    /// What cannot be read and may hold rows that are missing here.
    pub unreadable: Vec<Hole>,
}

/// The state of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// How long the log is.
    pub through: Through,
    /// Root of its tree of that size.
    pub root: [u8; 32],
    /// Activities below this seq are in volumes.
    pub sealed: u64,
    /// When the newest activity was recorded.
    pub last_recorded_at: Time,
}
