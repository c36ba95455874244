//! Which site passkeys belong to: the one of the setting `public_url`. Owns the one place where they can work.

use sha2::{Digest as _, Sha256};
use webauthn_rs::WebauthnBuilder;
use webauthn_rs::prelude::{Url, Uuid, Webauthn};

use crate::{App, Unavailable};

/// The origin at which passkeys work, such as `https://log.example.com`; `None` if they cannot work here at all.
///
/// Browsers take passkeys by HTTPS, and without it on this machine itself; and they belong to a name, never to an
/// address. So an installation at `http://127.0.0.1:8080` has them at `http://localhost:8080`.
#[must_use]
pub fn origin(app: &App) -> Option<String> {
    url(app).map(|url| url.origin().ascii_serialization())
}

fn url(app: &App) -> Option<Url> {
    let mut url = Url::parse(&app.settings().public_url).ok()?;
    let is_loopback = match url.host_str()?.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
        Ok(ip) => ip.is_loopback(),
        Err(_) => false,
    };
    if is_loopback {
        url.set_host(Some("localhost")).ok()?;
    }
    let host = url.domain()?;
    let is_secure =
        url.scheme() == "https" || (url.scheme() == "http" && (host == "localhost" || host.ends_with(".localhost")));
    is_secure.then_some(url)
}

/// What checks the answers of authenticators; `None` where passkeys cannot work.
pub(super) fn site(app: &App) -> Result<Option<Webauthn>, Unavailable> {
    let Some(url) = url(app) else { return Ok(None) };
    let host = url.domain().unwrap_or_default();
    let built = WebauthnBuilder::new(host, &url).and_then(|builder| builder.rp_name("Whodid").build());
    built.map(Some).map_err(Unavailable::new)
}

/// How authenticators know an account: the same for all its passkeys, and nothing that says who it is.
pub(super) fn handle(account_id: &str) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(format!("passkey of {account_id}"))[..16]);
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::handle;

    #[test]
    fn accounts_are_known_by_handles_of_their_own() {
        assert_eq!(handle("usr_1"), handle("usr_1"));
        assert_ne!(handle("usr_1"), handle("usr_2"));
    }
}
