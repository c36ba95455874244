//! SQL text put together from constants, with its values bound in order. For the lists whose filters differ from page
//! to page; everything else is one constant text.

use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use crate::{Read, StoreError};

/// A bound value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// A text in the making.
#[derive(Default)]
pub(crate) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Adds text: constants only, never what a person typed.
    pub(crate) fn text(&mut self, constant: &str) {
        self.text.push_str(constant);
    }

    /// Keeps a value and returns how the text names it, as often as it needs to.
    pub(crate) fn named(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Adds a value.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) {
        let name = self.named(value);
        self.text.push_str(&name);
    }

    /// Adds that the word in `column` begins with `word`, as a range an index can walk.
    pub(crate) fn begins(&mut self, column: &str, word: &str) {
        self.text(&format!("{column} >= "));
        self.bind(word);
        self.text(&format!(" AND {column} < "));
        self.bind(format!("{word}\u{10ffff}").as_str());
    }

    /// Adds that a row comes after (`sign` `>`) or before (`<`) the one with this key and id in the order of `columns`.
    pub(crate) fn past(&mut self, columns: &str, sign: &str, key: impl Into<Value>, id: &str) {
        self.text(&format!(" AND ({columns}) {sign} ("));
        self.bind(key);
        self.text(", ");
        self.bind(id);
        self.text(")");
    }

    /// The rows.
    pub(crate) async fn fetch_all(self, read: &mut Read) -> Result<Vec<AnyRow>, StoreError> {
        // Safe: the text is made of constants; everything a person typed is bound.
        let mut query = sqlx::query(AssertSqlSafe(self.text));
        for value in self.values {
            query = match value {
                Value::Text(value) => query.bind(value),
                Value::Number(value) => query.bind(value),
            };
        }
        Ok(query.fetch_all(read.conn()).await?)
    }

    #[cfg(test)]
    pub(crate) fn explained(mut self) -> Self {
        self.text.insert_str(0, "EXPLAIN QUERY PLAN ");
        self
    }
}

/// Typed text as part of a LIKE pattern with `ESCAPE '!'`.
pub(crate) fn like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// Numbers of values in one statement that writes several: few shapes, so that each is prepared once.
const SHAPES: [usize; 4] = [64, 16, 4, 1];

/// `items` in chunks of few sizes, each item in exactly one of them.
pub(crate) fn in_shapes<T>(mut items: &[T]) -> Vec<&[T]> {
    let mut chunks = Vec::new();
    for shape in SHAPES {
        while items.len() >= shape {
            let (chunk, rest) = items.split_at(shape);
            chunks.push(chunk);
            items = rest;
        }
    }
    chunks
}

/// `($1, $2), ($3, $4), …`: `rows` rows of `columns` values.
pub(crate) fn rows(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let values: Vec<String> = (1..=columns)
            .map(|column| format!("${}", row * columns + column))
            .collect();
        format!("({})", values.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}
