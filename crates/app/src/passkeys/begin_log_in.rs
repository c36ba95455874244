//! The first step of logging in with a passkey alone: the browser is asked for any passkey of this site.

use store::passkeys::ceremony::{self, Purpose};

use super::Ceremony;
use super::model::keep;
use super::site::site;
use crate::{App, Quiet, Unavailable, Visitor};

/// Most questions that wait at once and belong to nobody; more are refused until some expire.
const MOST_WAITING: u64 = 20_000;

/// Asks for a passkey; `None` where passkeys cannot work. Says nothing about any account.
pub async fn begin_log_in(app: &App, _visitor: &Visitor) -> Result<Option<Ceremony>, Unavailable> {
    let Some(site) = site(app)? else { return Ok(None) };
    let (question, state) = site.start_discoverable_authentication().map_err(Unavailable::new)?;
    let options = serde_json::to_value(&question.public_key).map_err(Unavailable::new)?;
    let mut tx = app.begin().await?;
    let token = keep(app, &mut tx, (Purpose::LogIn, None), &state).await?;
    if ceremony::count_anonymous(&mut tx).await? > MOST_WAITING {
        return Err(Unavailable::new("too many log-ins with a passkey were begun"));
    }
    tx.commit_quietly(Quiet::PasskeyAsked).await?;
    Ok(Some(Ceremony { token, options }))
}
