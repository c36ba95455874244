//! Starting a session that was created for later.

use store::sessions::{SessionState, presence, session};

use super::access::Access;
use super::join::arrival;
use super::{Session, session_facts};
use crate::{App, Caller, ChangeError};

/// Starts a planned session, with the caller in it: who created it, and who manages the group.
pub async fn start(app: &App, caller: &Caller, id: &str) -> Result<Session, ChangeError> {
    caller.check_change()?;
    let now = app.now();
    let mut tx = app.begin().await?;
    let access = Access::locked(&mut tx, caller, id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    let access = access.managed()?;
    if !access.is_member {
        // An administrator of the installation looks after sessions but takes part only in those of their own groups.
        return Err(ChangeError::Forbidden);
    }
    let host = caller.person.to_string();
    let host = session::Host {
        id: &caller.person.id,
        name: &host,
    };
    if !session::start(&mut tx, id, &host, now).await? {
        return Err(ChangeError::conflict(match access.row.state {
            SessionState::Ended => "This session has ended. Create another.",
            SessionState::Planned | SessionState::Running => "This session has started already. Join it.",
        }));
    }
    presence::insert(&mut tx, arrival(caller, id, now)).await?;
    let row = session::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let facts = ["session.started", "session.joined"].map(|code| session_facts::by(app, caller, code, &row));
    session_facts::tell(&mut tx, &row);
    tx.commit(facts).await?;
    Ok(Session::of(row, 1))
}
