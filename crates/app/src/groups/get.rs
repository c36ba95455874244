//! One group.

use store::AnyConnection;
use store::groups::list::ListedGroup;
use store::groups::{default_group, member};

use super::{Group, visible};
use crate::{App, Caller, ChangeError, Total};

/// The group with this id, for its members, who manages the group above it, administrators and auditors.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<Group, ChangeError> {
    get_in(app.store().read().await?.conn(), caller, id).await
}

/// The same within a transaction: what a change answers is read before it is committed.
pub(super) async fn get_in(conn: &mut AnyConnection, caller: &Caller, id: &str) -> Result<Group, ChangeError> {
    let (row, standing) = visible(conn, caller, id).await?;
    let members = member::count(conn, id).await?;
    let default = default_group::of(conn, &caller.person.id).await?;
    let listed = ListedGroup {
        role: store::groups::role_of(conn, id, &caller.person.id).await?,
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
