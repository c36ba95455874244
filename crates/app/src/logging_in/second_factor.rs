//! The second step of a log-in: a code.

use activity::Reason;
use store::factors::challenge::Purpose;
use store::factors::sms_code;

use super::admit::{Admission, admit};
use super::challenge::{self, Challenged};
use super::log_in::{refusal_of_second_step, refuse};
use super::{SecondFactorRefused, SignedIn};
use crate::factors::{self, Answer};
use crate::{App, Tx, Visitor, attempts, facts};

/// Finishes a log-in. A wrong code counts as a failed attempt like a wrong password, in one transaction with its
/// check: any number at once get no more guesses than the limit.
pub async fn second_factor(
    app: &App,
    visitor: &Visitor,
    token: &str,
    answer: Answer,
    remember: bool,
) -> Result<SignedIn, SecondFactorRefused> {
    let mut tx = app.begin().await?;
    let found = challenge::find(app, visitor, &mut tx, token, Purpose::SecondFactor).await?;
    let Some(Challenged { account, row }) = found else {
        return Err(SecondFactorRefused::Expired);
    };
    let attempt = attempts::reserve_code(app, &mut tx, &account, row.known_device_id.as_deref()).await?;
    let refused = refusal_of_second_step(&mut tx, &account, &attempt, visitor.origin.ip).await?;
    let right = refused.is_none() && factors::check(app, &mut tx, &account, &answer, sms_code::Purpose::LogIn).await?;
    if !right {
        let reason = refused.unwrap_or(Reason::WrongCode);
        refuse(app, visitor, tx, &account, &attempt, reason).await?;
        return Err(SecondFactorRefused::Wrong);
    }
    if !challenge::use_up(&mut tx, token).await? {
        return Err(SecondFactorRefused::Expired);
    }
    let admission = Admission {
        known_device: row.known_device_id,
        second_factor: Some(answer.in_words()),
        remember,
        before: used(app, visitor, &mut tx, &account.person(), &answer).await?,
    };
    Ok(admit(app, visitor, tx, &account, admission).await?)
}

/// A recovery code that was used is an activity of its own.
async fn used(
    app: &App,
    visitor: &Visitor,
    tx: &mut Tx,
    person: &activity::Person,
    answer: &Answer,
) -> Result<Vec<activity::Facts>, SecondFactorRefused> {
    if !matches!(answer, Answer::Recovery(_)) {
        return Ok(Vec::new());
    }
    let mut used = facts::by_visitor(app, visitor, "user.recovery_code_used", person);
    factors::add_codes_left(tx, &person.id, &mut used).await?;
    Ok(vec![used])
}
