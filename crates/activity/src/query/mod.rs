//! The query language: parsed from the search box, printed back canonically, bound to a reader and a moment,
//! and evaluated on activities in memory. Owns the one tree every other evaluation compiles from; knows no index.
//!
//! `parse(print(q)) == q` for every parsed `q` in the same zone.

mod address;
mod bind;
mod closed;
mod ends;
mod error;
mod eval;
mod keys;
mod lex;
mod matcher;
mod names;
mod parse;
mod pattern;
mod period;
mod print;
mod raw;
mod repair;
mod suggest;
mod value;
mod when;

#[cfg(test)]
mod tests;

pub use bind::Binding;
pub use ends::EndError;
pub use error::{ParseError, Suggestion};
pub use keys::{KEYS, KeyInfo};
pub use matcher::Matcher;
pub use parse::{MAX_BYTES, MAX_DEPTH, MAX_TERMS, parse};
pub use pattern::{ByKind, ByPattern, Entity, IdRange, IpPattern, KindPattern, Present, RecorderPattern, Value, Words};
pub use period::Period;
pub use repair::{Repair, conjuncts, nearest, repairs, with_operators};
pub use when::{AtRange, Bound, Unit};

use crate::{Outcome, Severity};

/// A query. One tree, printed canonically by `Display`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Expr {
    /// Every activity; the empty query.
    #[default]
    All,
    /// Every one of these; two or more, none of them `And`.
    And(Vec<Expr>),
    /// Any one of these; two or more, none of them `Or`.
    Or(Vec<Expr>),
    /// Not this. `Not(All)` is no activity at all.
    Not(Box<Expr>),
    /// One condition.
    Term(Term),
}

/// One condition on an activity. A list is met by any of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// Full text: a bare word or a quoted phrase.
    Text(Words),
    /// `activity:` the type's code.
    Kind(Vec<KindPattern>),
    /// `outcome:`
    Outcome(Vec<Outcome>),
    /// `severity:`
    Severity(Vec<Severity>),
    /// `user:` whose log it belongs to.
    User(Vec<Entity>),
    /// `by:` who did it.
    By(Vec<ByPattern>),
    /// `target:` what it was done to.
    Target(Vec<Entity>),
    /// `group:`
    Group(Vec<Entity>),
    /// `application:`
    Application(Vec<Entity>),
    /// `device:` words of the device.
    Device(Vec<Words>),
    /// `user_agent:` words of the user agent as it was sent.
    UserAgent(Vec<Words>),
    /// `place:` words of the place.
    Place(Vec<Words>),
    /// `trace:` the trace it belongs to.
    Trace(Vec<Value>),
    /// `country:` two capital letters.
    Country(Vec<String>),
    /// `ip:` addresses and networks.
    Ip(Vec<IpPattern>),
    /// `reason:`
    Reason(Vec<Value>),
    /// `metadata.KEY:`
    Metadata {
        /// The key, exactly as recorded.
        key: String,
        /// Any of these values.
        values: Vec<Value>,
    },
    /// `has:` the field is present.
    Has(Vec<Present>),
    /// `id:` the sequence number.
    Id(Vec<IdRange>),
    /// `at:` when it happened.
    At(Vec<AtRange>),
    /// `recorded:` when this log recorded it.
    Recorded(Vec<AtRange>),
    /// `reported:` who put it into the log.
    Reported(Vec<RecorderPattern>),
}

impl Expr {
    /// No activity at all.
    #[must_use]
    pub fn nothing() -> Self {
        Self::Not(Box::new(Self::All))
    }

    /// Both this and `other`, in normal form.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, other) => other,
            (this, Self::All) => this,
            (Self::And(mut these), Self::And(others)) => {
                these.extend(others);
                Self::And(these)
            }
            (Self::And(mut these), other) => {
                these.push(other);
                Self::And(these)
            }
            (this, Self::And(mut others)) => {
                others.insert(0, this);
                Self::And(others)
            }
            (this, other) => Self::And(vec![this, other]),
        }
    }

    /// Either this or `other`, in normal form.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Or(mut these), Self::Or(others)) => {
                these.extend(others);
                Self::Or(these)
            }
            (Self::Or(mut these), other) => {
                these.push(other);
                Self::Or(these)
            }
            (this, Self::Or(mut others)) => {
                others.insert(0, this);
                Self::Or(others)
            }
            (this, other) => Self::Or(vec![this, other]),
        }
    }

    /// Not this, in normal form.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// The activities of exactly this user, by id: a reader's scope, which no name can imitate.
    #[must_use]
    pub fn user_id(id: impl Into<String>) -> Self {
        Term::User(vec![Entity::Id(id.into())]).into()
    }
}

impl From<Term> for Expr {
    fn from(term: Term) -> Self {
        Self::Term(term)
    }
}
