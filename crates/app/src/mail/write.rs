//! Writing a mail into the queue or the outbox, inside the caller's transaction. Its text is wrapped, and nowhere else.

use std::sync::Arc;

use store::accounts::mail::{self, MailRow};

use super::letters::Letter;
use crate::ids::{Prefix, new_id};
use crate::{App, Cell, Tx, Unavailable};

/// Keeps the letter with the change that causes it: both or neither. Without a mail server it goes to the outbox.
pub(crate) async fn write(app: &App, tx: &mut Tx, letter: Letter) -> Result<(), Unavailable> {
    if app.settings().mail.smtp_url.is_none() {
        return keep(app, tx, letter).await;
    }
    insert(app, tx, letter, "queued").await?;
    let written = Arc::clone(app.mail_written());
    tx.on_commit(move || written.notify_one());
    Ok(())
}

/// Keeps the letter in the outbox, where an administrator may have it shown.
pub(crate) async fn keep(app: &App, tx: &mut Tx, letter: Letter) -> Result<(), Unavailable> {
    let id = insert(app, tx, letter, "outbox").await?;
    // The id alone: whoever reads the server's log must not learn what the mail lets its owner do.
    tx.on_commit(move || tracing::info!(mail = id, "mail kept in the outbox"));
    Ok(())
}

async fn insert(app: &App, tx: &mut Tx, letter: Letter, state: &str) -> Result<String, Unavailable> {
    let (now, id) = (app.now(), new_id(app, Prefix::Mail));
    let row = MailRow {
        sealed_body: Some(app.seal(Cell::mail_body(&id), letter.body.as_bytes())),
        id,
        account_id: letter.account_id,
        recipient: letter.recipient,
        kind: letter.kind.to_owned(),
        subject: letter.subject,
        expires_at: letter.expires_at,
        state: state.to_owned(),
        attempts: 0,
        next_attempt_at: now,
        last_error: None,
        created_at: now,
        finished_at: None,
    };
    mail::insert(tx, &row).await?;
    Ok(row.id)
}
