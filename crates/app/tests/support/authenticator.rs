//! An authenticator in software: makes passkeys and signs with them, as a phone or a security key would.

use app::passkeys::{Answered, Ceremony};
use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

/// One passkey. What it says can be bent by its fields.
#[derive(Clone)]
pub(crate) struct Authenticator {
    key: SigningKey,
    id: Vec<u8>,
    user: Option<Vec<u8>>,
    /// The site it believes to be at.
    pub(crate) origin: String,
    /// Its signature counter; moved on by each answer. `None` keeps none.
    pub(crate) counter: Option<u32>,
    /// Whether it asks its owner for a finger, a face or a PIN.
    pub(crate) verifies: bool,
}

impl Authenticator {
    /// The authenticator with this number; each number has a key of its own.
    pub(crate) fn new(number: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[number; 32]).unwrap(),
            id: vec![number; 24],
            user: None,
            origin: "https://whodid.example.com".to_owned(),
            counter: Some(0),
            verifies: true,
        }
    }

    /// Answers the question for a new passkey.
    pub(crate) fn create(&mut self, asked: &Ceremony) -> Answered {
        let user = asked.options["user"]["id"].as_str().unwrap();
        self.user = Some(BASE64URL_NOPAD.decode(user.as_bytes()).unwrap());
        let rp = asked.options["rp"]["id"].as_str().unwrap();
        let mut data = self.data(rp, WITH_KEY);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend_from_slice(&self.id);
        data.extend_from_slice(&self.cose());
        let client = self.client("webauthn.create", &asked.options);
        let credential = json!({
            "id": base64(&self.id),
            "rawId": base64(&self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": base64(&client),
                "attestationObject": base64(&attestation(&data)),
                "transports": ["internal"],
            },
            "clientExtensionResults": {},
        });
        Answered {
            token: asked.token.clone(),
            credential: credential.to_string(),
        }
    }

    /// Answers the question for a passkey there is.
    pub(crate) fn get(&mut self, asked: &Ceremony) -> Answered {
        let rp = asked.options["rpId"].as_str().unwrap();
        let data = self.data(rp, 0);
        let client = self.client("webauthn.get", &asked.options);
        let mut signed = data.clone();
        signed.extend_from_slice(&Sha256::digest(&client));
        let signature: Signature = self.key.sign(&signed);
        let credential = json!({
            "id": base64(&self.id),
            "rawId": base64(&self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": base64(&client),
                "authenticatorData": base64(&data),
                "signature": base64(signature.to_der().as_bytes()),
                "userHandle": self.user.as_deref().map(base64),
            },
            "clientExtensionResults": {},
        });
        Answered {
            token: asked.token.clone(),
            credential: credential.to_string(),
        }
    }

    fn data(&mut self, rp: &str, flags: u8) -> Vec<u8> {
        if let Some(counter) = &mut self.counter {
            *counter += 1;
        }
        let mut data = Sha256::digest(rp.as_bytes()).to_vec();
        data.push(flags | PRESENT | if self.verifies { VERIFIED } else { 0 });
        data.extend_from_slice(&self.counter.unwrap_or(0).to_be_bytes());
        data
    }

    fn client(&self, what: &str, options: &Value) -> Vec<u8> {
        let client = json!({
            "type": what,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        client.to_string().into_bytes()
    }

    /// The public key: a CBOR map of its sort (EC2), algorithm (ES256), curve (P-256) and point.
    fn cose(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut cose = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        cose.extend_from_slice(point.x().unwrap());
        cose.extend_from_slice(&[0x22, 0x58, 0x20]);
        cose.extend_from_slice(point.y().unwrap());
        cose
    }
}

/// The CBOR map of an attestation that attests nothing.
fn attestation(data: &[u8]) -> Vec<u8> {
    let mut map = vec![0xa3];
    map.extend_from_slice(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x58");
    map.push(u8::try_from(data.len()).unwrap());
    map.extend_from_slice(data);
    map
}

fn base64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}
