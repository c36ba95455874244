//! A query as removable chips: the chips and the text are one state.

/// One part of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// The key with its colon, such as `user:`; empty for full text and for parts in parentheses.
    pub key: String,
    /// What follows the key.
    pub value: String,
    /// Whether the part excludes what it names.
    pub negated: bool,
    /// The query that is left without this part.
    pub without: String,
}
