//! The first step of finishing a log-in with a passkey: the browser is asked for one of the account's.

use store::factors::challenge::Purpose as Waits;
use store::passkeys::ceremony::Purpose;
use webauthn_rs::prelude::Passkey as Credential;

use super::Asked;
use super::model::keep;
use super::site::site;
use crate::accounts::{SecondFactorRefused, Unavailable, challenge};
use crate::{App, Visitor};

/// Asks for a passkey of the account whose log-in waits under this token.
pub async fn begin_second_factor(app: &App, visitor: &Visitor, token: &str) -> Result<Asked, SecondFactorRefused> {
    let mut tx = app.store().begin().await?;
    let found = challenge::find(app, visitor, tx.conn(), token, Waits::SecondFactor).await?;
    let account_id = found.ok_or(SecondFactorRefused::Expired)?.account.id;
    let rows = store::passkeys::of(tx.conn(), &account_id).await?;
    let credentials: Result<Vec<Credential>, _> =
        rows.iter().map(|row| serde_json::from_str(&row.credential)).collect();
    let credentials = credentials.map_err(Unavailable::new)?;
    let site = site(app)?.filter(|_| !credentials.is_empty());
    let site = site.ok_or(SecondFactorRefused::Wrong)?;
    let (question, state) = site
        .start_passkey_authentication(&credentials)
        .map_err(Unavailable::new)?;
    let options = serde_json::to_value(&question.public_key).map_err(Unavailable::new)?;
    let token = keep(app, &mut tx, (Purpose::SecondFactor, Some(&account_id)), &state).await?;
    tx.commit().await?;
    Ok(Asked { token, options })
}
