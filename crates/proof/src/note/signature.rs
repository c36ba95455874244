//! One signature line of a note.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64;

use super::name::{KeyId, KeyName, NameError};
use crate::text::base64;

/// `— name base64(id ‖ signature)`. What the bytes after the id are is for the key to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: KeyName,
    id: KeyId,
    bytes: Vec<u8>,
}

/// Why a line is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not the form of a signature line.
    #[error("a signature reads `— name base64`")]
    Shape,
    /// The name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The base64, or too few bytes.
    #[error("a signature is the base64 of 4 bytes of key id and at least one more")]
    Bytes,
}

impl Signature {
    pub(crate) fn new(name: KeyName, id: KeyId, bytes: Vec<u8>) -> Self {
        Self { name, id, bytes }
    }

    /// Whose key is said to have made it.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of that key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What follows the key's id.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl FromStr for Signature {
    type Err = SignatureError;

    fn from_str(line: &str) -> Result<Self, SignatureError> {
        let line = line.strip_prefix("\u{2014} ").ok_or(SignatureError::Shape)?;
        let (name, bytes) = line.split_once(' ').ok_or(SignatureError::Shape)?;
        let name = name.parse()?;
        let bytes = base64(bytes).ok_or(SignatureError::Bytes)?;
        match bytes.split_first_chunk() {
            Some((id, rest)) if !rest.is_empty() => Ok(Self::new(name, KeyId(*id), rest.to_vec())),
            _ => Err(SignatureError::Bytes),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = BASE64.encode(&[&self.id.0, self.bytes.as_slice()].concat());
        write!(f, "\u{2014} {} {bytes}", self.name)
    }
}
