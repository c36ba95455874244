//! Why a view has no rows, and what would give some.

use activity::Time;

/// Why a view has no rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmptyReason {
    /// Nothing has been recorded in this scope yet.
    NothingYet,
    /// The query names an activity type that was not recorded during the range.
    NotRecordedThen {
        /// The type's code.
        code: String,
        /// Since when it is recorded here; `None` if it never was.
        since: Option<Time>,
    },
    /// Rows exist, none matches.
    NothingMatches {
        /// What would find some, most promising first.
        widen: Vec<Widening>,
    },
}

/// A wider question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widening {
    /// What is taken away, such as `without ip:10.0.0.0/8` or `at any time`.
    pub label: String,
    /// The query of the wider question.
    pub query: String,
    /// Whether `from` and `to` are kept.
    pub keeps_range: bool,
    /// How many rows it finds.
    pub count: super::Count,
}
