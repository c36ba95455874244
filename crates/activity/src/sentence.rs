//! stub
use std::borrow::Cow;
use crate::Facts;
/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words of the sentence.
    Text(Cow<'a, str>),
    /// A name or id, shown as code.
    Code(Cow<'a, str>),
}
/// How a row is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing special.
    Usual,
    /// Worth a look.
    Warning,
    /// It failed.
    Failure,
}
/// The sentence of an activity in pieces.
#[must_use]
pub fn pieces(facts: &Facts) -> Vec<Piece<'_>> { vec![Piece::Text(plain(facts))] }
/// The sentence of an activity as plain text.
#[must_use]
pub fn plain(facts: &Facts) -> Cow<'_, str> { Cow::Borrowed(&facts.kind) }
/// The status in words, such as `Logged in`: the Activity column of the administrator's CSV.
#[must_use]
pub fn title(facts: &Facts) -> Cow<'_, str> { plain(facts) }
/// How its row is coloured.
#[must_use]
pub fn level(facts: &Facts) -> Level { let _ = facts; Level::Usual }
