//! The caller's passkeys.

use super::Passkey;
use crate::{App, Caller, Unavailable};

/// The caller's own passkeys, oldest first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Passkey>, Unavailable> {
    let mut read = app.store().read().await?;
    let rows = store::passkeys::of(&mut read, &caller.person.id).await?;
    Ok(rows.into_iter().map(Passkey::of).collect())
}
