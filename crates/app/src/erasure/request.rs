//! Asking to be erased.

use store::erasures::{self, ErasureRequestRow, RequestState};

use crate::ids::{Prefix, new_id};
use crate::{App, Caller, ChangeError, FieldError, Unavailable, Via, facts, limits, names};

/// Asks that the caller be erased; an administrator decides. Asking again while that waits changes nothing.
///
/// # Errors
/// [`ChangeError::Forbidden`] for a program with a key; [`ChangeError::Invalid`] for too long a text.
pub async fn request(app: &App, caller: &Caller, text: &str) -> Result<(), ChangeError> {
    if !matches!(caller.via, Via::Device { .. }) {
        return Err(ChangeError::Forbidden);
    }
    let text = names::tidy(text);
    let mut errors: Vec<FieldError> = Vec::new();
    names::check_text("reason", "text", &text, limits::REASON, &mut errors);
    if !errors.is_empty() {
        return Err(ChangeError::Invalid(errors));
    }
    let row = ErasureRequestRow {
        id: new_id(app, Prefix::ErasureRequest),
        state: RequestState::Waiting,
        by_themself: true,
        person_id: Some(caller.person.id.clone()),
        person: Some(serde_json::to_string(&caller.person).map_err(Unavailable::new)?),
        reason: text,
        asked_at: app.now(),
        decided: None,
        erasure: None,
        removed: None,
        receipt: None,
    };
    let mut tx = app.begin().await?;
    if erasures::waiting_of(&mut tx, &caller.person.id).await?.is_some() {
        return Ok(());
    }
    erasures::insert(&mut tx, &row).await?;
    let asked = facts::about(app, caller, "erasure.requested", &caller.person);
    Ok(tx.commit(asked).await?)
}
