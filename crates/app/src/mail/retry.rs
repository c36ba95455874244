//! Sending a waiting mail now, instead of when it is due.

use std::sync::Arc;

use store::accounts::mail;

use super::send::facts_of;
use super::text;
use crate::{App, Caller, ChangeError};

/// Makes it due. A mail that was sent or given up, or whose link has expired, has no text any more.
pub async fn retry(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    if app.settings().mail.smtp_url.is_none() {
        return Err(ChangeError::invalid(
            "mail",
            "There is no mail server: set mail.smtp_url and start again.",
        ));
    }
    let mut tx = app.begin().await?;
    let row = mail::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    if text::has_expired(&row, app.now()) || !mail::make_due(&mut tx, id, app.now()).await? {
        return Err(ChangeError::invalid(
            "mail",
            "The text of this mail is not kept any more, so it cannot be sent.",
        ));
    }
    let retried = facts_of(app, &mut tx, Some(caller), "mail.retried", &row).await?;
    let written = Arc::clone(app.mail_written());
    tx.on_commit(move || written.notify_one());
    Ok(tx.commit(retried).await?)
}
