//! Creating a subgroup, one level down.

use super::standing::managed;
use super::{Group, NewGroup, create};
use crate::{App, Caller, ChangeError};

/// Creates a subgroup of a group that the caller manages.
pub async fn create_subgroup(app: &App, caller: &Caller, parent_id: &str, new: NewGroup) -> Result<Group, ChangeError> {
    caller.check_change()?;
    let mut tx = app.begin().await?;
    let (parent, _) = managed(&mut tx, caller, parent_id).await?;
    // Guarantee: one level. The parent is locked, and a group's parent never changes.
    if parent.parent.is_some() {
        return Err(ChangeError::conflict(
            "This is a subgroup itself, and subgroups have none. Create the group beside it.",
        ));
    }
    let (id, activities) = create::insert(app, caller, &mut tx, new, Some(parent.named())).await?;
    tx.commit(activities).await?;
    super::get(app, caller, &id).await
}
