//! Whose rows a caller may see: a scope is decided here and becomes part of the query before anything is read.

use activity::Time;
use activity::query::{AtRange, Binding, Expr, Term, parse};
use jiff::tz::TimeZone;

use super::ViewError;
use crate::Caller;

/// Whose log is viewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The caller's own.
    Me,
    /// The log of the user with this id.
    User(String),
    /// Everybody's.
    Everything,
}

/// A scope this caller was allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Their own log.
    Own(String),
    /// Somebody else's, by id.
    Other(String),
    /// Everybody's.
    Everybody,
}

impl Scope {
    /// Decides whether `caller` may read this scope. The only place where that is decided.
    pub(crate) fn allowed(&self, caller: &Caller) -> Result<Subject, ViewError> {
        if !caller.may_read() {
            return Err(ViewError::Forbidden);
        }
        match self {
            Self::Me => Ok(Subject::Own(caller.person.id.clone())),
            Self::User(id) if *id == caller.person.id => Ok(Subject::Own(id.clone())),
            Self::User(id) if caller.reads_everything() => Ok(Subject::Other(id.clone())),
            Self::Everything if caller.reads_everything() => Ok(Subject::Everybody),
            Self::User(_) | Self::Everything => Err(ViewError::Forbidden),
        }
    }
}

impl Subject {
    /// The condition that holds for every row of this scope and for no other.
    pub(crate) fn expr(&self) -> Expr {
        match self {
            Self::Own(id) | Self::Other(id) => Expr::user_id(id.as_str()),
            Self::Everybody => Expr::All,
        }
    }
}

/// A question about the log, before it is bound to a scope and a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) q: &'a str,
    pub(crate) from: Option<Time>,
    pub(crate) to: Option<Time>,
    pub(crate) zone: &'a TimeZone,
}

/// The question within its scope, ready to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Scoped {
    pub(crate) subject: Subject,
    /// The query as it was typed, as a tree.
    pub(crate) typed: Expr,
    /// Scope AND range AND query, bound: the only thing that is ever read with.
    pub(crate) bound: Expr,
    pub(crate) range: (Option<Time>, Option<Time>),
    binding: Binding,
}

impl Scoped {
    /// Decides, parses and binds.
    pub(crate) fn new(caller: &Caller, scope: &Scope, question: Question<'_>, now: Time) -> Result<Self, ViewError> {
        let subject = scope.allowed(caller)?;
        let typed = parse(question.q, question.zone).map_err(ViewError::Query)?;
        if let (Some(from), Some(to)) = (question.from, question.to)
            && to < from
        {
            return Err(ViewError::Range { from, to });
        }
        let binding = Binding {
            now,
            me: Some(caller.person.id.clone()),
        };
        let mut scoped = Self {
            subject,
            typed: Expr::All,
            bound: Expr::All,
            range: (question.from, question.to),
            binding,
        };
        scoped.bound = scoped.with(typed.clone(), true);
        scoped.typed = typed;
        Ok(scoped)
    }

    /// Another query in the same scope, with or without the range.
    pub(crate) fn with(&self, typed: Expr, keeps_range: bool) -> Expr {
        let range = if keeps_range { range_expr(self.range) } else { Expr::All };
        self.subject.expr().and(range).and(typed.bind(&self.binding))
    }

    /// The query with its range, bound, without the scope: what an export's row and an activity's metadata say.
    pub(crate) fn text(&self) -> String {
        range_expr(self.range)
            .and(self.typed.clone().bind(&self.binding))
            .to_string()
    }
}

fn range_expr(range: (Option<Time>, Option<Time>)) -> Expr {
    match range {
        (None, None) => Expr::All,
        (from, to) => Term::At(vec![AtRange::between(from, to)]).into(),
    }
}
