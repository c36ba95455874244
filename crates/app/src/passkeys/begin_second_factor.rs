//! The first step of finishing a log-in with a passkey: the browser is asked for one of the account's.

use store::factors::challenge::Purpose as Waits;
use store::passkeys::ceremony::Purpose;

use super::Ceremony;
use super::ask::ask;
use crate::logging_in::{SecondFactorRefused, challenge};
use crate::{App, Quiet, Visitor};

/// Asks for a passkey of the account whose log-in waits under this token.
pub async fn begin_second_factor(app: &App, visitor: &Visitor, token: &str) -> Result<Ceremony, SecondFactorRefused> {
    let mut tx = app.begin().await?;
    let found = challenge::find(app, visitor, &mut tx, token, Waits::SecondFactor).await?;
    let account_id = found.ok_or(SecondFactorRefused::Expired)?.account.id;
    let asked = ask(app, &mut tx, &account_id, Purpose::SecondFactor).await?;
    let asked = asked.ok_or(SecondFactorRefused::Wrong)?;
    tx.commit_quietly(Quiet::PasskeyAsked).await?;
    Ok(asked)
}
