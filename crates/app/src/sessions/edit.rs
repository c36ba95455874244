//! Renaming a session, locking and unlocking it, giving it another password or none.

use activity::{Change, Facts};
use store::sessions::{SessionRow, SessionState, attempt, presence, session};

use super::access::Access;
use super::create::checked_name;
use super::{Session, password, session_facts};
use crate::{App, Caller, ChangeError};

/// What is to be different; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditSession {
    /// Name.
    pub name: Option<String>,
    /// Password that joining asks for; the inner `None` for none.
    pub password: Option<Option<String>>,
    /// Whether nobody else may join.
    pub locked: Option<bool>,
    /// The version the caller has seen; `None` for whatever it is now.
    pub version: Option<i64>,
}

/// Edits a session that has not ended: who looks after it, and who manages its group.
pub async fn edit(app: &App, caller: &Caller, id: &str, edit: EditSession) -> Result<Session, ChangeError> {
    caller.check_change()?;
    let mut errors = Vec::new();
    let name = edit.name.as_deref().map(|name| checked_name(name, &mut errors));
    let secret = edit.password.map(|password| password.filter(|text| !text.is_empty()));
    if let Some(Some(secret)) = &secret {
        password::check(secret, &mut errors);
    }
    if !errors.is_empty() {
        return Err(ChangeError::Invalid(errors));
    }
    let hash = match secret {
        Some(Some(secret)) => Some(Some(password::hash(app, &secret).await?)),
        Some(None) => Some(None),
        None => None,
    };
    let mut tx = app.begin().await?;
    let access = Access::locked(&mut tx, caller, id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    let before = access.managed()?.row;
    if before.state == SessionState::Ended {
        return Err(ChangeError::conflict("This session has ended; it stays as it was."));
    }
    let after = SessionRow {
        name: name.unwrap_or_else(|| before.name.clone()),
        password_hash: hash.unwrap_or_else(|| before.password_hash.clone()),
        locked: edit.locked.unwrap_or(before.locked),
        version: edit.version.unwrap_or(before.version),
        ..before.clone()
    };
    if after.version != before.version {
        return Err(ChangeError::Stale);
    }
    let facts = differences(app, caller, &before, &after);
    if !facts.is_empty() {
        if !session::edit(&mut tx, &after).await? {
            return Err(ChangeError::Stale);
        }
        if before.password_hash != after.password_hash {
            attempt::clear_all(&mut tx, id).await?;
        }
    }
    let row = session::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let present = presence::count(&mut tx, id).await?;
    session_facts::tell(&mut tx, &row);
    tx.commit_if_any(facts).await?;
    Ok(Session::of(row, present))
}

/// What the log says of the difference; nothing if there is none.
fn differences(app: &App, caller: &Caller, before: &SessionRow, after: &SessionRow) -> Vec<Facts> {
    let mut facts = Vec::new();
    if before.name != after.name || before.password_hash != after.password_hash {
        let mut edited = session_facts::by(app, caller, "session.edited", after);
        if before.name != after.name {
            edited.changes.push(Change {
                field: "name".to_owned(),
                before: Some(before.name.clone()),
                after: Some(after.name.clone()),
            });
        }
        let password = match (&before.password_hash, &after.password_hash) {
            (None, Some(_)) => Some("set"),
            (Some(_), None) => Some("removed"),
            (Some(old), Some(new)) if old != new => Some("changed"),
            _ => None,
        };
        if let Some(password) = password {
            edited.metadata.insert("password".to_owned(), password.to_owned());
        }
        facts.push(edited);
    }
    if before.locked != after.locked {
        let code = if after.locked {
            "session.locked"
        } else {
            "session.unlocked"
        };
        facts.push(session_facts::by(app, caller, code, after));
    }
    facts
}
