//! Every activity type this product knows: one file per category. Owns codes, titles and templates; whether and
//! since when a type is recorded here is known to the log.

mod account;
mod api_key;
mod application;
mod connection;
mod device;
mod group;
mod log;
mod mail;
mod part;
mod session;
mod user;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

pub use part::Level;
pub(crate) use part::Part;

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
    /// Registered applications.
    Application,
    /// Readers and exports of the log, and what happened to it.
    Log,
    /// Keys of programs.
    ApiKey,
    /// Mail that was sent.
    Mail,
}

impl Category {
    /// Every category in the order of the page.
    pub const ALL: [Self; 10] = [
        Self::User,
        Self::Account,
        Self::Device,
        Self::Group,
        Self::Session,
        Self::Connection,
        Self::Application,
        Self::Log,
        Self::ApiKey,
        Self::Mail,
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
            Self::Application => "Applications",
            Self::Log => "The log itself",
            Self::ApiKey => "API keys",
            Self::Mail => "Mail",
        }
    }

    /// Its types.
    #[must_use]
    pub fn types(self) -> &'static [ActivityType] {
        match self {
            Self::User => user::TYPES,
            Self::Account => account::TYPES,
            Self::Device => device::TYPES,
            Self::Group => group::TYPES,
            Self::Session => session::TYPES,
            Self::Connection => connection::TYPES,
            Self::Application => application::TYPES,
            Self::Log => log::TYPES,
            Self::ApiKey => api_key::TYPES,
            Self::Mail => mail::TYPES,
        }
    }

    /// A type under this heading whose status is `title` and whose sentence is `template`.
    const fn entry(
        self,
        code: &'static str,
        title: &'static str,
        happens: &'static str,
        template: &'static [Part],
        example: &'static str,
    ) -> ActivityType {
        ActivityType {
            code,
            category: self,
            title,
            happens,
            example,
            level: Level::Usual,
            only_here: self.only_here(),
            is_read: false,
            template,
            failed: None,
        }
    }

    /// Whether everything under this heading is this installation's own doing.
    const fn only_here(self) -> bool {
        match self {
            Self::Account | Self::Device | Self::Application | Self::Log | Self::ApiKey | Self::Mail => true,
            // Other systems have log-ins, groups, sessions and contacts as well.
            Self::User | Self::Group | Self::Session | Self::Connection => false,
        }
    }
}

/// What comes before the first dot of codes that mean this installation's own doing, known or still to come: whole
/// families that no program from outside may report.
pub const RESERVED: &[&str] = &[
    "account",
    "api_key",
    "application",
    "catalogue",
    "checkpoint",
    "device",
    "erasure",
    "export",
    "hold",
    "installation",
    "log",
    "mail",
    "passkey",
    "retention",
    "role",
    "saved_search",
    "sms",
    "stream",
    "whodid",
];

/// Whether only this installation can cause activities with this code, so that nobody else may report one.
#[must_use]
pub fn is_only_here(code: &str) -> bool {
    let family = code.split('.').next().unwrap_or(code);
    RESERVED.contains(&family) || find(code).is_some_and(|entry| entry.only_here)
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
    /// When it happens, as a sentence without a full stop.
    pub happens: &'static str,
    /// An example of its sentence, names between backticks.
    pub example: &'static str,
    /// How its row is coloured when it succeeded.
    pub level: Level,
    /// Whether only this installation can cause it: a program from outside that reports it is refused.
    pub only_here: bool,
    /// Whether it says no more than that somebody looked at a log.
    pub is_read: bool,
    /// What its sentence is made of.
    pub(crate) template: &'static [Part],
    /// Sentence and title when what was tried failed; without one, the usual ones with `(failed)`.
    pub(crate) failed: Option<&'static str>,
}

impl ActivityType {
    const fn warning(mut self) -> Self {
        self.level = Level::Warning;
        self
    }

    const fn failure(mut self) -> Self {
        self.level = Level::Failure;
        self
    }

    /// Only this installation can cause it, though others of its heading happen elsewhere too.
    const fn caused_here(mut self) -> Self {
        self.only_here = true;
        self
    }

    /// It says no more than that somebody looked at a log.
    const fn reading(mut self) -> Self {
        self.is_read = true;
        self
    }

    const fn when_failed(mut self, failed: &'static str) -> Self {
        self.failed = Some(failed);
        self
    }
}

/// Every type by its code, with one shared copy of the code for activities to point to.
static BY_CODE: LazyLock<HashMap<&'static str, (Arc<str>, &'static ActivityType)>> = LazyLock::new(|| {
    all()
        .map(|entry| (entry.code, (Arc::from(entry.code), entry)))
        .collect()
});

/// The type with this code.
#[must_use]
pub fn find(code: &str) -> Option<&'static ActivityType> {
    BY_CODE.get(code).map(|(_, entry)| *entry)
}

/// Every type, by category.
pub fn all() -> impl Iterator<Item = &'static ActivityType> {
    Category::ALL.into_iter().flat_map(Category::types)
}

/// Every type that says no more than that somebody looked at a log.
pub fn reads() -> impl Iterator<Item = &'static ActivityType> {
    all().filter(|entry| entry.is_read)
}

/// The code as it is kept in memory: one copy for all activities of a type of the catalogue.
#[must_use]
pub fn shared(code: &str) -> Arc<str> {
    BY_CODE
        .get(code)
        .map_or_else(|| Arc::from(code), |(shared, _)| Arc::clone(shared))
}

#[cfg(test)]
mod tests;
