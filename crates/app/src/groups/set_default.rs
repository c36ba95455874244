//! Choosing the group one works in unless one says otherwise.

use store::groups::{self, default_group};

use super::get::get_in;
use super::{Group, group_facts};
use crate::{App, Caller, ChangeError};

/// Makes a group the caller's default. They must be a member of it; it ends with the membership. The same group again
/// leaves no activity.
pub async fn set_default(app: &App, caller: &Caller, group_id: &str) -> Result<Group, ChangeError> {
    let mut tx = app.begin().await?;
    let group = groups::get(&mut tx, group_id).await?.ok_or(ChangeError::NotFound)?;
    let role = groups::role_of(&mut tx, group_id, &caller.person.id).await?;
    if role.is_none() {
        return Err(ChangeError::NotFound);
    }
    if !default_group::set(&mut tx, &caller.person.id, group_id).await? {
        return get_in(&mut tx, caller, group_id).await;
    }
    let set = group_facts::of_member(app, caller, "user.default_group_set", &caller.person, &group.named());
    group_facts::tell(&mut tx, group_id, Some(&caller.person.id));
    let group = get_in(&mut tx, caller, group_id).await?;
    tx.commit(set).await?;
    Ok(group)
}
