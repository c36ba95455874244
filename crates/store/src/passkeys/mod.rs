//! The tables `passkey` and `passkey_ceremony`. Owns their SQL text and rows; knows nothing of signatures.

pub mod ceremony;
mod passkey;

pub use passkey::{PasskeyRow, any, by_credential, delete, get, insert, of, rename, used};
