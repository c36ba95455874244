//! Taking a wish to be erased back.

use store::erasures::{self, Decided, RequestState};

use crate::{App, Caller, ChangeError, Unavailable, Via, facts};

/// Takes the caller's own wish back, while nobody decided.
///
/// # Errors
/// [`ChangeError::NotFound`] if none waits.
pub async fn withdraw(app: &App, caller: &Caller) -> Result<(), ChangeError> {
    if !matches!(caller.via, Via::Device { .. }) {
        return Err(ChangeError::Forbidden);
    }
    let decided = Decided {
        by: serde_json::to_string(&caller.person).map_err(Unavailable::new)?,
        at: app.now(),
        why: String::new(),
    };
    let mut tx = app.begin().await?;
    let row = erasures::waiting_of(&mut tx, &caller.person.id).await?;
    let row = row.ok_or(ChangeError::NotFound)?;
    erasures::decide(&mut tx, &row.id, RequestState::Withdrawn, &decided).await?;
    let withdrawn = facts::about(app, caller, "erasure.withdrawn", &caller.person);
    Ok(tx.commit(withdrawn).await?)
}
