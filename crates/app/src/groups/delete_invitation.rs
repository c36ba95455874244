//! Taking an invitation back.

use store::groups::invitation;

use super::group_facts;
use super::invite::target;
use super::standing::managed;
use crate::{App, Caller, ChangeError};

/// Deletes an invitation that waits or has expired: its link no longer works. For who manages the group.
pub async fn delete_invitation(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    caller.check_change()?;
    let mut tx = app.begin().await?;
    let row = invitation::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let (group, _) = managed(&mut tx, caller, &row.group.id).await.map_err(unknown)?;
    if !invitation::delete(&mut tx, id).await? {
        return Err(ChangeError::NotFound);
    }
    let mut deleted = group_facts::of_group(app, caller, "group.invitation_deleted", &group.named());
    deleted.targets = vec![target(&row)];
    group_facts::tell(&mut tx, &group.id, None);
    Ok(tx.commit(deleted).await?)
}

/// Who does not manage a group does not know of its invitations.
pub(super) fn unknown(error: ChangeError) -> ChangeError {
    match error {
        ChangeError::Forbidden => ChangeError::NotFound,
        other => other,
    }
}
