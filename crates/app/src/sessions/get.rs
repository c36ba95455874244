//! One session, and what the caller may do with it.

use store::Read;
use store::sessions::presence;

use super::access::Access;
use super::{Session, SessionDetails};
use crate::{App, Caller, ChangeError};

/// The session: for members of its group, who manages the group above it, administrators and auditors.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<SessionDetails, ChangeError> {
    get_in(&mut app.store().read().await?, caller, id).await
}

/// The same within a transaction: what a change answers is read before it is committed.
pub(super) async fn get_in(read: &mut Read, caller: &Caller, id: &str) -> Result<SessionDetails, ChangeError> {
    let access = Access::to(read, caller, id).await?;
    let access = access.filter(|access| access.sees).ok_or(ChangeError::NotFound)?;
    let present = presence::count(read, id).await?;
    let running = access.row.state == store::sessions::SessionState::Running;
    Ok(SessionDetails {
        is_present: access.is_present,
        may_join: running && access.is_member,
        asks_password: access.asks_password(),
        is_locked_out: access.is_locked_out(),
        may_manage: access.manages && access.row.state != store::sessions::SessionState::Ended,
        session: Session::of(access.row, present),
    })
}
