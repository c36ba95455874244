//! Sending a code by SMS to somebody signed in who is asked for their second factor.

use store::factors::{second_factor, sms_code};

use super::asker;
use super::send_code::send_code;
use crate::{App, Caller, ChangeError, facts};

/// Sends a code to the caller's own number.
pub async fn send_confirmation_code(app: &App, caller: &Caller) -> Result<(), ChangeError> {
    let (account, _) = asker(app, caller).await?;
    let mut tx = app.begin().await?;
    let phone = second_factor::get(&mut tx, &account.id).await?.phone;
    let phone = phone.ok_or(ChangeError::NotFound)?;
    let asked = facts::about(app, caller, "user.sms_code_requested", &account.person());
    Ok(send_code(app, tx, &account, &phone, (sms_code::Purpose::Confirm, asked)).await?)
}
