//! A new secret for an authenticator app. Nothing is kept: it is the account's once a code of it was given.

use activity::Person;

use super::totp;
use crate::{App, Unavailable};

/// A secret to set an app up with.
#[derive(Clone, Debug)]
pub struct TotpOffer {
    /// To type into an app: base 32.
    pub key: String,
    /// For a QR code: `otpauth://totp/…`.
    pub url: String,
}

/// A new secret, or the one with this key, which was shown before and goes on.
pub fn offer_totp(app: &App, person: &Person, key: Option<&str>) -> Result<TotpOffer, Unavailable> {
    let secret = key
        .and_then(totp::secret_of)
        .unwrap_or_else(|| totp::new_secret(app).to_vec());
    Ok(TotpOffer {
        key: totp::key(&secret),
        url: totp::url(&secret, &person.username, "Whodid")?,
    })
}
