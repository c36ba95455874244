//! Time-based codes of authenticator apps (RFC 6238): secrets, their addresses, and which step a code is of. Owns no
//! memory of which were used.

use activity::Time;
use store::factors::second_factor;
use totp_rs::{Builder, Secret, Totp};

use crate::{App, Cell, Tx, Unavailable};

/// Bytes of a secret, as RFC 4226 recommends.
const SECRET: usize = 20;

/// A new secret.
pub(super) fn new_secret(app: &App) -> [u8; SECRET] {
    let mut secret = [0; SECRET];
    app.rng().fill(&mut secret);
    secret
}

/// The secret as people type it into an app.
pub(super) fn key(secret: &[u8]) -> String {
    Secret::new(secret.into()).to_base32()
}

/// The secret that was shown as this key; `None` if it cannot be one of ours.
pub(super) fn secret_of(key: &str) -> Option<Vec<u8>> {
    let key: String = key.chars().filter(|c| !c.is_whitespace()).collect();
    let secret = Secret::try_from_base32(key.to_ascii_uppercase()).ok()?;
    Some(secret.as_bytes().to_vec()).filter(|bytes| bytes.len() == SECRET)
}

/// The address an app reads from a QR code.
pub(super) fn url(secret: &[u8], username: &str, site: &str) -> Result<String, Unavailable> {
    // A colon would end the name of the site or of the account.
    let plain = |text: &str| text.replace(':', " ");
    builder(secret)
        .with_issuer(Some(plain(site)))
        .with_account_name(plain(username))
        .build()
        .and_then(|totp| totp.to_url())
        .map_err(|error| Unavailable::new(error.to_string()))
}

/// Sets the app up for an account. Its secret is kept wrapped; `step` is that of the code that confirmed it.
pub(crate) async fn keep(
    app: &App,
    tx: &mut Tx,
    account_id: &str,
    (secret, step): (&[u8], i64),
) -> Result<(), Unavailable> {
    let sealed = app.seal(Cell::totp_secret(account_id), secret);
    Ok(second_factor::set_totp(tx, account_id, &sealed, step, app.now()).await?)
}

/// The step this code is of, if it is of the present one or of one beside it.
pub(super) fn step(secret: &[u8], code: &str, now: Time) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.0 / Time::SECOND).ok()?;
    let totp: Totp = builder(secret).build().ok()?;
    totp.check(&code, seconds).and_then(|step| i64::try_from(step).ok())
}

fn builder(secret: &[u8]) -> Builder {
    // SHA-1, six digits, thirty seconds: the only ones that every app understands.
    Builder::new()
        .with_skew(1)
        .with_step_duration(30)
        .with_digits(6)
        .with_secret(secret.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // The last six of the eight digits of its table.
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(
                step(RFC, code, Time(seconds * Time::SECOND)),
                Some(seconds / 30),
                "{code}"
            );
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_no_more() {
        let at = |seconds: i64| step(RFC, "081804", Time((1_111_111_109 + seconds) * Time::SECOND));
        for near in [-30, 0, 30] {
            assert!(at(near).is_some(), "{near}");
        }
        for far in [-60, 60] {
            assert!(at(far).is_none(), "{far}");
        }
    }

    #[test]
    fn a_key_is_read_back_as_it_was_shown_and_anything_else_is_none() {
        assert_eq!(secret_of(&key(RFC)).as_deref(), Some(RFC));
        assert_eq!(
            secret_of(&format!(" {} ", key(RFC).to_lowercase())).as_deref(),
            Some(RFC)
        );
        for other in ["", "AAAA", "not base 32!", &"A".repeat(400)] {
            assert_eq!(secret_of(other), None, "{other}");
        }
    }
}
