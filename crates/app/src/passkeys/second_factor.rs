//! Finishing a log-in with a passkey, after the password.

use activity::Reason;
use store::factors::challenge::Purpose as Waits;
use store::passkeys::ceremony::Purpose;

use super::Answered;
use super::verify::{claim, verify};
use crate::logging_in::challenge::{self, Challenged};
use crate::logging_in::{Admission, SecondFactorRefused, SignedIn, admit, refusal_of_second_step, refuse};
use crate::{App, Visitor, attempts};

/// Signs in. A wrong answer counts as a failed attempt like a wrong code, in one transaction with its check.
pub async fn second_factor(
    app: &App,
    visitor: &Visitor,
    token: &str,
    answered: &Answered,
    remember: bool,
) -> Result<SignedIn, SecondFactorRefused> {
    let mut tx = app.begin().await?;
    let found = challenge::find(app, visitor, &mut tx, token, Waits::SecondFactor).await?;
    let Some(Challenged { account, row }) = found else {
        return Err(SecondFactorRefused::Expired);
    };
    let attempt = attempts::reserve_code(app, &mut tx, &account, row.known_device_id.as_deref()).await?;
    let refused = refusal_of_second_step(&mut tx, &account, &attempt, visitor.origin.ip).await?;
    let claim = claim(app, &mut tx, Purpose::SecondFactor, answered).await?;
    // The passkey must be of the account whose password was right: the question was asked of it alone.
    let right = match claim.filter(|claim| refused.is_none() && claim.passkey.account_id == account.id) {
        Some(claim) => verify(app, &mut tx, &claim).await?,
        None => false,
    };
    if !right {
        refuse(
            app,
            visitor,
            tx,
            &account,
            &attempt,
            refused.unwrap_or(Reason::WrongPasskey),
        )
        .await?;
        return Err(SecondFactorRefused::Wrong);
    }
    if !challenge::use_up(&mut tx, token).await? {
        return Err(SecondFactorRefused::Expired);
    }
    let admission = Admission {
        known_device: row.known_device_id,
        second_factor: Some("passkey"),
        remember,
        ..Admission::default()
    };
    Ok(admit(app, visitor, tx, &account, admission).await?)
}
