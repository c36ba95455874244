//! Who may do what in a group. The only place where that is decided.

use store::Read;
use store::accounts::account;
use store::groups::invitation::InvitationRow;
use store::groups::{self, GroupRow};

use super::Standing;
use crate::{App, Caller, ChangeError, Unavailable};

/// What the caller may do in the group with this id; `None` if there is none that they may know of, and for auditors.
pub async fn standing(app: &App, caller: &Caller, group_id: &str) -> Result<Option<Standing>, Unavailable> {
    let mut read = app.store().read().await?;
    match groups::get(&mut read, group_id).await? {
        Some(group) => standing_in(&mut read, caller, &group).await,
        None => Ok(None),
    }
}

/// What the caller may do in this group.
pub(crate) async fn standing_in(
    read: &mut Read,
    caller: &Caller,
    group: &GroupRow,
) -> Result<Option<Standing>, Unavailable> {
    if caller.is_administrator() {
        return Ok(Some(Standing::Owner));
    }
    if !caller.may_change() && caller.reads_everything() {
        return Ok(None);
    }
    standing_of(read, &caller.person.id, group).await
}

/// Whether whoever sent this invitation could still send it: they may log in and manage the group. The command on the
/// machine always may.
pub(super) async fn is_backed(read: &mut Read, invitation: &InvitationRow) -> Result<bool, Unavailable> {
    if invitation.invited_by == Caller::command_line().person.id {
        return Ok(true);
    }
    let sender = account::get(read, &invitation.invited_by).await?;
    let Some(sender) = sender.filter(|sender| sender.login_enabled) else {
        return Ok(false);
    };
    let Some(group) = groups::get(read, &invitation.group.id).await? else {
        return Ok(false);
    };
    if sender.is_administrator {
        return Ok(true);
    }
    let standing = standing_of(read, &sender.id, &group).await?;
    Ok(!sender.is_auditor && standing.is_some_and(Standing::manages))
}

/// What an account may do in this group by its roles there and above.
async fn standing_of(read: &mut Read, account_id: &str, group: &GroupRow) -> Result<Option<Standing>, Unavailable> {
    let own = groups::role_of(read, &group.id, account_id).await?;
    let above = match &group.parent {
        Some(parent) => groups::role_of(read, &parent.id, account_id).await?,
        None => None,
    };
    // Who manages the group above manages this one; who is a plain member there is a stranger here.
    let above = above.map(Standing::from).filter(|above| above.manages());
    Ok(own.map(Standing::from).into_iter().chain(above).min())
}

/// The group, if the caller may know of it, with what they may do in it (an auditor: nothing).
pub(crate) async fn visible(
    read: &mut Read,
    caller: &Caller,
    group_id: &str,
) -> Result<(GroupRow, Option<Standing>), ChangeError> {
    let group = groups::get(read, group_id).await?.ok_or(ChangeError::NotFound)?;
    let standing = standing_in(read, caller, &group).await?;
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
    let group = groups::group::lock(tx, group_id).await?;
    let group = group.ok_or(ChangeError::NotFound)?;
    match standing_in(tx, caller, &group).await? {
        Some(standing) if standing.manages() => Ok((group, standing)),
        Some(_) => Err(ChangeError::Forbidden),
        None if caller.reads_everything() => Err(ChangeError::Forbidden),
        None => Err(ChangeError::NotFound),
    }
}
