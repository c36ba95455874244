//! Every activity type this product knows: one file per category. Owns codes, titles and templates; whether and
//! since when a type is recorded here is known to the log.

use crate::sentence::Level;

/// A heading of the page of logged activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// Log-ins, passwords, second factors.
    User,
    /// What is done to an account.
    Account,
    /// Browsers and clients that are signed in.
    Device,
    /// Groups and invitations.
    Group,
    /// Meetings and spaces.
    Session,
    /// Contacts between users.
    Connection,
    /// Readers and exports of the log.
    Log,
    /// Keys of programs.
    ApiKey,
    /// Mail that was sent.
    Mail,
}

impl Category {
    /// Every category in the order of the page.
    pub const ALL: [Self; 9] = [
        Self::User, Self::Account, Self::Device, Self::Group, Self::Session, Self::Connection, Self::Log,
        Self::ApiKey, Self::Mail,
    ];

    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::User => "Log-ins and passwords",
            Self::Account => "Accounts",
            Self::Device => "Devices",
            Self::Group => "Groups",
            Self::Session => "Sessions",
            Self::Connection => "Connections",
            Self::Log => "Readers of the log",
            Self::ApiKey => "API keys",
            Self::Mail => "Mail",
        }
    }
}

/// An entry of the catalogue.
#[derive(Debug)]
pub struct ActivityType {
    /// Its code, such as `user.login`.
    pub code: &'static str,
    /// Its heading.
    pub category: Category,
    /// The status in words, such as `Logged in`.
    pub title: &'static str,
    /// When it happens, after "Recorded when a user …".
    pub happens: &'static str,
    /// An example of its sentence, names between backticks.
    pub example: &'static str,
    /// How its row is coloured when it succeeded.
    pub level: Level,
}

/// The type with this code.
#[must_use]
pub fn find(code: &str) -> Option<&'static ActivityType> {
    let _ = code;
    None
}

/// Every type, by category.
pub fn all() -> impl Iterator<Item = &'static ActivityType> {
    [].into_iter()
}
