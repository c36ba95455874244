//! Placing a legal hold.

use store::holds::{self, HoldRow};

use super::{Hold, meant};
use crate::ids::{Prefix, new_id};
use crate::{App, Caller, ChangeError, FieldError, Unavailable, facts, limits, names};

/// Places a hold on the person who is meant by this: an account's username, e-mail address or id, or an id that only the log names. Somebody may be under several.
///
/// # Errors
/// [`ChangeError::NotFound`] if nobody is known by the id, [`ChangeError::Invalid`] without a reason.
pub async fn place(app: &App, caller: &Caller, typed: &str, reason: &str) -> Result<Hold, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let reason = reason_of(reason, "a hold is placed")?;
    let person = meant(app, caller, typed).await?;
    let person = person.ok_or(ChangeError::NotFound)?;
    let row = HoldRow {
        id: new_id(app, Prefix::Hold),
        person_id: person.id.clone(),
        person: serde_json::to_string(&person).map_err(Unavailable::new)?,
        reason,
        placed_by: serde_json::to_string(&caller.person).map_err(Unavailable::new)?,
        placed_at: app.now(),
    };
    let mut placed = facts::about(app, caller, "hold.placed", &person);
    placed
        .metadata
        .insert("reason".to_owned(), facts::shortened(&row.reason));
    let mut tx = app.begin().await?;
    holds::insert(&mut tx, &row).await?;
    tx.commit(placed).await?;
    Ok(Hold::of(row)?)
}

/// A reason as it is kept: some text, tidy and not too long.
pub(crate) fn reason_of(text: &str, why: &str) -> Result<String, ChangeError> {
    let reason = names::tidy(text);
    let mut errors = Vec::new();
    names::check_text("reason", "reason", &reason, limits::REASON, &mut errors);
    if names::key(&reason).is_empty() {
        let text = format!("Say why {why}: the log keeps it.");
        errors.push(FieldError::new("reason", text));
    }
    match errors.is_empty() {
        true => Ok(reason),
        false => Err(ChangeError::Invalid(errors)),
    }
}
