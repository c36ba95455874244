//! Logging in with a passkey alone: it is two factors in one, as its owner was verified.

use activity::Reason;
use store::accounts::{account, known_device};
use store::passkeys::ceremony::Purpose;

use super::Answered;
use super::verify::{claim, verify};
use crate::logging_in::{Admission, LogInRefused, SignedIn, admit, refusal_of_second_step, refuse};
use crate::tokens::token_hash;
use crate::{App, Visitor, attempts, facts};

/// Signs in, or refuses with one answer for every reason. A wrong answer counts as a failed attempt on the account
/// whose passkey it claims to be, in one transaction with its check.
pub async fn log_in(
    app: &App,
    visitor: &Visitor,
    answered: &Answered,
    known_device: Option<&str>,
) -> Result<SignedIn, LogInRefused> {
    let mut tx = app.begin().await?;
    let claim = claim(app, &mut tx, Purpose::LogIn, answered).await?;
    let account = match &claim {
        Some(claim) => account::get(&mut tx, &claim.passkey.account_id).await?,
        None => None,
    };
    let (Some(claim), Some(account)) = (claim, account) else {
        let failed = facts::failed(
            facts::of_nobody(app, visitor, "user.login_failed"),
            Reason::UnknownPasskey,
        );
        tx.commit(failed).await?;
        return Err(LogInRefused::Refused);
    };
    let known_device = match known_device {
        Some(token) => known_device::find(&mut tx, (&account.id, visitor.application_id()), &token_hash(token)).await?,
        None => None,
    };
    let attempt = attempts::reserve_code(app, &mut tx, &account, known_device.as_deref()).await?;
    let refused = refusal_of_second_step(&mut tx, &account, &attempt, visitor.origin.ip).await?;
    if refused.is_some() || !verify(app, &mut tx, &claim).await? {
        refuse(
            app,
            visitor,
            tx,
            &account,
            &attempt,
            refused.unwrap_or(Reason::WrongPasskey),
        )
        .await?;
        return Err(LogInRefused::Refused);
    }
    let admission = Admission {
        known_device,
        second_factor: Some("passkey"),
        ..Admission::default()
    };
    Ok(admit(app, visitor, tx, &account, admission).await?)
}
