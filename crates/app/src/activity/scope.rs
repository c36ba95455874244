//! Whose rows a caller may see: a scope is decided here and becomes part of the query before anything is read.

use activity::query::{AtRange, Binding, Entity, Expr, Term, Value, parse};
use activity::{Activity, Named, Time};
use jiff::tz::TimeZone;

use super::disclosure::GuardedLook;
use super::meant::{Meant, meant};
use super::reads;
use super::view::{ViewError, count};
use crate::{App, Caller, Via, groups};

/// Whose log is viewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogScope {
    /// The caller's own.
    Me,
    /// The log of the user with this id.
    User(String),
    /// What happened in the group with this id and in its subgroups.
    Group(String),
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
    /// That of a group with its subgroups.
    Group {
        /// The group as it is named now, with an empty name if it is gone.
        group: Named,
        /// It and its subgroups.
        ids: Vec<String>,
    },
    /// Everybody's.
    Everybody,
}

impl LogScope {
    /// Decides whether `caller` may read this scope. The only place where that is decided.
    pub(crate) async fn allowed(&self, app: &App, caller: &Caller) -> Result<Subject, ViewError> {
        if !caller.may_read() {
            return Err(ViewError::Forbidden);
        }
        match self {
            Self::Me => Ok(Subject::Own(caller.person.id.clone())),
            Self::User(id) if *id == caller.person.id => Ok(Subject::Own(id.clone())),
            Self::User(id) if caller.reads_everything() => Ok(Subject::Other(id.clone())),
            Self::Everything if caller.reads_everything() => Ok(Subject::Everybody),
            Self::Group(id) => group(app, caller, id).await,
            Self::User(_) | Self::Everything => Err(ViewError::Forbidden),
        }
    }

    /// The scope in which `caller` sees this row, once it is known that they may.
    #[must_use]
    pub fn showing(caller: &Caller, row: &Activity) -> Self {
        let is_own = row.user.as_ref().is_some_and(|user| user.id == caller.person.id);
        match &row.group {
            _ if caller.reads_everything() => Self::Everything,
            Some(group) if !is_own => Self::Group(group.id.clone()),
            _ => Self::Me,
        }
    }
}

/// The log of a group is its managers' and of those who read everything. Members are told that they may not; to
/// anybody else there is no such group.
async fn group(app: &App, caller: &Caller, id: &str) -> Result<Subject, ViewError> {
    let mut read = app.store().glance().await?;
    let found = store::groups::get(&mut read, id).await?;
    let standing = match &found {
        Some(group) => groups::standing_in(&mut read, caller, group).await?,
        None => None,
    };
    match standing {
        _ if caller.reads_everything() => {}
        Some(standing) if standing.manages() => {}
        Some(_) => return Err(ViewError::Forbidden),
        None => return Err(ViewError::NoSuchGroup),
    }
    let mut ids = store::groups::managed_group_ids(&mut read, id).await?;
    if ids.is_empty() {
        // A deleted group: what happened in it stays, under its id.
        ids.push(id.to_owned());
    }
    let group = Named {
        id: id.to_owned(),
        name: found.map(|group| group.name).unwrap_or_default(),
    };
    Ok(Subject::Group { group, ids })
}

impl Subject {
    /// The condition that holds for every row of this scope and for no other.
    pub(crate) fn expr(&self) -> Expr {
        match self {
            Self::Own(id) | Self::Other(id) => Expr::user_id(id.as_str()),
            // By id alone, which no name of a group can imitate.
            Self::Group { ids, .. } => Term::Group(ids.iter().cloned().map(Entity::Id).collect()).into(),
            Self::Everybody => Expr::All,
        }
    }

    /// The group, if it is one's log.
    pub(crate) fn group(&self) -> Option<&Named> {
        match self {
            Self::Group { group, .. } => Some(group),
            Self::Own(_) | Self::Other(_) | Self::Everybody => None,
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
#[derive(Debug)]
pub(crate) struct Scoped {
    /// The log as of when it was asked: all that belongs to it has one deadline, and agrees.
    pub(crate) log: GuardedLook,
    pub(crate) subject: Subject,
    /// The query as it was typed, as a tree.
    pub(crate) typed: Expr,
    /// Scope AND range AND query, bound: the only thing that is ever read with.
    pub(crate) bound: Expr,
    pub(crate) range: (Option<Time>, Option<Time>),
    /// Accounts that the names in the query mean today; their earlier rows are found as well.
    pub(crate) meant: Vec<Meant>,
    binding: Binding,
    /// Whether reads of the log are left out where the query does not ask for them.
    hides_reads: bool,
}

impl Scoped {
    /// Decides, parses and binds.
    pub(crate) async fn new(
        app: &App,
        caller: &Caller,
        scope: &LogScope,
        question: Question<'_>,
    ) -> Result<Self, ViewError> {
        let subject = scope.allowed(app, caller).await?;
        let typed = parse(question.q, question.zone).map_err(ViewError::Query)?;
        if let (Some(from), Some(to)) = (question.from, question.to)
            && to < from
        {
            return Err(ViewError::Range { from, to });
        }
        let binding = Binding {
            now: app.now(),
            me: Some(caller.person.id.clone()),
        };
        let mut scoped = Self {
            log: app.look(caller).await?,
            subject,
            typed: Expr::All,
            bound: Expr::All,
            range: (question.from, question.to),
            meant: meant(app, caller, &typed).await?,
            binding,
            hides_reads: false,
        };
        scoped.bound = scoped.with(typed.clone(), true);
        scoped.typed = typed;
        // A group that is gone, or of another system, is there as long as the log has a row of it.
        let is_gone = scoped.subject.group().is_some_and(|group| group.name.is_empty());
        if is_gone && count(&scoped, &scoped.subject.expr(), 1).await?.n == 0 {
            return Err(ViewError::NoSuchGroup);
        }
        Ok(scoped)
    }

    /// The same without a deadline: for what is bounded otherwise.
    pub(crate) fn unhurried(self) -> Self {
        Self {
            log: self.log.unhurried(),
            ..self
        }
    }

    /// The same without reads of the log if `hides`, unless it is the reader's own log or the query asks for them.
    pub(crate) fn hiding_reads(mut self, hides: bool) -> Self {
        self.hides_reads = hides && !matches!(self.subject, Subject::Own(_));
        self.bound = self.with(self.typed.clone(), true);
        self
    }

    /// The reads that would be among what matches, bound; `None` where none are left out.
    pub(super) fn hidden(&self) -> Option<Expr> {
        let all = || self.whole(self.typed.clone(), true).and(reads::reads());
        self.hides_from(&self.typed).then(all)
    }

    fn hides_from(&self, typed: &Expr) -> bool {
        self.hides_reads && !reads::are_asked_for(typed)
    }

    /// Another query in the same scope, with or without the range.
    pub(crate) fn with(&self, typed: Expr, keeps_range: bool) -> Expr {
        match self.hides_from(&typed) {
            true => self.whole(typed, keeps_range).and(reads::reads().negated()),
            false => self.whole(typed, keeps_range),
        }
    }

    fn whole(&self, typed: Expr, keeps_range: bool) -> Expr {
        let range = if keeps_range {
            range_expr(self.range.0, self.range.1)
        } else {
            Expr::All
        };
        self.subject.expr().and(range).and(self.meaning(typed))
    }

    /// What a query means just now: names stand for the accounts that bear them as well, and times are instants.
    fn meaning(&self, typed: Expr) -> Expr {
        let ids = |name: &Value| {
            let known = self.meant.iter().find(|meant| meant.name == *name);
            known.map_or_else(Vec::new, |meant| meant.people.iter().map(|it| it.id.clone()).collect())
        };
        typed.with_ids(&ids).bind(&self.binding)
    }

    /// Reads of the log that are left out, as a condition.
    fn without_hidden(&self, typed: &Expr) -> Expr {
        match self.hides_from(typed) {
            true => reads::reads().negated(),
            false => Expr::All,
        }
    }

    /// As [`Scoped::with`] has it within the range, but with names as they stood in the rows, and nobody's ids.
    pub(crate) fn with_names_alone(&self, typed: Expr) -> Expr {
        let range = range_expr(self.range.0, self.range.1);
        self.subject.expr().and(range).and(typed.bind(&self.binding))
    }

    /// The query with all that it means: read again, whenever that is, it means the same. Scope and range are not in it.
    pub(crate) fn bound_text(&self) -> String {
        let typed = self.meaning(self.typed.clone());
        typed.and(self.without_hidden(&self.typed)).to_string()
    }

    /// The query with its range, bound, without the scope of a person: what an export's row and an activity's
    /// metadata say. A group is not said elsewhere, so it is said here.
    pub(crate) fn text(&self) -> String {
        let scope = match &self.subject {
            Subject::Group { .. } => self.subject.expr(),
            Subject::Own(_) | Subject::Other(_) | Subject::Everybody => Expr::All,
        };
        scope
            .and(range_expr(self.range.0, self.range.1))
            .and(self.typed.clone().bind(&self.binding))
            .and(self.without_hidden(&self.typed))
            .to_string()
    }
}

impl App {
    /// The log as of now for this caller. Waits a moment while they have as many questions under way as they may.
    pub(crate) async fn look(&self, caller: &Caller) -> Result<GuardedLook, ViewError> {
        Ok(match &caller.via {
            Via::ApiKey { id, .. } => self.log().look_of(id).await?,
            Via::Device { .. } | Via::Application { .. } => self.log().look_of(&caller.person.id).await?,
            Via::CommandLine => self.log().look().await?,
        })
    }
}

pub(crate) fn range_expr(from: Option<Time>, to: Option<Time>) -> Expr {
    match (from, to) {
        (None, None) => Expr::All,
        (from, to) => Term::At(vec![AtRange::between(from, to)]).into(),
    }
}
