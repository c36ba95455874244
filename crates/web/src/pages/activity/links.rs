//! Where what a row says leads: to its page for whoever may open that, else to the rows that share it.

use activity::query::{ByPattern, Entity, Expr, Term};
use activity::{Facts, Target};
use app::activity::LogScope;
use app::{Caller, ids};

use super::state::UrlState;
use crate::shell::Href;

/// The view that rows are shown in, as their links go on from it.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    /// The path of its page; empty for the page that the rows are put into.
    pub(crate) base: Href,
    pub(crate) state: UrlState,
    pub(crate) expr: Expr,
    /// Whether the reader may open the logs of everybody.
    pub(crate) reads_everything: bool,
    /// Whose log it is, where it is one person's.
    pub(crate) owner: Option<String>,
}

/// What narrows a view to a value, and what leaves the value out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Narrow {
    pub(crate) only: Href,
    pub(crate) without: Href,
}

impl Links {
    /// From a page at `base` that shows `scope` to `caller`.
    pub(crate) fn of(caller: &Caller, scope: &LogScope, base: Href, (state, expr): (UrlState, Expr)) -> Self {
        let owner = match scope {
            LogScope::Me => Some(caller.person.id.clone()),
            LogScope::User(id) => Some(id.clone()),
            LogScope::Everything | LogScope::Group(_) => None,
        };
        Self {
            base,
            state,
            expr,
            reads_everything: caller.reads_everything(),
            owner,
        }
    }

    /// The view with this condition too.
    pub(crate) fn and(&self, more: impl Into<Expr>) -> Href {
        let query = self.expr.clone().and(more.into());
        self.state.with_query(query.to_string()).href(&self.base)
    }

    /// The view with this condition, and without what it names.
    pub(crate) fn narrow(&self, condition: impl Into<Expr>) -> Narrow {
        let condition = condition.into();
        Narrow {
            only: self.and(condition.clone()),
            without: self.and(condition.negated()),
        }
    }

    /// Where somebody's name leads: to their log, or to what they did among these rows.
    pub(crate) fn person(&self, id: &str) -> Option<Href> {
        if id.is_empty() || self.owner.as_deref() == Some(id) {
            return None;
        }
        Some(match self.reads_everything {
            true => Href::to(&["users", id, "activity"]),
            false => self.and(Term::By(vec![ByPattern::Is(Entity::Id(id.to_owned()))])),
        })
    }

    /// Where a group's name leads.
    pub(crate) fn group(&self, id: &str) -> Option<Href> {
        (!id.is_empty()).then(|| match self.reads_everything && ids::is_ours(id) {
            true => Href::to(&["groups", id, "activity"]),
            false => self.and(Term::Group(vec![Entity::Id(id.to_owned())])),
        })
    }

    /// Where the name of what something was done to leads.
    pub(crate) fn target(&self, target: &Target) -> Option<Href> {
        match target.kind.as_str() {
            Target::USER => self.person(&target.id),
            "group" => self.group(&target.id),
            _ if target.id.is_empty() => None,
            _ => Some(self.and(Term::Target(vec![Entity::Id(target.id.clone())]))),
        }
    }

    /// A condition on this id of a row, and on nobody else's: ids of other systems are told apart by the application
    /// they come from.
    pub(crate) fn among(row: &Facts, id: &str, person: Term) -> Expr {
        let person = Expr::from(person);
        match &row.application {
            Some(application) if row.recorder.is_reported() && !ids::is_ours(id) => {
                person.and(Term::Application(vec![Entity::Id(application.id.clone())]).into())
            }
            _ => person,
        }
    }
}
