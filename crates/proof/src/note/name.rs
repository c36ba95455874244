//! The name of a key, and the short number that goes with it.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Who a key belongs to, usually an address without its scheme: not empty, without blanks and without `+`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

/// Why a text is no key's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing at all.
    #[error("a key's name is empty")]
    Empty,
    /// A blank of any script, a control character, or a `+`.
    #[error("a key's name holds {0:?}: it has neither blanks, control characters nor `+`")]
    Character(char),
}

impl FromStr for KeyName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        let refused = |c: &char| c.is_whitespace() || *c == '+' || *c < ' ';
        match text.chars().find(refused) {
            Some(character) => Err(NameError::Character(character)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for KeyName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The first four bytes of a hash of the key's name, type and bytes. Tells keys apart; proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    /// `SHA-256(name ‖ 0x0A ‖ algorithm ‖ key)[..4]`.
    pub(super) fn of(name: &KeyName, algorithm: u8, key: &[u8]) -> Self {
        let hash = Sha256::new()
            .chain_update(&name.0)
            .chain_update([b'\n', algorithm])
            .chain_update(key)
            .finalize();
        Self([hash[0], hash[1], hash[2], hash[3]])
    }

    /// The id of these eight lower-case hexadecimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}
