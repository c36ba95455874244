//! Tokens: 256 random bits each for what lets somebody in, stored only as a hash.

use data_encoding::BASE64URL_NOPAD;
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
