//! The first step of showing with a passkey who asks, before a change that matters.

use store::passkeys::ceremony::Purpose;

use super::Ceremony;
use super::ask::ask;
use crate::factors::asker;
use crate::{App, Caller, ChangeError, Quiet};

/// Asks for one of the caller's own passkeys.
pub async fn begin_confirm(app: &App, caller: &Caller) -> Result<Ceremony, ChangeError> {
    let (account, _) = asker(app, caller).await?;
    let mut tx = app.begin().await?;
    let asked = ask(app, &mut tx, &account.id, Purpose::Confirm).await?;
    let asked =
        asked.ok_or_else(|| ChangeError::conflict("There is no passkey that could be used at this address."))?;
    tx.commit_quietly(Quiet::PasskeyAsked).await?;
    Ok(asked)
}
