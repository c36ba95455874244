//! One group.

use store::groups::list::ListedGroup;
use store::groups::{default_group, member};

use super::{Group, visible};
use crate::accounts::Total;
use crate::{App, Caller, ChangeError};

/// The group with this id, for its members, who manages the group above it, administrators and auditors.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<Group, ChangeError> {
    let mut read = app.store().read().await?;
    let (row, standing) = visible(read.conn(), caller, id).await?;
    let members = member::count(read.conn(), id).await?;
    let default = default_group::of(read.conn(), &caller.person.id).await?;
    let listed = ListedGroup {
        role: store::groups::role_of(read.conn(), id, &caller.person.id).await?,
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
