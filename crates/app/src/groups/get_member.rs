//! One member of a group.

use store::AnyConnection;
use store::accounts::account;
use store::groups::list::ListedMember;
use store::groups::member;

use super::{Member, Standing, visible};
use crate::{App, Caller, ChangeError};

/// The membership of this account, for whoever sees the group's members.
pub async fn get_member(app: &App, caller: &Caller, group_id: &str, account_id: &str) -> Result<Member, ChangeError> {
    get_member_in(app.store().read().await?.conn(), caller, (group_id, account_id)).await
}

/// The same within a transaction: what a change answers is read before it is committed.
pub(super) async fn get_member_in(
    conn: &mut AnyConnection,
    caller: &Caller,
    (group_id, account_id): (&str, &str),
) -> Result<Member, ChangeError> {
    let (group, standing) = visible(conn, caller, group_id).await?;
    let row = member::get(conn, &group.id, account_id).await?;
    let account = account::get(conn, account_id).await?;
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
