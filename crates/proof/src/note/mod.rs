//! Signed notes (c2sp.org/signed-note): a text and who signed it. Owns the form and the rules of verifying; what a text
//! says belongs to checkpoints and manifests.

mod key;
mod name;
mod signature;

use std::fmt;

pub use key::{Algorithm, CosigningKey, KeyError, PublicKey, SecretKey, SigningKey, VerifyingKey, WitnessKey};
pub use name::{KeyId, KeyName, NameError};
pub use signature::{Signature, SignatureError};

/// The longest note that is read, in bytes.
pub const MAX_NOTE_BYTES: usize = 1_000_000;
/// The most signatures that a note may have. Every one of a known key costs a verification.
pub const MAX_SIGNATURES: usize = 100;

/// A text with at least one signature, none of them verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// Why bytes are no note, or a note is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE_BYTES`].
    #[error("the note has {0} bytes, at most {MAX_NOTE_BYTES} are read")]
    Long(usize),
    /// Not text.
    #[error("the note is not UTF-8 from byte {0} on")]
    Encoding(usize),
    /// A character that notes do not have.
    #[error("the note has the control character 0x{byte:02x} at byte {at}")]
    Control {
        /// The character.
        byte: u8,
        /// Where it stands.
        at: usize,
    },
    /// The text of a note to be signed is not whole lines.
    #[error("a note's text ends with a line break")]
    Text,
    /// There is no empty line with signatures behind it.
    #[error("the note ends without signatures, which follow an empty line and end with a line break")]
    Unsigned,
    /// More than [`MAX_SIGNATURES`].
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    Many,
    /// A line among the signatures that is none.
    #[error("signature {number}: {error}")]
    Signature {
        /// Which, from 1.
        number: usize,
        /// What is wrong with it.
        error: SignatureError,
    },
    /// No key that is known signed.
    #[error("none of the {0} signatures is by a key that is known")]
    Unknown(usize),
    /// A key that is known is named by a signature that it did not make: the note was changed, or forged.
    #[error("the signature of {name} ({id}) does not fit the note")]
    Forged {
        /// Whose key.
        name: KeyName,
        /// Its id.
        id: KeyId,
    },
}

/// A note's text after its signatures were verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<'note, 'keys> {
    /// The text, its last line break with it.
    pub text: &'note str,
    /// The keys that signed it, each once, at least one.
    pub by: Vec<&'keys VerifyingKey>,
}

impl Note {
    /// Signs a text of whole lines. There must be a key.
    pub fn sign(text: String, keys: &[&SigningKey]) -> Result<Self, NoteError> {
        if text.len() > MAX_NOTE_BYTES {
            return Err(NoteError::Long(text.len()));
        }
        refuse_control(text.as_bytes())?;
        if !text.ends_with('\n') {
            return Err(NoteError::Text);
        }
        if keys.is_empty() {
            return Err(NoteError::Unsigned);
        }
        let mut note = Self {
            text,
            signatures: Vec::new(),
        };
        for key in keys {
            let (public, bytes) = (key.public(), key.sign_bytes(note.text.as_bytes()));
            note.add(Signature::new(public.name().clone(), public.id(), bytes.to_vec()))?;
        }
        Ok(note)
    }

    /// Reads a note. Its text is not to be believed before [`Note::verify`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::Long(bytes.len()));
        }
        let all = str::from_utf8(bytes).map_err(|error| NoteError::Encoding(error.valid_up_to()))?;
        refuse_control(bytes)?;
        let at = all.rfind("\n\n").ok_or(NoteError::Unsigned)?;
        let (text, lines) = (&all[..=at], &all[at + 2..]);
        Ok(Self {
            text: text.to_owned(),
            signatures: signature_lines(lines)?,
        })
    }

    /// The text, its last line break with it, as nobody has verified it.
    #[must_use]
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// All signatures, of known keys and others, in their order.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds a signature in the place of those by the same key; where it does not fit, they stay.
    pub fn renew(&mut self, signature: Signature) -> Result<(), NoteError> {
        let mut renewed = self.clone();
        let by_another = |other: &Signature| (other.name(), other.id()) != (signature.name(), signature.id());
        renewed.signatures.retain(by_another);
        renewed.add(signature)?;
        *self = renewed;
        Ok(())
    }

    /// Adds a signature that was made elsewhere; one that is there already is not added again.
    pub fn add(&mut self, signature: Signature) -> Result<(), NoteError> {
        if self.signatures.contains(&signature) {
            return Ok(());
        }
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(NoteError::Many);
        }
        // What is written here can be read here.
        match self.to_string().len() + signature.to_string().len() + 1 {
            bytes if bytes > MAX_NOTE_BYTES => Err(NoteError::Long(bytes)),
            _ => {
                self.signatures.push(signature);
                Ok(())
            }
        }
    }

    /// The text and who signed it, if one of these keys did. Signatures of other keys are passed over; a wrong one
    /// that names one of these keys refuses the note, whoever else signed.
    pub fn verify<'keys>(&self, keys: &'keys [VerifyingKey]) -> Result<Verified<'_, 'keys>, NoteError> {
        let signs = |key: &VerifyingKey, bytes: &[u8]| key.verifies(self.text.as_bytes(), bytes).then_some(());
        let mut by: Vec<&VerifyingKey> = Vec::new();
        for (key, _, ()) in checked(&self.signatures, keys, signs)? {
            if !by.contains(&key) {
                by.push(key);
            }
        }
        if by.is_empty() {
            return Err(NoteError::Unknown(self.signatures.len()));
        }
        Ok(Verified { text: &self.text, by })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

/// A signature with the key that made it and what `check` read in it.
type Checked<'keys, 'note, const TYPE: u8, R> = (&'keys PublicKey<TYPE>, &'note Signature, R);

/// The signatures of these keys, and what `check` makes of each; a key that is named by a wrong one is an error.
pub(crate) fn checked<'keys, 'note, const TYPE: u8, R>(
    signatures: &'note [Signature],
    keys: &'keys [PublicKey<TYPE>],
    check: impl Fn(&PublicKey<TYPE>, &[u8]) -> Option<R>,
) -> Result<Vec<Checked<'keys, 'note, TYPE, R>>, NoteError> {
    let mut found = Vec::new();
    for signature in signatures {
        let named = || keys.iter().filter(|key| key.is_named_by(signature));
        let made = named().find_map(|key| Some((key, signature, check(key, signature.bytes())?)));
        match made {
            Some(made) => found.push(made),
            None if named().next().is_some() => {
                return Err(NoteError::Forged {
                    name: signature.name().clone(),
                    id: signature.id(),
                });
            }
            None => {}
        }
    }
    Ok(found)
}

/// Signature lines, at least one, each with its line break.
pub(crate) fn signature_lines(lines: &str) -> Result<Vec<Signature>, NoteError> {
    let lines = lines.strip_suffix('\n').ok_or(NoteError::Unsigned)?;
    if lines.split('\n').nth(MAX_SIGNATURES).is_some() {
        return Err(NoteError::Many);
    }
    let signatures = lines.split('\n').enumerate().map(|(at, line)| {
        let number = at + 1;
        line.parse().map_err(|error| NoteError::Signature { number, error })
    });
    signatures.collect()
}

fn refuse_control(bytes: &[u8]) -> Result<(), NoteError> {
    match bytes.iter().position(|byte| *byte < 0x20 && *byte != b'\n') {
        Some(at) => Err(NoteError::Control { byte: bytes[at], at }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
