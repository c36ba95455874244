//! Removing somebody from a group.

use store::accounts::account;
use store::groups::{GroupRole, member};

use super::standing::managed;
use super::{group_facts, leave};
use crate::{App, Caller, ChangeError};

/// Ends the membership of an account. Only owners remove owners, and the only owner stays; to remove oneself is to
/// leave.
pub async fn remove_member(app: &App, caller: &Caller, group_id: &str, account_id: &str) -> Result<(), ChangeError> {
    caller.check_change()?;
    if account_id == caller.person.id {
        return leave(app, caller, group_id).await;
    }
    let mut tx = app.begin().await?;
    let (group, standing) = managed(&mut tx, caller, group_id).await?;
    let row = member::get(&mut tx, group_id, account_id).await?;
    let account = account::get(&mut tx, account_id).await?;
    let (Some(row), Some(account)) = (row, account) else {
        return Err(ChangeError::NotFound);
    };
    if row.role == GroupRole::Owner && !standing.owns() {
        return Err(ChangeError::Forbidden);
    }
    if !member::delete(&mut tx, group_id, account_id).await? {
        return Err(ChangeError::conflict(
            "This is the only owner of the group. Make somebody else an owner first, or delete the group.",
        ));
    }
    let removed = group_facts::of_member(app, caller, "group.member_removed", &account.person(), &group.named());
    group_facts::tell(&mut tx, group_id, Some(account_id));
    Ok(tx.commit(removed).await?)
}
