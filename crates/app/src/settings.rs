//! What an installation can set, with its defaults. Owns no file format: the binary reads files, environment and flags.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Settings of the use cases.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The address people reach this installation at, used in mails; never taken from a request.
    pub public_url: String,
    /// Log-ins and passwords.
    pub password: PasswordSettings,
    /// Mail.
    pub mail: MailSettings,
    /// Exports.
    pub exports: ExportSettings,
}

/// Log-ins and passwords.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordSettings {
    /// Least characters of a password that is the only factor.
    pub min_length: usize,
    /// Failed attempts on any secret before an account is locked.
    pub lock_after: u32,
    /// How long it stays locked, in minutes.
    pub lock_minutes: u32,
    /// argon2id memory in KiB. Tests lower it.
    pub argon2_memory_kib: u32,
    /// argon2id passes.
    pub argon2_passes: u32,
}

/// Mail. Without a server, mails are kept in the outbox that administrators see and written to the log.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// SMTP URL such as `smtps://user:password@mail.example.com:465` or `smtp://127.0.0.1:2525`.
    pub smtp_url: Option<String>,
    /// Sender, such as `Whodid <whodid@example.com>`.
    pub from: Option<String>,
}

/// Exports.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExportSettings {
    /// Where kept files are; the binary sets it to `exports` in the data directory.
    pub dir: PathBuf,
}

impl Default for ExportSettings {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("exports"),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            password: PasswordSettings::default(),
            mail: MailSettings::default(),
            exports: ExportSettings::default(),
        }
    }
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self {
            min_length: 15,
            lock_after: 5,
            lock_minutes: 30,
            argon2_memory_kib: 19_456,
            argon2_passes: 2,
        }
    }
}
