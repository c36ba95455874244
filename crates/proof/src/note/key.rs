//! Keys that sign notes and checkpoints, and their text: a verifier key is public, a signer key is a secret in one line.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64;
use ed25519_dalek::Signer;

use super::name::{KeyId, KeyName, NameError};
use super::signature::Signature;
use crate::text::base64;

/// What a key's signatures are, by the byte that stands for it in the key's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 over a note's text.
    Ed25519,
    /// A witness's Ed25519 over a checkpoint and a time.
    CosignatureV1,
    /// One that is not known here.
    Unknown(u8),
}

const ED25519: u8 = 0x01;
const COSIGNATURE_V1: u8 = 0x04;

impl Algorithm {
    const fn of(byte: u8) -> Self {
        match byte {
            ED25519 => Self::Ed25519,
            COSIGNATURE_V1 => Self::CosignatureV1,
            other => Self::Unknown(other),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ed25519 => f.write_str("Ed25519 (0x01)"),
            Self::CosignatureV1 => f.write_str("Ed25519 cosignature (0x04)"),
            Self::Unknown(byte) => write!(f, "0x{byte:02x}, which is not known here"),
        }
    }
}

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A part is missing or misspelt.
    #[error("a verifier key reads `name+id+base64`, where the id has 8 lower-case hexadecimal digits")]
    Public,
    /// A part is missing or misspelt. Says nothing of what was read: it may be most of a secret.
    #[error("a signer key reads `PRIVATE+KEY+name+id+base64`, where the id has 8 lower-case hexadecimal digits")]
    Secret,
    /// The name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The key is for something else.
    #[error("the key signs with {found}; needed is one for {wanted}")]
    Algorithm {
        /// What the key says.
        found: Algorithm,
        /// What it is asked for.
        wanted: Algorithm,
    },
    /// Not 32 bytes.
    #[error("an Ed25519 key has 32 bytes, not {0}")]
    Length(usize),
    /// Bytes that are no point of the curve, or one that fits signatures nobody made.
    #[error("these 32 bytes are no Ed25519 key")]
    Point,
    /// The id is another key's.
    #[error("the key's id is {computed}, not {stated}")]
    Id {
        /// What the text says.
        stated: KeyId,
        /// What name and key give.
        computed: KeyId,
    },
}

/// A public key with its name, for signatures of the type `TYPE`. Its text is `name+id+base64(TYPE ‖ key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey<const TYPE: u8> {
    name: KeyName,
    id: KeyId,
    point: ed25519_dalek::VerifyingKey,
}

/// Verifies notes: checkpoints by their log, manifests.
pub type VerifyingKey = PublicKey<ED25519>;
/// Verifies the cosignatures of a witness.
pub type WitnessKey = PublicKey<COSIGNATURE_V1>;

/// A secret key with its name. Its text is `PRIVATE+KEY+name+id+base64(TYPE ‖ seed)`, with the id of the public key.
#[derive(Clone)]
pub struct SecretKey<const TYPE: u8> {
    public: PublicKey<TYPE>,
    secret: ed25519_dalek::SigningKey,
}

/// Signs notes.
pub type SigningKey = SecretKey<ED25519>;
/// Cosigns checkpoints, as a witness.
pub type CosigningKey = SecretKey<COSIGNATURE_V1>;

impl<const TYPE: u8> PublicKey<TYPE> {
    fn new(name: KeyName, point: ed25519_dalek::VerifyingKey) -> Self {
        let id = KeyId::of(&name, TYPE, point.as_bytes());
        Self { name, id, point }
    }

    /// Whose key it is.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What it verifies.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        Algorithm::of(TYPE)
    }

    /// Whether the signature says that this key made it.
    pub(crate) fn is_named_by(&self, signature: &Signature) -> bool {
        self.id == signature.id() && self.name == *signature.name()
    }

    /// Whether the key signed the message: the strict check, by which a message has one signature of an honest signer.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.point.verify_strict(message, &signature).is_ok())
    }
}

impl<const TYPE: u8> FromStr for PublicKey<TYPE> {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let parts = Parts::<TYPE>::of(text).ok_or(KeyError::Public)?;
        let (name, stated, bytes) = parts.read(KeyError::Public)?;
        let point = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Point)?;
        if point.is_weak() {
            return Err(KeyError::Point);
        }
        Self::new(name, point).with_id(stated)
    }
}

impl<const TYPE: u8> PublicKey<TYPE> {
    fn with_id(self, stated: KeyId) -> Result<Self, KeyError> {
        let computed = self.id;
        if stated == computed {
            Ok(self)
        } else {
            Err(KeyError::Id { stated, computed })
        }
    }
}

impl<const TYPE: u8> fmt::Display for PublicKey<TYPE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = BASE64.encode(&[&[TYPE], self.point.as_bytes().as_slice()].concat());
        write!(f, "{}+{}+{key}", self.name, self.id)
    }
}

impl<const TYPE: u8> SecretKey<TYPE> {
    /// The key that this seed of 32 random bytes makes.
    #[must_use]
    pub fn from_seed(name: KeyName, seed: &[u8; 32]) -> Self {
        let secret = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = PublicKey::new(name, secret.verifying_key());
        Self { public, secret }
    }

    /// Reads what [`SecretKey::to_secret_text`] wrote.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let parts = text.strip_prefix("PRIVATE+KEY+").and_then(Parts::<TYPE>::of);
        let (name, stated, seed) = parts.ok_or(KeyError::Secret)?.read(KeyError::Secret)?;
        let Self { public, secret } = Self::from_seed(name, &seed);
        let public = public.with_id(stated)?;
        Ok(Self { public, secret })
    }

    /// The key in one line, without a line break. Whoever reads it can sign.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let seed = BASE64.encode(&[&[TYPE], self.secret.as_bytes().as_slice()].concat());
        format!("PRIVATE+KEY+{}+{}+{seed}", self.public.name, self.public.id)
    }

    /// What others verify with.
    #[must_use]
    pub fn public(&self) -> &PublicKey<TYPE> {
        &self.public
    }

    /// The 64 bytes of a signature.
    pub(crate) fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

impl<const TYPE: u8> fmt::Debug for SecretKey<TYPE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretKey").field(&self.public).finish()
    }
}

/// The parts of a key's text, not yet read.
struct Parts<'a, const TYPE: u8> {
    name: &'a str,
    id: &'a str,
    key: &'a str,
}

impl<'a, const TYPE: u8> Parts<'a, TYPE> {
    fn of(text: &'a str) -> Option<Self> {
        let (name, rest) = text.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        Some(Self { name, id, key })
    }

    /// Name, stated id and the 32 bytes.
    fn read(self, misspelt: KeyError) -> Result<(KeyName, KeyId, [u8; 32]), KeyError> {
        let id = KeyId::parse(self.id).ok_or(misspelt)?;
        let key = base64(self.key).ok_or(misspelt)?;
        let (algorithm, key) = key.split_first().ok_or(misspelt)?;
        if *algorithm != TYPE {
            let (found, wanted) = (Algorithm::of(*algorithm), Algorithm::of(TYPE));
            return Err(KeyError::Algorithm { found, wanted });
        }
        let bytes = key.try_into().map_err(|_| KeyError::Length(key.len()))?;
        Ok((self.name.parse()?, id, bytes))
    }
}
