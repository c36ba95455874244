//! Writing a mail into the queue, inside the caller's transaction.

use std::sync::Arc;

use store::accounts::mail::{self, MailRow};

use super::letters::Letter;
use crate::accounts::Unavailable;
use crate::ids::{Prefix, new_id};
use crate::{App, Tx};

/// Keeps the letter with the change that causes it: both or neither.
pub(crate) async fn write(app: &App, tx: &mut Tx, letter: Letter) -> Result<(), Unavailable> {
    let now = app.now();
    let has_server = app.settings().mail.smtp_url.is_some();
    let row = MailRow {
        id: new_id(app, Prefix::Mail),
        account_id: letter.account_id,
        recipient: letter.recipient,
        kind: letter.kind.to_owned(),
        subject: letter.subject,
        body: letter.body,
        state: if has_server { "queued" } else { "outbox" }.to_owned(),
        attempts: 0,
        next_attempt_at: now,
        last_error: None,
        created_at: now,
        finished_at: None,
    };
    mail::insert(tx.conn(), &row).await?;
    if !has_server {
        // Nothing else looks after the queue then.
        mail::delete_old(tx.conn(), now.plus(-super::send::KEEP)).await?;
    }
    let written = Arc::clone(app.mail_written());
    tx.on_commit(move || {
        if has_server {
            written.notify_one();
        } else {
            // There is no other way for the link to reach anybody: the embedded default has no mail server.
            tracing::info!(
                to = row.recipient,
                subject = row.subject,
                text = row.body,
                "mail kept in the outbox"
            );
        }
    });
    Ok(())
}
