//! Declining a wish to be erased.

use store::erasures::{self, Decided, RequestState};

use crate::holds::reason_of;
use crate::{App, Caller, ChangeError, Unavailable, facts};

/// Declines a wish that waits; why is told to whoever asked, and kept in the log.
///
/// # Errors
/// [`ChangeError::NotFound`] if none of this id waits, [`ChangeError::Invalid`] without a reason.
pub async fn decline(app: &App, caller: &Caller, id: &str, why: &str) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let decided = Decided {
        by: serde_json::to_string(&caller.person).map_err(Unavailable::new)?,
        at: app.now(),
        why: reason_of(why, "it is declined")?,
    };
    let mut tx = app.begin().await?;
    let row = erasures::by_id(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let person = row.person.as_deref().ok_or(ChangeError::NotFound)?;
    let person = serde_json::from_str(person).map_err(Unavailable::new)?;
    if !erasures::decide(&mut tx, id, RequestState::Declined, &decided).await? {
        return Err(ChangeError::NotFound);
    }
    let mut declined = facts::about(app, caller, "erasure.declined", &person);
    declined
        .metadata
        .insert("reason".to_owned(), facts::shortened(&decided.why));
    Ok(tx.commit(declined).await?)
}
