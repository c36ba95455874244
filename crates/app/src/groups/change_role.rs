//! Changing what a member is in a group.

use activity::Change;
use store::accounts::account;
use store::groups::{GroupRole, member};

use super::get_member::get_member_in;
use super::standing::managed;
use super::{Member, group_facts};
use crate::{App, Caller, ChangeError};

/// Sets a member's role, if the membership still has the version `expected` (`None`: whatever it has). Only owners
/// make and unmake owners, and the only owner stays one. The same role leaves no activity.
pub async fn change_role(
    app: &App,
    caller: &Caller,
    group_id: &str,
    account_id: &str,
    role: GroupRole,
    expected: Option<i64>,
) -> Result<Member, ChangeError> {
    caller.check_change()?;
    let mut tx = app.begin().await?;
    let (group, standing) = managed(&mut tx, caller, group_id).await?;
    let row = member::get(&mut tx, group_id, account_id).await?;
    let account = account::get(&mut tx, account_id).await?;
    let (Some(row), Some(account)) = (row, account) else {
        return Err(ChangeError::NotFound);
    };
    if (row.role == GroupRole::Owner || role == GroupRole::Owner) && !standing.owns() {
        return Err(ChangeError::Forbidden);
    }
    if expected.is_some_and(|expected| expected != row.version) {
        return Err(ChangeError::Stale);
    }
    if row.role == role {
        return get_member_in(&mut tx, caller, group_id, account_id).await;
    }
    if !member::set_role(&mut tx, &row, role).await? {
        return Err(ChangeError::conflict(
            "This is the only owner of the group. Make somebody else an owner first.",
        ));
    }
    let code = "group.member_role_changed";
    let mut changed = group_facts::of_member(app, caller, code, &account.person(), &group.named());
    changed.changes = vec![Change {
        field: "role".to_owned(),
        before: Some(row.role.code().to_owned()),
        after: Some(role.code().to_owned()),
    }];
    group_facts::tell(&mut tx, group_id, Some(account_id));
    let member = get_member_in(&mut tx, caller, group_id, account_id).await?;
    tx.commit(changed).await?;
    Ok(member)
}
