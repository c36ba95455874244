//! Who may do what in a group. The only place where that is decided.

use store::AnyConnection;
use store::accounts::account;
use store::groups::invitation::InvitationRow;
use store::groups::{self, GroupRow};

use super::Standing;
use crate::{App, Caller, ChangeError, Unavailable};

/// What the caller may do in the group with this id; `None` if there is none that they may know of, and for auditors.
pub async fn standing(app: &App, caller: &Caller, group_id: &str) -> Result<Option<Standing>, Unavailable> {
    let mut read = app.store().read().await?;
    match groups::get(read.conn(), group_id).await? {
        Some(group) => standing_in(read.conn(), caller, &group).await,
        None => Ok(None),
    }
}

/// What the caller may do in this group.
pub(crate) async fn standing_in(
    conn: &mut AnyConnection,
    caller: &Caller,
    group: &GroupRow,
) -> Result<Option<Standing>, Unavailable> {
    if caller.is_administrator() {
        return Ok(Some(Standing::Owner));
    }
    if !caller.may_change() && caller.reads_everything() {
        return Ok(None);
    }
    standing_of(conn, &caller.person.id, group).await
}

/// Whether whoever sent this invitation could still send it: they may log in and manage the group. The command on the
/// machine always may.
pub(super) async fn is_backed(conn: &mut AnyConnection, invitation: &InvitationRow) -> Result<bool, Unavailable> {
    if invitation.invited_by == Caller::command_line().person.id {
        return Ok(true);
    }
    let sender = account::get(&mut *conn, &invitation.invited_by).await?;
    let Some(sender) = sender.filter(|sender| sender.login_enabled) else {
        return Ok(false);
    };
    let Some(group) = groups::get(&mut *conn, &invitation.group.id).await? else {
        return Ok(false);
    };
    if sender.is_administrator {
        return Ok(true);
    }
    let standing = standing_of(conn, &sender.id, &group).await?;
    Ok(!sender.is_auditor && standing.is_some_and(Standing::manages))
}

/// What an account may do in this group by its roles there and above.
async fn standing_of(
    conn: &mut AnyConnection,
    account_id: &str,
    group: &GroupRow,
) -> Result<Option<Standing>, Unavailable> {
    let own = groups::role_of(conn, &group.id, account_id).await?;
    let above = match &group.parent {
        Some(parent) => groups::role_of(conn, &parent.id, account_id).await?,
        None => None,
    };
    // Who manages the group above manages this one; who is a plain member there is a stranger here.
    let above = above.map(Standing::from).filter(|above| above.manages());
    Ok(own.map(Standing::from).into_iter().chain(above).min())
}

/// The group, if the caller may know of it, with what they may do in it (an auditor: nothing).
pub(crate) async fn visible(
    conn: &mut AnyConnection,
    caller: &Caller,
    group_id: &str,
) -> Result<(GroupRow, Option<Standing>), ChangeError> {
    let group = groups::get(conn, group_id).await?.ok_or(ChangeError::NotFound)?;
    let standing = standing_in(conn, caller, &group).await?;
    if standing.is_none() && !caller.reads_everything() {
        return Err(ChangeError::NotFound);
    }
    Ok((group, standing))
}

/// The group with what the caller may do in it, locked for a change that needs them to manage it.
pub(super) async fn managed(
    tx: &mut crate::Tx,
    caller: &Caller,
    group_id: &str,
) -> Result<(GroupRow, Standing), ChangeError> {
    let dialect = tx.dialect();
    let group = groups::group::lock(tx.conn(), group_id, dialect).await?;
    let group = group.ok_or(ChangeError::NotFound)?;
    match standing_in(tx.conn(), caller, &group).await? {
        Some(standing) if standing.manages() => Ok((group, standing)),
        Some(_) => Err(ChangeError::Forbidden),
        None if caller.reads_everything() => Err(ChangeError::Forbidden),
        None => Err(ChangeError::NotFound),
    }
}
