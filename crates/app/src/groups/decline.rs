//! Declining an invitation.

use store::groups::invitation;

use super::accept::addressed;
use super::invite::target;
use super::{InvitationKey, group_facts};
use crate::{App, Caller, ChangeError};

/// Uses the invitation up without joining.
pub async fn decline(app: &App, caller: &Caller, key: &InvitationKey) -> Result<(), ChangeError> {
    let mut tx = app.begin().await?;
    let (invitation, account) = addressed(app, caller, &mut tx, key).await?;
    // Guarantee: used once. Of several at once, one deletes the row and the others find nothing.
    if !invitation::take(&mut tx, &invitation.id, app.now()).await? {
        return Err(ChangeError::NotFound);
    }
    let code = "group.invitation_declined";
    let mut declined = group_facts::of_member(app, caller, code, &account.person(), &invitation.group);
    declined.targets = vec![target(&invitation)];
    group_facts::tell(&mut tx, &invitation.group.id, Some(&account.id));
    Ok(tx.commit(declined).await?)
}
