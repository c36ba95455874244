//! Builders for facts in tests: only what a test states is set.

use activity::{By, Facts, Named, Outcome, Person, Reason, Target, Time};

/// The instant of an RFC 3339 text.
///
/// # Panics
/// If the text is no RFC 3339 time: a test states its times itself.
#[must_use]
pub fn at(text: &str) -> Time {
    Time::parse(text).expect("a test writes its times in RFC 3339")
}

/// A person known by a log-in name: `sam` is `usr_sam`, Sam, `sam@example.com`.
#[must_use]
pub fn person(username: &str) -> Person {
    let mut letters = username.chars();
    let name = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    Person {
        id: format!("usr_{username}"),
        name,
        username: username.to_owned(),
        email: format!("{username}@example.com"),
    }
}

/// Starts the facts of an activity of this type, at 2026-11-02T09:00:00Z until [`Build::at`] says otherwise.
#[must_use]
pub fn activity(code: &str) -> Build {
    Build(Facts::new(code, at("2026-11-02T09:00:00Z")))
}

/// Facts in the making; [`Build::done`] hands them over.
#[derive(Clone, Debug)]
pub struct Build(Facts);

impl Build {
    /// When it happened, RFC 3339.
    #[must_use]
    pub fn at(self, text: &str) -> Self {
        self.with(|facts| facts.occurred_at = at(text))
    }

    /// Whose log it belongs to, as in [`person`].
    #[must_use]
    pub fn user(self, username: &str) -> Self {
        self.with(|facts| facts.user = Some(person(username)))
    }

    /// Done by an administrator.
    #[must_use]
    pub fn by_administrator(self, username: &str) -> Self {
        self.with(|facts| facts.by = By::Administrator(person(username)))
    }

    /// Done by the system itself.
    #[must_use]
    pub fn by_system(self) -> Self {
        self.with(|facts| facts.by = By::System)
    }

    /// The address it came from.
    ///
    /// # Panics
    /// If the text is no address: a test states its addresses itself.
    #[must_use]
    pub fn ip(self, address: &str) -> Self {
        self.with(|facts| facts.ip = Some(address.parse().expect("a test writes valid addresses")))
    }

    /// The device in words.
    #[must_use]
    pub fn device(self, words: &str) -> Self {
        self.with(|facts| facts.device = Some(words.to_owned()))
    }

    /// The application, id and name.
    #[must_use]
    pub fn application(self, id: &str, name: &str) -> Self {
        self.with(|facts| facts.application = Some(named(id, name)))
    }

    /// The group, id and name.
    #[must_use]
    pub fn group(self, id: &str, name: &str) -> Self {
        self.with(|facts| facts.group = Some(named(id, name)))
    }

    /// What it was done to: kind, id and name.
    #[must_use]
    pub fn target(self, kind: &str, id: &str, name: &str) -> Self {
        let target = Target {
            kind: kind.to_owned(),
            id: id.to_owned(),
            name: name.to_owned(),
            ..Target::default()
        };
        self.with(|facts| facts.targets = vec![target])
    }

    /// It failed, for this reason.
    #[must_use]
    pub fn failed(self, reason: Reason) -> Self {
        self.with(|facts| {
            facts.outcome = Outcome::Failure;
            facts.reason = Some(reason.word().to_owned());
        })
    }

    /// One free-form value.
    #[must_use]
    pub fn metadata(self, key: &str, value: &str) -> Self {
        self.with(|facts| drop(facts.metadata.insert(key.to_owned(), value.to_owned())))
    }

    /// The reporter's own id of it.
    #[must_use]
    pub fn external_id(self, id: &str) -> Self {
        self.with(|facts| facts.external_id = Some(id.to_owned()))
    }

    /// Anything the other methods do not say.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        change(&mut self.0);
        self
    }

    /// The facts.
    #[must_use]
    pub fn done(self) -> Facts {
        self.0
    }
}

fn named(id: &str, name: &str) -> Named {
    Named {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}
