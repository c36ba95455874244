//! Putting somebody into a group without an invitation, as an administrator of the installation.

use store::accounts::account;
use store::groups::member::{self, MemberRow};
use store::groups::{GroupRole, group};

use super::get_member::get_member_in;
use super::{Member, group_facts};
use crate::{App, Caller, ChangeError};

/// Makes the account a member with this role. For administrators of the installation: anybody else invites.
pub async fn add_member(
    app: &App,
    caller: &Caller,
    group_id: &str,
    account_id: &str,
    role: GroupRole,
) -> Result<Member, ChangeError> {
    caller.check_change()?;
    let mut tx = app.begin().await?;
    if !caller.is_administrator() {
        super::standing::managed(&mut tx, caller, group_id).await?;
        return Err(ChangeError::Forbidden);
    }
    let group = group::lock(&mut tx, group_id).await?;
    let group = group.ok_or(ChangeError::NotFound)?;
    let Some(account) = account::get(&mut tx, account_id).await? else {
        let text = format!("There is no user `{account_id}`; give the id of an account.");
        return Err(ChangeError::invalid("user_id", text));
    };
    let row = MemberRow {
        group_id: group.id.clone(),
        account_id: account.id.clone(),
        role,
        joined_at: app.now(),
        version: 1,
    };
    if !member::insert(&mut tx, &row).await? {
        return Err(ChangeError::conflict(
            "This user is a member of the group already; change the role instead.",
        ));
    }
    let mut added = group_facts::of_member(app, caller, "group.member_added", &account.person(), &group.named());
    added.metadata.insert("role".to_owned(), role.code().to_owned());
    group_facts::tell(&mut tx, group_id, Some(account_id));
    let member = get_member_in(&mut tx, caller, group_id, account_id).await?;
    tx.commit(added).await?;
    Ok(member)
}
