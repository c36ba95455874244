//! Logging a browser out by its cookie alone, where its account may not go on from here: the way out is always open.

use store::accounts::{account, device};

use super::end::{EndReason, end};
use crate::tokens::token_hash;
use crate::{App, Unavailable, Visitor, facts};

/// Ends the device whose token came along. Doing it twice, or without one, changes nothing.
pub async fn log_out_browser(app: &App, visitor: &Visitor) -> Result<(), Unavailable> {
    let Some(token) = visitor.device_token.as_deref() else {
        return Ok(());
    };
    let mut tx = app.begin().await?;
    let Some(device) = device::by_token(&mut tx, &token_hash(token)).await? else {
        return Ok(());
    };
    let Some(account) = account::get(&mut tx, &device.account_id).await? else {
        return Ok(());
    };
    end(app, &mut tx, &[device], EndReason::LoggedOut).await?;
    tx.commit(facts::by_visitor(app, visitor, "user.logout", &account.person()))
        .await
}
