//! What an export asks of the log, kept with it, so that whoever makes it asks the same, whenever that is.

use activity::query::{Expr, parse};
use activity::{Named, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use store::exports::ExportRow;

use super::ExportError;
use super::rows::asked;
use crate::activity::{LogScope, Question, Scoped, Subject, ViewError, ViewRequest, range_expr};
use crate::{App, Unavailable};

/// The zone of what says its instants itself.
static UTC: TimeZone = TimeZone::UTC;

/// Whose log is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// That of the person with this id.
    Person(String),
    /// What happened in the group with this id and in its subgroups.
    Group(String),
    /// Everybody's.
    Everybody,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Whose log.
    pub whose: Whose,
    /// The query as it was typed.
    pub q: String,
    /// The same in canonical form, with what it said of `me` and of the time filled in.
    bound: String,
    /// Only what happened at or after this.
    pub from: Option<Time>,
    /// Only what happened before this.
    pub to: Option<Time>,
}

impl Asked {
    /// What `scoped` asks for; refused if it could not be read again.
    pub(super) fn of(scoped: &Scoped, view: &ViewRequest) -> Result<Self, ExportError> {
        let bound = scoped.bound_text();
        parse(&bound, &UTC).map_err(ViewError::Query)?;
        Ok(Self {
            whose: match &scoped.subject {
                Subject::Own(id) | Subject::Other(id) => Whose::Person(id.clone()),
                Subject::Group { group, .. } => Whose::Group(group.id.clone()),
                Subject::Everybody => Whose::Everybody,
            },
            q: view.q.clone(),
            bound,
            from: view.from,
            to: view.to,
        })
    }

    /// As the log is asked.
    pub(super) fn question(&self) -> Question<'_> {
        Question {
            q: &self.bound,
            from: self.from,
            to: self.to,
            zone: &UTC,
        }
    }

    /// The scope it was asked in.
    #[must_use]
    pub fn scope(&self) -> LogScope {
        match &self.whose {
            Whose::Person(id) => LogScope::User(id.clone()),
            Whose::Group(id) => LogScope::Group(id.clone()),
            Whose::Everybody => LogScope::Everything,
        }
    }
}

/// All of a scope.
pub(super) fn everything() -> Question<'static> {
    Question {
        q: "",
        from: None,
        to: None,
        zone: &UTC,
    }
}

/// What the file of this row holds: scope AND range AND query. Who asked was allowed it when they asked.
pub(super) async fn expr(app: &App, row: &ExportRow) -> Result<Expr, ExportError> {
    let Some(asked) = asked(row)? else {
        let subject = row.subject_id.clone().ok_or(ExportError::NoSuchUser)?;
        return Ok(Expr::user_id(subject));
    };
    let scope = match &asked.whose {
        Whose::Person(id) => Expr::user_id(id.as_str()),
        Whose::Group(id) => group(app, id).await?.expr(),
        Whose::Everybody => Expr::All,
    };
    let typed = parse(&asked.bound, &UTC).map_err(|error| Unavailable::new(error.message))?;
    Ok(scope.and(range_expr(asked.from, asked.to)).and(typed))
}

async fn group(app: &App, id: &str) -> Result<Subject, ExportError> {
    let mut read = app.store().glance().await?;
    let mut ids = store::groups::managed_group_ids(&mut read, id).await?;
    if ids.is_empty() {
        // A deleted group: what happened in it stays, under its id.
        ids.push(id.to_owned());
    }
    let group = Named {
        id: id.to_owned(),
        name: String::new(),
    };
    Ok(Subject::Group { group, ids })
}
