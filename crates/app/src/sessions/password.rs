//! The password of a session: what is accepted, hashing it, and checking it with every attempt counted first.

use activity::Time;
use store::sessions::SessionRow;
use store::sessions::attempt::{self, AttemptLimit};

use super::access::Refusal;
use crate::limits::{SESSION_PASSWORD, SESSION_PASSWORD_LEAST};
use crate::{App, Caller, FieldError, Quiet, Unavailable};

/// What is wrong with a password that a session is given, if anything is.
pub(super) fn check(password: &str, errors: &mut Vec<FieldError>) {
    let length = password.chars().count();
    if !(SESSION_PASSWORD_LEAST..=SESSION_PASSWORD).contains(&length) {
        let text = format!(
            "The password has {length} characters; give {SESSION_PASSWORD_LEAST} to {SESSION_PASSWORD}, or none at all."
        );
        errors.push(FieldError::new("password", text));
    }
}

/// What is stored of it.
pub(super) async fn hash(app: &App, password: &str) -> Result<String, Unavailable> {
    let mut salt = [0; 16];
    app.rng().fill(&mut salt);
    app.hasher().hash(password, salt).await
}

/// Whether this is the password of the session. The attempt is counted before it is checked, and forgotten when the
/// caller gets in.
pub(super) async fn verify(
    app: &App,
    caller: &Caller,
    row: &SessionRow,
    password: &str,
) -> Result<Option<Refusal>, Unavailable> {
    let permit = app.hasher().permit()?;
    let settings = &app.settings().password;
    let now = app.now();
    let limit = AttemptLimit {
        most: settings.lock_after.max(1),
        now,
        until: now.plus(i64::from(settings.lock_minutes) * 60 * Time::SECOND),
    };
    let mut tx = app.begin().await?;
    let counted = attempt::reserve(&mut tx, &row.id, &caller.person.id, limit).await?;
    tx.commit_quietly(Quiet::Counted).await?;
    if !counted {
        return Ok(Some(Refusal::TooManyPasswords));
    }
    let matches = app
        .hasher()
        .verify(permit, password, row.password_hash.as_deref())
        .await?;
    Ok((!matches).then_some(Refusal::WrongPassword))
}
