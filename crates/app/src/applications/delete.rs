//! Deleting an application.

use store::applications;

use super::end_all::end_some;
use super::model::target;
use crate::accounts::{ChangeError, EndReason};
use crate::activity::facts;
use crate::{Activities, App, Caller};

/// Ends its devices and deletes it; the log keeps its name. An administrator's to do.
pub async fn delete(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    loop {
        let mut tx = app.begin().await?;
        let row = applications::get(tx.conn(), id).await?.ok_or(ChangeError::NotFound)?;
        let (forced, more) = end_some(app, &mut tx, &row, EndReason::ApplicationDeleted).await?;
        if more {
            // Nobody signs in while the rest is ended.
            applications::disable(tx.conn(), id).await?;
            tx.commit_if_any(forced).await?;
            continue;
        }
        applications::delete(tx.conn(), id).await?;
        let mut deleted = facts::of_installation(app, caller, "application.deleted");
        deleted.targets = vec![target(&row.id, &row.name)];
        return Ok(tx.commit(Activities::ending(forced, deleted)).await?);
    }
}
