//! The past of sessions: those that were held and have ended.

use activity::{Named, Person, Time};
use store::sessions::session::{self, SessionRow, SessionState};

use super::at_the_machine;
use crate::{App, Caller, ChangeError, Quiet};

/// A session that was held.
#[derive(Clone, Debug)]
pub struct PastSession {
    /// Its id and name.
    pub named: Named,
    /// The group it was of.
    pub group: Named,
    /// Who started it.
    pub host: Person,
    /// When it was started.
    pub started_at: Time,
    /// When it ended.
    pub ended_at: Time,
}

/// Lists the sessions as ended.
pub async fn sessions(app: &App, caller: &Caller, sessions: &[PastSession]) -> Result<(), ChangeError> {
    at_the_machine(caller)?;
    let rows: Vec<SessionRow> = sessions.iter().map(ended).collect();
    let mut tx = app.begin().await?;
    session::insert_all(&mut tx, &rows).await?;
    tx.commit_quietly(Quiet::Past).await?;
    Ok(())
}

fn ended(past: &PastSession) -> SessionRow {
    SessionRow {
        id: past.named.id.clone(),
        group: past.group.clone(),
        name: past.named.name.clone(),
        password_hash: None,
        locked: false,
        state: SessionState::Ended,
        host_id: past.host.id.clone(),
        host_name: past.host.to_string(),
        created_at: past.started_at,
        started_at: Some(past.started_at),
        ended_at: Some(past.ended_at),
        state_at: past.ended_at,
        version: 1,
    }
}
