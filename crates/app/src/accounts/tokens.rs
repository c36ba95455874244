//! Tokens and ids: 256 random bits each for what lets somebody in, stored only as a hash.

use activity::Time;
use data_encoding::{BASE32HEX_NOPAD, BASE64URL_NOPAD};
use sha2::{Digest as _, Sha256};

use crate::App;

/// A new token, to be given away once.
pub(crate) fn new_token(app: &App) -> String {
    let mut bytes = [0_u8; 32];
    app.rng().fill(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

/// What is stored of a token. It has 256 random bits, so a plain hash cannot be turned back.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// A new id with this prefix, such as `usr_…`: a UUIDv7 in 26 characters, so ids order by creation.
pub(crate) fn new_id(app: &App, prefix: &str) -> String {
    new_id_at(app, prefix, app.now())
}

/// The id of something made at this time: later ones sort later.
pub(crate) fn new_id_at(app: &App, prefix: &str, at: Time) -> String {
    let uuid = app.rng().uuid(at);
    format!(
        "{prefix}_{}",
        BASE32HEX_NOPAD.encode(uuid.as_bytes()).to_ascii_lowercase()
    )
}
