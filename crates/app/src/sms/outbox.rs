//! SMS where no service is set, for development: kept in the outbox that administrators see.

use store::accounts::account::AccountRow;
use store::accounts::mail::{self, MailRow};

use crate::ids::{Prefix, new_id};
use crate::{App, Tx, Unavailable};

/// Keeps the text with the change that causes it.
pub(super) async fn keep(
    app: &App,
    tx: &mut Tx,
    account: &AccountRow,
    to: &str,
    text: &str,
) -> Result<(), Unavailable> {
    let now = app.now();
    let row = MailRow {
        id: new_id(app, Prefix::Mail),
        account_id: Some(account.id.clone()),
        recipient: to.to_owned(),
        kind: "sms".to_owned(),
        subject: "SMS".to_owned(),
        body: text.to_owned(),
        state: "outbox".to_owned(),
        attempts: 0,
        next_attempt_at: now,
        last_error: None,
        created_at: now,
        finished_at: None,
    };
    mail::insert(tx.conn(), &row).await?;
    tx.on_commit(move || tracing::info!(to = row.recipient, text = row.body, "SMS kept in the outbox"));
    Ok(())
}
