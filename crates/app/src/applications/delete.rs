//! Deleting an application.

use store::applications;

use super::end_all::end_some;
use super::model::target;
use crate::devices::EndReason;
use crate::{Activities, App, Caller, ChangeError, Unavailable, facts};

/// Ends its devices and deletes it; the log keeps its name. An administrator's to do.
pub async fn delete(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut begun = false;
    loop {
        let done = delete_some(app, caller, id).await;
        match done {
            Ok(true) => return Ok(()),
            Ok(false) => begun = true,
            Err(ChangeError::Unavailable(Unavailable::Unchanged(cause))) if begun => {
                tracing::warn!(error = &*cause, id, "an application was deleted only in part");
                let text = "The application is disabled and some of its devices are logged out, but it could not be deleted just now. Delete it once more.";
                return Err(ChangeError::conflict(text));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Deletes it, or ends some of its devices; whether it is gone.
async fn delete_some(app: &App, caller: &Caller, id: &str) -> Result<bool, ChangeError> {
    let mut tx = app.begin().await?;
    let row = applications::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let (forced, more) = end_some(app, &mut tx, &row, EndReason::ApplicationDeleted).await?;
    if more {
        // Nobody signs in while the rest is ended.
        applications::disable(&mut tx, id).await?;
        tx.commit_if_any(forced).await?;
        return Ok(false);
    }
    applications::delete(&mut tx, id).await?;
    let mut deleted = facts::of_installation(app, caller, "application.deleted");
    deleted.targets = vec![target(&row.id, &row.name)];
    tx.commit(Activities::ending(forced, deleted)).await?;
    Ok(true)
}
