//! The names that a query asks for people by, and the ids that stand for them. Knows no account.

use super::{ByPattern, Entity, Expr, Term, Value};

impl Expr {
    /// The names that people are asked for by: of `user:`, `by:` and `target:`.
    #[must_use]
    pub fn names(&self) -> Vec<&Value> {
        let mut names = Vec::new();
        self.each_term(&mut |term| {
            let people: Vec<&Entity> = match term {
                Term::User(people) | Term::Target(people) => people.iter().collect(),
                Term::By(doers) => doers.iter().filter_map(by_entity).collect(),
                _ => Vec::new(),
            };
            names.extend(people.into_iter().filter_map(|person| match person {
                Entity::Is(name) => Some(name),
                Entity::Me | Entity::Id(_) => None,
            }));
        });
        names
    }

    /// Calls `f` with every condition, wherever it stands.
    pub fn each_term<'a>(&'a self, f: &mut impl FnMut(&'a Term)) {
        match self {
            Self::All => {}
            Self::And(items) | Self::Or(items) => items.iter().for_each(|item| item.each_term(f)),
            Self::Not(inner) => inner.each_term(f),
            Self::Term(term) => f(term),
        }
    }

    /// The same query, in which a person's name stands for these ids as well.
    #[must_use]
    pub fn with_ids(self, ids: &impl Fn(&Value) -> Vec<String>) -> Self {
        match self {
            Self::All => Self::All,
            Self::And(items) => Self::And(items.into_iter().map(|item| item.with_ids(ids)).collect()),
            Self::Or(items) => Self::Or(items.into_iter().map(|item| item.with_ids(ids)).collect()),
            Self::Not(inner) => Self::Not(Box::new(inner.with_ids(ids))),
            Self::Term(term) => Self::Term(term.with_ids(ids)),
        }
    }
}

impl Term {
    fn with_ids(self, ids: &impl Fn(&Value) -> Vec<String>) -> Self {
        let of = |entity: &Entity| match entity {
            Entity::Is(name) => ids(name).into_iter().map(Entity::Id).collect(),
            Entity::Me | Entity::Id(_) => Vec::new(),
        };
        let both = |mut people: Vec<Entity>| {
            let more: Vec<Entity> = people.iter().flat_map(of).collect();
            people.extend(more);
            people
        };
        match self {
            Self::User(people) => Self::User(both(people)),
            Self::Target(people) => Self::Target(both(people)),
            Self::By(mut doers) => {
                let more: Vec<Entity> = doers.iter().filter_map(by_entity).flat_map(of).collect();
                doers.extend(more.into_iter().map(ByPattern::Is));
                Self::By(doers)
            }
            other => other,
        }
    }
}

fn by_entity(by: &ByPattern) -> Option<&Entity> {
    match by {
        ByPattern::Is(who) => Some(who),
        ByPattern::Kind(_) => None,
    }
}
