//! A question as SQL that SQLite and DuckDB both understand.

use activity::Time;
use engine::{Cursor, Order};

use super::{Ask, Question};

/// Values of a facet that are shown.
const SHOWN: usize = 10;
/// The columns of the eight facets; the first has a value in every row, so its counts are all that match.
const FACETS: [&str; 8] = [
    "outcome",
    "kind",
    "user_id",
    "group_id",
    "application_id",
    "ip",
    "device",
    "country",
];

/// How large an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
    /// Its rows.
    Rows,
    /// The sum of the last column of the first statement.
    Sum,
}

/// The statements that answer a question, one after another.
#[derive(Clone, Debug)]
pub struct Sql {
    pub statements: Vec<String>,
    pub tally: Tally,
}

impl Question {
    pub fn sql(&self) -> Sql {
        let of = &self.matching.sql;
        let (statements, tally) = match &self.ask {
            Ask::Page { order, after, limit } => (vec![page(of, *order, *after, *limit)], Tally::Rows),
            Ask::CountByKind => (
                vec![format!(
                    "SELECT kind, count(*) AS n FROM activity WHERE {of} GROUP BY kind"
                )],
                Tally::Sum,
            ),
            Ask::TopUsers => (vec![facet(of, "user_id")], Tally::Sum),
            Ask::Overview(edges) => {
                let facets = FACETS.iter().map(|column| facet(of, column));
                (facets.chain(histogram(of, edges)).collect(), Tally::Sum)
            }
        };
        Sql { statements, tally }
    }
}

fn page(of: &str, order: Order, after: Option<Cursor>, limit: usize) -> String {
    let (word, sign) = match order {
        Order::Newest => ("DESC", '<'),
        Order::Oldest | Order::Recorded => ("ASC", '>'),
    };
    let after = after.map_or_else(String::new, |Cursor { occurred_at, seq }| {
        format!(" AND (occurred_at, seq) {sign} ({}, {seq})", occurred_at.0)
    });
    format!("SELECT * FROM activity WHERE {of}{after} ORDER BY occurred_at {word}, seq {word} LIMIT {limit}")
}

fn facet(of: &str, column: &str) -> String {
    format!("SELECT {column}, count(*) AS n FROM activity WHERE {of} GROUP BY {column} ORDER BY n DESC LIMIT {SHOWN}")
}

fn histogram(of: &str, edges: &[Time]) -> Option<String> {
    let [first, second, ..] = edges else { return None };
    let (begin, bar) = (first.0, second.0 - first.0);
    // Whole numbers are divided in different ways; what is left over is not.
    let begun = format!("occurred_at - (occurred_at - {begin}) % {bar}");
    Some(format!(
        "SELECT {begun} AS bar, outcome, count(*) AS n FROM activity WHERE {of} GROUP BY bar, outcome"
    ))
}
