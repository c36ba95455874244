//! Sending a code by SMS for the second step of a log-in.

use store::factors::challenge::Purpose;
use store::factors::{second_factor, sms_code};

use super::challenge;
use crate::factors::{SendRefused, send_code};
use crate::{App, Visitor, facts};

/// Sends a code to the number of the account whose half-finished log-in has this token.
pub async fn send_log_in_code(app: &App, visitor: &Visitor, token: &str) -> Result<(), SendRefused> {
    let mut tx = app.begin().await?;
    let found = challenge::find(app, visitor, &mut tx, token, Purpose::SecondFactor).await?;
    let account = found.ok_or(SendRefused::Expired)?.account;
    let phone = second_factor::get(&mut tx, &account.id).await?.phone;
    let phone = phone.ok_or(SendRefused::Expired)?;
    let asked = facts::by_visitor(app, visitor, "user.sms_code_requested", &account.person());
    send_code(app, tx, &account, &phone, (sms_code::Purpose::LogIn, asked)).await
}
