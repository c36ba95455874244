//! What the entries of the catalogue are made of: the parts of a sentence, and how a row is coloured. Owns no wording.

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

/// A part of a sentence's template. One that has nothing to show makes the sentence fall back to the title.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// These words.
    Text(&'static str),
    /// The group: `` `Name` (`id`) ``.
    Group,
    /// The target: `` `Name` (`id`) ``.
    Target,
    /// The target by its name only.
    TargetName,
    /// Who did it: `` `Full Name (username)` ``.
    Doer,
    /// A value of the metadata.
    Meta(&'static str),
    /// The new value of what was changed.
    After(&'static str),
}
