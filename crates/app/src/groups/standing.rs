//! Who may do what in a group. The only place where that is decided.

use store::AnyConnection;
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
    let own = groups::role_of(conn, &group.id, &caller.person.id).await?;
    let above = match &group.parent {
        Some(parent) => groups::role_of(conn, &parent.id, &caller.person.id).await?,
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
