//! Sending a code by SMS to a number that is to be set up as the second factor while logging in.

use store::factors::challenge::Purpose;
use store::factors::sms_code;

use super::challenge;
use crate::factors::{SendRefused, number, send_code};
use crate::{App, Visitor, facts};

/// Sends a code to this number for the account whose half-finished log-in has this token.
pub async fn send_set_up_code(app: &App, visitor: &Visitor, token: &str, phone: &str) -> Result<(), SendRefused> {
    let phone = number(phone)?;
    let mut tx = app.begin().await?;
    let found = challenge::find(app, visitor, &mut tx, token, Purpose::SetUp).await?;
    let account = found.ok_or(SendRefused::Expired)?.account;
    let asked = facts::by_visitor(app, visitor, "user.sms_code_requested", &account.person());
    send_code(app, tx, &account, &phone, (sms_code::Purpose::SetUp, asked)).await
}
