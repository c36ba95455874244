//! Asking a browser for one of an account's own passkeys.

use store::passkeys::ceremony::Purpose;
use webauthn_rs::prelude::Passkey as Credential;

use super::Ceremony;
use super::model::keep;
use super::site::site;
use crate::{App, Tx, Unavailable};

/// The question; `None` if the account has no passkey, or passkeys cannot work here.
pub(super) async fn ask(
    app: &App,
    tx: &mut Tx,
    account_id: &str,
    purpose: Purpose,
) -> Result<Option<Ceremony>, Unavailable> {
    let rows = store::passkeys::of(tx, account_id).await?;
    let credentials: Result<Vec<Credential>, _> =
        rows.iter().map(|row| serde_json::from_str(&row.credential)).collect();
    let credentials = credentials.map_err(Unavailable::new)?;
    let Some(site) = site(app)?.filter(|_| !credentials.is_empty()) else {
        return Ok(None);
    };
    let (question, state) = site
        .start_passkey_authentication(&credentials)
        .map_err(Unavailable::new)?;
    let options = serde_json::to_value(&question.public_key).map_err(Unavailable::new)?;
    let token = keep(app, tx, (purpose, Some(account_id)), &state).await?;
    Ok(Some(Ceremony { token, options }))
}
