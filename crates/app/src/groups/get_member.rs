//! One member of a group.

use store::Read;
use store::accounts::account;
use store::groups::list::ListedMember;
use store::groups::member;

use super::{Member, Standing, visible};
use crate::{App, Caller, ChangeError};

/// The membership of this account, for whoever sees the group's members.
pub async fn get_member(app: &App, caller: &Caller, group_id: &str, account_id: &str) -> Result<Member, ChangeError> {
    get_member_in(&mut app.store().read().await?, caller, group_id, account_id).await
}

/// The same within a transaction: what a change answers is read before it is committed.
pub(super) async fn get_member_in(
    read: &mut Read,
    caller: &Caller,
    group_id: &str,
    account_id: &str,
) -> Result<Member, ChangeError> {
    let (group, standing) = visible(read, caller, group_id).await?;
    let row = member::get(read, &group.id, account_id).await?;
    let account = account::get(read, account_id).await?;
    let (Some(row), Some(account)) = (row, account) else {
        return Err(ChangeError::NotFound);
    };
    let listed = ListedMember {
        row,
        account,
        name_key: String::new(),
    };
    Ok(Member::of(listed, standing.is_none_or(Standing::manages)))
}
