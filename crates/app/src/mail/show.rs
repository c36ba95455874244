//! Showing an administrator the text of a mail: with it they can do what its owner could, so its owner is told.

use std::fmt;

use store::accounts::mail;

use super::list::Mail;
use super::send::facts_of;
use super::text;
use crate::{App, Caller, ChangeError};

/// A mail with its text.
pub struct ShownMail {
    /// What the outbox lists of it.
    pub mail: Mail,
    /// Plain text.
    pub body: String,
}

impl fmt::Debug for ShownMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShownMail")
            .field("mail", &self.mail)
            .finish_non_exhaustive()
    }
}

/// Shows it, which is an activity of the log of whoever the mail is for.
pub async fn show(app: &App, caller: &Caller, id: &str) -> Result<ShownMail, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let row = mail::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let body = text::of(app, &row).ok_or_else(|| ChangeError::conflict(GONE))?;
    let shown = facts_of(app, &mut tx, Some(caller), "mail.shown", &row).await?;
    tx.commit(shown).await?;
    Ok(ShownMail {
        mail: Mail::of(row, app.now()),
        body,
    })
}

const GONE: &str =
    "The text of this mail is not kept any more: it was sent or given up, or the link in it has expired.";
