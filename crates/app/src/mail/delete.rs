//! Deleting a mail from the outbox.

use store::accounts::mail;

use super::send::facts_of;
use crate::{App, Caller, ChangeError};

/// Deletes it. A link it carries works on until it expires.
pub async fn delete(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let row = mail::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    mail::delete(&mut tx, id).await?;
    let deleted = facts_of(app, &mut tx, Some(caller), "mail.deleted", &row).await?;
    Ok(tx.commit(deleted).await?)
}
