//! Leaving a group.

use store::groups::{group, member};

use super::group_facts;
use crate::{App, Caller, ChangeError};

/// Ends the caller's own membership. The only owner cannot leave.
pub async fn leave(app: &App, caller: &Caller, group_id: &str) -> Result<(), ChangeError> {
    let mut tx = app.begin().await?;
    let group = group::lock(&mut tx, group_id).await?;
    let group = group.ok_or(ChangeError::NotFound)?;
    if member::get(&mut tx, group_id, &caller.person.id).await?.is_none() {
        return Err(ChangeError::NotFound);
    }
    if !member::delete(&mut tx, group_id, &caller.person.id).await? {
        return Err(ChangeError::conflict(
            "You are the only owner of this group. Make somebody else an owner first, or delete the group.",
        ));
    }
    let left = group_facts::of_member(app, caller, "group.left", &caller.person, &group.named());
    group_facts::tell(&mut tx, group_id, Some(&caller.person.id));
    Ok(tx.commit(left).await?)
}
