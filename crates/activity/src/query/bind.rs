//! Binding of a query to a reader and a moment, and the ranges a bound query can only match within.

use super::{ByPattern, Entity, Expr, Term};
use crate::{Seq, Time};

/// Who reads, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The moment relative times count from.
    pub now: Time,
    /// The person id that `me` stands for; without one, `me` matches nobody.
    pub me: Option<String>,
}

impl Expr {
    /// The same query with relative times made absolute and `me` made an id.
    #[must_use]
    pub fn bind(self, binding: &Binding) -> Self {
        match self {
            Self::All => Self::All,
            Self::And(all) => all.into_iter().fold(Self::All, |sum, each| sum.and(each.bind(binding))),
            Self::Or(any) => any
                .into_iter()
                .map(|each| each.bind(binding))
                .reduce(Self::or)
                .unwrap_or_else(Self::nothing),
            Self::Not(inner) => inner.bind(binding).negated(),
            Self::Term(term) => term.bind(binding),
        }
    }

    /// The half-open range of `occurred_at` outside which nothing matches. Conservative, for pruning.
    #[must_use]
    pub fn time_bounds(&self) -> (Option<Time>, Option<Time>) {
        self.bounds(&|term| match term {
            Term::At(ranges) => Some(hull(ranges.iter().map(|range| {
                let end = |bound: &Option<super::Bound>| bound.as_ref().and_then(super::Bound::instant);
                (end(&range.from), end(&range.to))
            }))),
            _ => None,
        })
    }

    /// The range of sequence numbers, both ends included, outside which nothing matches. Conservative.
    #[must_use]
    pub fn seq_bounds(&self) -> (Option<Seq>, Option<Seq>) {
        self.bounds(&|term| match term {
            Term::Id(ranges) => Some(hull(ranges.iter().map(|range| (range.from, range.to)))),
            _ => None,
        })
    }

    fn bounds<T: Ord + Copy>(&self, of: &Reader<'_, T>) -> Ends<T> {
        match self {
            Self::All | Self::Not(_) => (None, None),
            Self::Term(term) => of(term).unwrap_or((None, None)),
            Self::Or(any) => hull(any.iter().map(|each| each.bounds(of))),
            Self::And(all) => all.iter().fold((None, None), |(from, to), each| {
                let (next_from, next_to) = each.bounds(of);
                (from.max(next_from), [to, next_to].into_iter().flatten().min())
            }),
        }
    }
}

type Ends<T> = (Option<T>, Option<T>);
type Reader<'a, T> = dyn Fn(&Term) -> Option<Ends<T>> + 'a;

/// The least range that holds all of `ranges`; an open end stays open.
fn hull<T: Ord + Copy>(ranges: impl Iterator<Item = Ends<T>>) -> Ends<T> {
    let widest = |(from, to): Ends<T>, (next_from, next_to): Ends<T>| {
        // `None` is the least of all options, so the least beginning is open if any is.
        (from.min(next_from), from_both(to, next_to))
    };
    ranges.reduce(widest).unwrap_or((None, None))
}

fn from_both<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    one.zip(other).map(|(one, other)| one.max(other))
}

impl Term {
    fn bind(self, binding: &Binding) -> Expr {
        let entity = |entity: Entity| match entity {
            Entity::Me => binding.me.clone().map(Entity::Id),
            other => Some(other),
        };
        match self {
            Self::User(users) => list(users, entity, Self::User),
            Self::Target(targets) => list(targets, entity, Self::Target),
            Self::By(doers) => {
                let doer = |doer| match doer {
                    ByPattern::Is(who) => entity(who).map(ByPattern::Is),
                    kind => Some(kind),
                };
                list(doers, doer, Self::By)
            }
            Self::At(ranges) => Self::At(ranges.iter().map(|range| range.resolve(binding.now)).collect()).into(),
            Self::Recorded(ranges) => {
                Self::Recorded(ranges.iter().map(|range| range.resolve(binding.now)).collect()).into()
            }
            other => other.into(),
        }
    }
}

fn list<T>(values: Vec<T>, keep: impl FnMut(T) -> Option<T>, term: impl Fn(Vec<T>) -> Term) -> Expr {
    let kept: Vec<T> = values.into_iter().filter_map(keep).collect();
    if kept.is_empty() {
        Expr::nothing()
    } else {
        term(kept).into()
    }
}
