//! Creating a session of a group, for later or to start at once.

use activity::Named;
use store::groups;
use store::sessions::presence;
use store::sessions::{SessionRow, SessionState, session};

use super::access::is_member;
use super::join::arrival;
use super::{Session, password, session_facts};
use crate::groups::visible;
use crate::ids::{Prefix, new_id};
use crate::{Activities, App, Begun, Caller, ChangeError, FieldError, limits, names};

/// What is typed for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewSession {
    /// The group it is of.
    pub group_id: String,
    /// Name.
    pub name: String,
    /// Password that joining asks for.
    pub password: Option<String>,
    /// Whether it starts now, with the caller in it.
    pub start: bool,
}

/// Creates a session; any member of the group may, and looks after it then.
pub async fn create(app: &App, caller: &Caller, new: NewSession) -> Result<Session, ChangeError> {
    caller.check_change()?;
    let mut errors = Vec::new();
    let name = checked_name(&new.name, &mut errors);
    let secret = new.password.as_deref().filter(|password| !password.is_empty());
    if let Some(secret) = secret {
        password::check(secret, &mut errors);
    }
    if !errors.is_empty() {
        return Err(ChangeError::Invalid(errors));
    }
    let password_hash = match secret {
        Some(secret) => Some(password::hash(app, secret).await?),
        None => None,
    };
    // Of the password only that there is one: what is kept of a request is no place for secrets.
    let asked = (&new.group_id, &name, password_hash.is_some(), new.start);
    let mut tx = match app.begin_once::<String>(caller, "sessions/create", &asked).await? {
        Begun::Now(tx) => tx,
        Begun::Before(mut tx, id) => {
            return super::get::get_in(&mut tx, caller, &id)
                .await
                .map(|found| found.session);
        }
    };
    groups::group::lock(&mut tx, &new.group_id).await?;
    let (group, _) = visible(&mut tx, caller, &new.group_id).await?;
    if !is_member(&mut tx, &group, &caller.person.id).await? {
        return Err(ChangeError::Forbidden);
    }
    let row = row(app, caller, group.named(), (name, password_hash), new.start);
    session::insert(&mut tx, &row).await?;
    let mut facts = Activities::from(session_facts::by(app, caller, "session.created", &row));
    if new.start {
        presence::insert(&mut tx, arrival(caller, &row.id, row.created_at)).await?;
        facts.push(session_facts::by(app, caller, "session.started", &row));
        facts.push(session_facts::by(app, caller, "session.joined", &row));
    }
    tx.answered(&row.id).await?;
    session_facts::tell(&mut tx, &row);
    tx.commit(facts).await?;
    Ok(Session::of(row, u64::from(new.start)))
}

fn row(
    app: &App,
    caller: &Caller,
    group: Named,
    (name, password_hash): (String, Option<String>),
    start: bool,
) -> SessionRow {
    let now = app.now();
    SessionRow {
        id: new_id(app, Prefix::Session),
        group,
        name,
        password_hash,
        locked: false,
        state: match start {
            true => SessionState::Running,
            false => SessionState::Planned,
        },
        host_id: caller.person.id.clone(),
        host_name: caller.person.to_string(),
        created_at: now,
        started_at: start.then_some(now),
        ended_at: None,
        state_at: now,
        version: 1,
    }
}

/// The name, tidied; what is wrong with it goes to `errors`.
pub(super) fn checked_name(typed: &str, errors: &mut Vec<FieldError>) -> String {
    let name = names::tidy(typed);
    if name.is_empty() {
        errors.push(FieldError::new(
            "name",
            "Give the session a name, such as Weekly review.",
        ));
    }
    names::check_text("name", "name", &name, limits::SESSION_NAME, errors);
    name
}
