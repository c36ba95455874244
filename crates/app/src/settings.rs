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
    /// SMS.
    pub sms: SmsSettings,
    /// Exports.
    pub exports: ExportSettings,
    /// Connections.
    pub connections: ConnectionSettings,
    /// Groups and invitations.
    pub groups: GroupSettings,
    /// Sessions of groups.
    pub sessions: SessionSettings,
}

/// Log-ins and passwords.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordSettings {
    /// Least characters of a password that is the only factor.
    pub min_length: usize,
    /// Least characters of one that is always asked for together with a second factor.
    pub min_length_with_second_factor: usize,
    /// Failed attempts on any secret before an account is locked.
    pub lock_after: u32,
    /// How long it stays locked the first time, in minutes; each further lock without a success lasts twice as long.
    pub lock_minutes: u32,
    /// The longest it stays locked, in minutes.
    pub lock_minutes_most: u32,
    /// Failed attempts on one account within a day from all devices that it was never used on, whatever succeeded in
    /// between; then it is locked for them until the day is over.
    pub guesses_per_day: u32,
    /// argon2id memory in KiB. Tests lower it.
    pub argon2_memory_kib: u32,
    /// argon2id passes.
    pub argon2_passes: u32,
}

/// Mail. Without a server, mails are kept in the outbox that administrators see.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// SMTP URL such as `smtps://user:password@mail.example.com:465` or `smtp://127.0.0.1:2525`.
    pub smtp_url: Option<String>,
    /// Sender, such as `Whodid <whodid@example.com>`.
    pub from: Option<String>,
    /// Mails that one address gets within an hour because of what others do, all of them together: invitations, and
    /// attempts to take the address for an account.
    pub from_others_per_hour: u32,
    /// The same within a day.
    pub from_others_per_day: u32,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            smtp_url: None,
            from: None,
            from_others_per_hour: 5,
            from_others_per_day: 12,
        }
    }
}

/// SMS with codes. Without a service or the outbox, codes by SMS are not offered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmsSettings {
    /// Where the service takes a form, such as `https://sms.example.com/messages`.
    pub url: Option<String>,
    /// Value of the header `Authorization`.
    pub authorization: Option<String>,
    /// Sender: a number or name that the service knows.
    pub from: Option<String>,
    /// Name of the form's field for the sender.
    pub from_field: String,
    /// Name of the form's field for the number it goes to.
    pub to_field: String,
    /// Name of the form's field for the text.
    pub text_field: String,
    /// For development: keeps SMS in the outbox that administrators see, where no service is set.
    pub outbox: bool,
    /// Codes that one account is sent a day.
    pub per_day: u32,
}

impl Default for SmsSettings {
    fn default() -> Self {
        Self {
            url: None,
            authorization: None,
            from: None,
            from_field: "From".to_owned(),
            to_field: "To".to_owned(),
            text_field: "Body".to_owned(),
            outbox: false,
            per_day: 10,
        }
    }
}

/// Exports.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExportSettings {
    /// Where kept files are; the binary sets it to `exports` in the data directory.
    pub dir: PathBuf,
    /// Exports that wait or are made at once, and copies of one's own data on their way, in all.
    pub at_once: usize,
    /// The same for one account.
    pub per_account: usize,
    /// Days that the file of a view is kept.
    pub keep_days: u32,
    /// MiB that all kept files may take, with what lies beside them.
    pub keep_mib: u64,
    /// The most rows of a file that get a proof each, which are held in memory together.
    pub proved_rows: u64,
    /// Seconds that a reader may fall behind the least rate.
    pub patience_seconds: u64,
    /// The least rate, in bytes a second.
    pub least_bytes_per_second: u64,
}

/// Groups and invitations.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupSettings {
    /// Whether every member may create groups; otherwise only administrators may.
    pub members_may_create: bool,
    /// How long an invitation can be accepted, in days.
    pub invitation_days: u32,
    /// Whether an invited address without an account may make one and join.
    pub invitations_create_accounts: bool,
    /// Invitations that one account, if it is no administrator, sends a day.
    pub invitations_per_day: u32,
}

impl Default for GroupSettings {
    fn default() -> Self {
        Self {
            members_may_create: true,
            invitation_days: 14,
            invitations_create_accounts: true,
            invitations_per_day: 1_000,
        }
    }
}

/// Connections between people.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionSettings {
    /// How often one account may look others up within an hour, by finding or by asking them.
    pub look_ups_per_hour: u32,
    /// Days until somebody whose request was rejected may ask again.
    pub ask_again_days: u32,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            look_ups_per_hour: 60,
            ask_again_days: 7,
        }
    }
}

impl Default for ExportSettings {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("exports"),
            at_once: 16,
            per_account: 4,
            keep_days: 7,
            keep_mib: 20 * 1024,
            proved_rows: 500_000,
            patience_seconds: 30,
            least_bytes_per_second: 16 * 1024,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            password: PasswordSettings::default(),
            mail: MailSettings::default(),
            sms: SmsSettings::default(),
            exports: ExportSettings::default(),
            connections: ConnectionSettings::default(),
            groups: GroupSettings::default(),
            sessions: SessionSettings::default(),
        }
    }
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self {
            min_length: 15,
            min_length_with_second_factor: 8,
            lock_after: 5,
            lock_minutes: 30,
            lock_minutes_most: 480,
            guesses_per_day: 100,
            argon2_memory_kib: 19_456,
            argon2_passes: 2,
        }
    }
}

/// Sessions of groups.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionSettings {
    /// Seconds after which somebody in a session of whom nothing is heard has left it. Pages say that they are still
    /// open several times as often.
    pub presence_seconds: u32,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { presence_seconds: 90 }
    }
}
