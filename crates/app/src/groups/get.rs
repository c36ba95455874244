//! One group.

use store::Read;
use store::groups::list::ListedGroup;
use store::groups::{default_group, member};

use super::{Group, visible};
use crate::{App, Caller, ChangeError, Total};

/// The group with this id, for its members, who manages the group above it, administrators and auditors.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<Group, ChangeError> {
    get_in(&mut app.store().read().await?, caller, id).await
}

/// The same within a transaction: what a change answers is read before it is committed.
pub(super) async fn get_in(read: &mut Read, caller: &Caller, id: &str) -> Result<Group, ChangeError> {
    let (row, standing) = visible(read, caller, id).await?;
    let members = member::count(read, id).await?;
    let default = default_group::of(read, &caller.person.id).await?;
    let listed = ListedGroup {
        role: store::groups::role_of(read, id, &caller.person.id).await?,
        is_default: default.as_deref() == Some(id),
        members,
        row,
    };
    let mut group = Group::of(listed, standing);
    group.members = Total {
        n: members,
        exact: true,
    };
    Ok(group)
}
