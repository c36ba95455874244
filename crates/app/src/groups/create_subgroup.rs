//! Creating a subgroup, one level down.

use super::get::get_in;
use super::standing::managed;
use super::{Group, NewGroup, create};
use crate::{App, Begun, Caller, ChangeError};

/// Creates a subgroup of a group that the caller manages.
pub async fn create_subgroup(app: &App, caller: &Caller, parent_id: &str, new: NewGroup) -> Result<Group, ChangeError> {
    caller.check_change()?;
    let mut tx = match app
        .begin_once::<String>(caller, "groups/create_subgroup", &(parent_id, &new))
        .await?
    {
        Begun::Now(tx) => tx,
        Begun::Before(mut tx, id) => return get_in(&mut tx, caller, &id).await,
    };
    let (parent, _) = managed(&mut tx, caller, parent_id).await?;
    // Guarantee: one level. The parent is locked, and a group's parent never changes.
    if parent.parent.is_some() {
        return Err(ChangeError::conflict(
            "This is a subgroup itself, and subgroups have none. Create the group beside it.",
        ));
    }
    let (id, activities) = create::insert(app, caller, &mut tx, new, Some(parent.named())).await?;
    tx.answered(&id).await?;
    let group = get_in(&mut tx, caller, &id).await?;
    tx.commit(activities).await?;
    Ok(group)
}
