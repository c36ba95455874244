//! The ids that this installation makes: one closed list of what they begin with, so that none can come from outside.

use activity::Time;
use data_encoding::BASE32HEX_NOPAD;

use crate::App;

/// What an id begins with, before `_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// An account.
    User,
    /// A group.
    Group,
    /// A session.
    Session,
    /// An application: registered, or built in.
    Application,
    /// A device that is signed in.
    Device,
    /// An API key.
    ApiKey,
    /// An export.
    Export,
    /// A mail or a short message.
    Mail,
    /// A passkey.
    Passkey,
    /// A device that an account was used on.
    KnownDevice,
    /// An invitation.
    Invitation,
    /// A saved search.
    SavedSearch,
    /// That rows of somebody's log were given to a reader.
    Disclosure,
    /// The same, while it waits to be written.
    Waiting,
    /// A legal hold.
    Hold,
    /// A wish to be erased.
    ErasureRequest,
}

/// Characters of an id behind its prefix and `_`.
const RANDOM: usize = 26;

impl Prefix {
    /// Every one.
    pub const ALL: [Self; 16] = [
        Self::User,
        Self::Group,
        Self::Session,
        Self::Application,
        Self::Device,
        Self::ApiKey,
        Self::Export,
        Self::Mail,
        Self::Passkey,
        Self::KnownDevice,
        Self::Invitation,
        Self::SavedSearch,
        Self::Disclosure,
        Self::Waiting,
        Self::Hold,
        Self::ErasureRequest,
    ];

    /// Its text.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::User => "usr",
            Self::Group => "grp",
            Self::Session => "ses",
            Self::Application => "app",
            Self::Device => "dev",
            Self::ApiKey => "key",
            Self::Export => "exp",
            Self::Mail => "mail",
            Self::Passkey => "pky",
            Self::KnownDevice => "known",
            Self::Invitation => "inv",
            Self::SavedSearch => "srch",
            Self::Disclosure => "dsc",
            Self::Waiting => "wait",
            Self::Hold => "hold",
            Self::ErasureRequest => "ers",
        }
    }

    /// Whether everything that begins with it is ours, whatever follows: what people and programs are told apart by.
    /// Of the others, which are words that other systems use as well, only what looks like an id made here.
    const fn is_ours_whole(self) -> bool {
        match self {
            Self::User | Self::Group | Self::Session | Self::Application | Self::Device | Self::ApiKey => true,
            Self::Export
            | Self::Mail
            | Self::Passkey
            | Self::KnownDevice
            | Self::Invitation
            | Self::SavedSearch
            | Self::Disclosure
            | Self::Waiting
            | Self::Hold
            | Self::ErasureRequest => false,
        }
    }

    /// What this id of ours is the id of; `None` if it is none of ours. Case, width and what does not show make no
    /// difference: what people would read as an id of ours is one.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        if id.is_ascii() && !id.contains('_') {
            return None;
        }
        let shows = |c: &char| c.is_alphanumeric() || c.is_ascii_punctuation();
        let read: String = activity::text::exact(id).chars().filter(shows).collect();
        let (head, rest) = read.split_once('_')?;
        let prefix = Self::ALL.into_iter().find(|prefix| prefix.text() == head)?;
        (prefix.is_ours_whole() || is_random(rest)).then_some(prefix)
    }
}

fn is_random(rest: &str) -> bool {
    rest.len() == RANDOM && rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v'))
}

/// Whether an id is one of this installation's, or is written like one.
#[must_use]
pub fn is_ours(id: &str) -> bool {
    Prefix::of(id).is_some()
}

/// A new id of this sort, such as `usr_…`: a UUIDv7 in 26 characters, so ids order by creation.
pub(crate) fn new_id(app: &App, prefix: Prefix) -> String {
    new_id_at(app, prefix, app.now())
}

/// The id of something made at this time: later ones sort later.
pub(crate) fn new_id_at(app: &App, prefix: Prefix, at: Time) -> String {
    id_of(prefix, app.rng().uuid(at))
}

/// The id of this sort that is made of these bits.
pub(crate) fn id_of(prefix: Prefix, uuid: uuid::Uuid) -> String {
    let random = BASE32HEX_NOPAD.encode(uuid.as_bytes()).to_ascii_lowercase();
    format!("{}_{random}", prefix.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_ours_is_known_however_it_is_written() {
        for prefix in Prefix::ALL {
            let made = format!("{}_{}", prefix.text(), "0".repeat(RANDOM));
            assert_eq!(Prefix::of(&made), Some(prefix), "{made}");
            assert_eq!(Prefix::of(&made.to_uppercase()), Some(prefix));
            assert_eq!(Prefix::of(&format!(" \u{200b}{made}\n")), Some(prefix));
        }
        for id in [
            "usr_",
            "usr_1",
            "app_web",
            "App_API",
            "u\u{ad}sr_24",
            "grp_x/y",
            "\u{feff}key_1",
            "ｕｓｒ_1",
        ] {
            assert!(Prefix::of(id).is_some(), "{id}");
        }
    }

    #[test]
    fn ids_of_other_systems_are_theirs() {
        for id in [
            "24",
            "",
            "user_24",
            "acme:usr_24",
            "sam@example.com",
            "ssh:deploy@gate",
            "inv_2026_7",
            "mail_7",
            "usr-24",
            "usrx_1",
            "üsr_1",
        ] {
            assert_eq!(Prefix::of(id), None, "{id}");
        }
    }
}
