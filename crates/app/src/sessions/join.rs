//! Joining a session that runs. Whoever is refused leaves an activity as well.

use activity::Time;
use store::sessions::attempt;
use store::sessions::presence::{self, Arrival};
use store::sessions::refusal::{self, RefusedJoin};

use super::access::{Access, Refusal};
use super::get::get_in;
use super::{SessionDetails, password, session_facts};
use crate::facts::failed;
use crate::{App, Caller, ChangeError, Quiet, Tx};

/// For so long, whoever is refused for the same reason again is only counted: the log says that somebody tries to
/// join, not every attempt.
const SAME_AGAIN: i64 = 10 * 60 * Time::SECOND;

/// Makes the caller present. Who is already has only come again, perhaps on another device. Returns the session.
pub async fn join(app: &App, caller: &Caller, id: &str, password: Option<&str>) -> Result<SessionDetails, ChangeError> {
    caller.check_change()?;
    let mut read = app.store().read().await?;
    let access = Access::to(&mut read, caller, id).await?;
    drop(read);
    let access = access.ok_or(ChangeError::NotFound)?;
    let mut refusal = access.refusal();
    let checked = refusal.is_none() && access.asks_password();
    if checked {
        refusal = match password.filter(|password| !password.is_empty()) {
            Some(password) => password::verify(app, caller, &access.row, password).await?,
            None => return Err(ChangeError::invalid("password", "This session asks for its password.")),
        };
    }
    let mut tx = app.begin().await?;
    // Guarantee: nobody slips in after the end, the lock, the end of their membership or a new password.
    let now = Access::locked(&mut tx, caller, id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    let changed = now.asks_password() && (!checked || now.row.password_hash != access.row.password_hash);
    let refusal = refusal
        .or_else(|| now.refusal())
        .or(changed.then_some(Refusal::WrongPassword));
    match refusal {
        Some(refusal) => refuse(app, caller, tx, &now, refusal).await,
        None => enter(app, caller, tx, &now).await,
    }
}

/// The coming of the caller on the device they ask from.
pub(super) fn arrival<'a>(caller: &'a Caller, session_id: &'a str, at: Time) -> Arrival<'a> {
    Arrival {
        session_id,
        account_id: &caller.person.id,
        device_id: caller.via.device_id(),
        at,
    }
}

async fn enter(app: &App, caller: &Caller, mut tx: Tx, access: &Access) -> Result<SessionDetails, ChangeError> {
    let (row, arrival) = (&access.row, arrival(caller, &access.row.id, app.now()));
    if !presence::insert(&mut tx, arrival).await? {
        presence::came_again(&mut tx, arrival).await?;
        let session = get_in(&mut tx, caller, &row.id).await?;
        tx.commit_quietly(Quiet::Seen).await?;
        return Ok(session);
    }
    attempt::clear(&mut tx, &row.id, &caller.person.id).await?;
    let facts = session_facts::by(app, caller, "session.joined", row);
    session_facts::tell(&mut tx, row);
    let session = get_in(&mut tx, caller, &row.id).await?;
    tx.commit(facts).await?;
    Ok(session)
}

async fn refuse(
    app: &App,
    caller: &Caller,
    mut tx: Tx,
    access: &Access,
    refusal: Refusal,
) -> Result<SessionDetails, ChangeError> {
    if let Some(more) = due(app, caller, &mut tx, (access, refusal)).await? {
        let facts = session_facts::by(app, caller, "session.join_refused", &access.row);
        let mut facts = failed(facts, refusal.reason());
        if more > 0 {
            facts
                .metadata
                .insert("refused_since_the_last".to_owned(), more.to_string());
        }
        let facts = if access.sees {
            facts
        } else {
            session_facts::nameless(facts)
        };
        tx.commit(facts).await?;
    } else {
        tx.commit_quietly(Quiet::Counted).await?;
    }
    Err(refusal.error(access))
}

/// Whether this refusal is to be logged, with how many of the same were only counted since the last one was.
async fn due(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    (access, refusal): (&Access, Refusal),
) -> Result<Option<u64>, ChangeError> {
    if refusal == Refusal::WrongPassword {
        // Each is an attempt, and only so many of them are let through at all.
        return Ok(Some(0));
    }
    let now = app.now();
    let refused = RefusedJoin {
        account_id: &caller.person.id,
        session_id: &access.row.id,
        reason: refusal.reason().word(),
    };
    Ok(refusal::is_due(tx, refused, now, now.plus(SAME_AGAIN)).await?)
}
