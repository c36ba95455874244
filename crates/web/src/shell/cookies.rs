//! The cookies: their names, their attributes, reading and setting them. Owns no token's meaning.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;

use super::Flash;

const DEVICE: &str = "__Host-device";
const KNOWN_DEVICE: &str = "__Host-known";
const CHALLENGE: &str = "__Host-challenge";
const FLASH: &str = "__Host-flash";
const THEME: &str = "__Host-theme";
const ZONE: &str = "__Host-zone";

/// The cookies a request carried.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    pairs: Vec<(String, String)>,
    secure: bool,
}

impl Cookies {
    pub(crate) fn read(headers: &HeaderMap, secure: bool) -> Self {
        let pairs = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self { pairs, secure }
    }

    fn get(&self, name: &str) -> Option<&str> {
        // Where the browser keeps `__Host-` cookies, a bare name could be another site's of the same domain.
        let wanted = if self.secure {
            name
        } else {
            name.trim_start_matches("__Host-")
        };
        self.pairs
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The token of a signed-in device.
    #[must_use]
    pub fn device(&self) -> Option<&str> {
        self.get(DEVICE)
    }

    /// The token of a device that has logged in before.
    #[must_use]
    pub fn known_device(&self) -> Option<&str> {
        self.get(KNOWN_DEVICE)
    }

    /// The token of a half-finished log-in.
    #[must_use]
    pub fn challenge(&self) -> Option<&str> {
        self.get(CHALLENGE)
    }

    pub(crate) fn theme(&self) -> Option<&str> {
        self.get(THEME)
    }

    pub(crate) fn zone(&self) -> Option<&str> {
        // An IANA name holds nothing that a cookie must escape but its slash, which it need not.
        self.get(ZONE)
    }

    pub(crate) fn flash(&self) -> Option<Flash> {
        let bytes = BASE64URL_NOPAD.decode(self.get(FLASH)?.as_bytes()).ok()?;
        serde_json::from_slice(&bytes).ok()
    }
}

/// A cookie to set or clear.
#[derive(Clone, Debug)]
pub struct Cookie {
    name: &'static str,
    value: String,
    max_age: i64,
}

impl Cookie {
    const YEAR: i64 = 365 * 86_400;

    /// The token of a signed-in device; `max_age` in seconds.
    pub fn device(token: impl Into<String>, max_age: i64) -> Self {
        Self {
            name: DEVICE,
            value: token.into(),
            max_age,
        }
    }

    /// The token that tells a device that has logged in before; kept for a year.
    pub fn known_device(token: impl Into<String>) -> Self {
        Self {
            name: KNOWN_DEVICE,
            value: token.into(),
            max_age: Self::YEAR,
        }
    }

    /// The token of a half-finished log-in; kept for the ten minutes it waits.
    pub fn challenge(token: impl Into<String>) -> Self {
        Self {
            name: CHALLENGE,
            value: token.into(),
            max_age: 600,
        }
    }

    /// Ends the half-finished log-in.
    #[must_use]
    pub fn no_challenge() -> Self {
        Self {
            name: CHALLENGE,
            value: String::new(),
            max_age: 0,
        }
    }

    /// Ends the device's token.
    #[must_use]
    pub fn no_device() -> Self {
        Self {
            name: DEVICE,
            value: String::new(),
            max_age: 0,
        }
    }

    /// The time zone to show times in, by name.
    pub fn zone(name: impl Into<String>) -> Self {
        Self {
            name: ZONE,
            value: name.into(),
            max_age: Self::YEAR,
        }
    }

    pub(crate) fn theme(name: &'static str) -> Self {
        Self {
            name: THEME,
            value: name.to_owned(),
            max_age: Self::YEAR,
        }
    }

    pub(crate) fn flash(flash: &Flash) -> Self {
        let json = serde_json::to_vec(flash).unwrap_or_default();
        Self {
            name: FLASH,
            value: BASE64URL_NOPAD.encode(&json),
            max_age: 60,
        }
    }

    pub(crate) fn no_flash() -> Self {
        Self {
            name: FLASH,
            value: String::new(),
            max_age: 0,
        }
    }

    /// The header line. `secure` is false only where browsers reach this site by plain HTTP from another machine.
    pub(crate) fn header(&self, secure: bool) -> Option<HeaderValue> {
        let (name, flag) = match secure {
            true => (self.name, "; Secure"),
            false => (self.name.trim_start_matches("__Host-"), ""),
        };
        let line = format!(
            "{name}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{flag}",
            self.value, self.max_age
        );
        HeaderValue::try_from(line).ok()
    }
}

/// Cookies a handler wants set; the shell writes them, knowing whether this site is reached by HTTPS.
#[derive(Clone, Default)]
pub(crate) struct PendingCookies(pub(crate) Vec<Cookie>);

/// The response with one more cookie to set.
#[must_use]
pub fn with_cookie(mut response: Response, cookie: Cookie) -> Response {
    let extensions = response.extensions_mut();
    let mut pending = extensions.remove::<PendingCookies>().unwrap_or_default();
    pending.0.push(cookie);
    extensions.insert(pending);
    response
}
