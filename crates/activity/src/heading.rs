//! Everything that can be recorded, put under headings: those of the catalogue, and one for all that it does not know.
//! Owns their words in addresses and tables, and which activities a heading is of.

use crate::catalogue::{Category, all, find};
use crate::query::{Expr, KindPattern, Term};
use crate::removed::REMOVED;

/// What an activity is kept under. Every activity has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Heading {
    /// A heading of the catalogue.
    Of(Category),
    /// Types that the catalogue does not know, which other programs report.
    Others,
}

impl Heading {
    /// Every heading in the order of pages.
    pub const ALL: [Self; 11] = [
        Self::Of(Category::User),
        Self::Of(Category::Account),
        Self::Of(Category::Device),
        Self::Of(Category::Group),
        Self::Of(Category::Session),
        Self::Of(Category::Connection),
        Self::Of(Category::Application),
        Self::Of(Category::Log),
        Self::Of(Category::ApiKey),
        Self::Of(Category::Mail),
        Self::Others,
    ];

    /// That of a type.
    #[must_use]
    pub fn of_kind(code: &str) -> Self {
        find(code).map_or(Self::Others, |entry| Self::Of(entry.category))
    }

    /// Its word, which never changes.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Of(Category::User) => "user",
            Self::Of(Category::Account) => "account",
            Self::Of(Category::Device) => "device",
            Self::Of(Category::Group) => "group",
            Self::Of(Category::Session) => "session",
            Self::Of(Category::Connection) => "connection",
            Self::Of(Category::Application) => "application",
            Self::Of(Category::Log) => "log",
            Self::Of(Category::ApiKey) => "api_key",
            Self::Of(Category::Mail) => "mail",
            Self::Others => "others",
        }
    }

    /// The heading with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|heading| heading.word() == word)
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Of(category) => category.title(),
            Self::Others => "Types of other programs",
        }
    }

    /// What is met by exactly the activities under it.
    #[must_use]
    pub fn expr(self) -> Expr {
        let exact = |code: &str| KindPattern::Exact(code.to_owned());
        match self {
            Self::Of(category) => {
                let types = category.types().iter().map(|entry| exact(entry.code));
                Term::Kind(types.collect()).into()
            }
            Self::Others => {
                let known = all().map(|entry| exact(entry.code)).chain([exact(REMOVED)]);
                Expr::from(Term::Kind(known.collect())).negated()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activity, Facts, Time};

    #[test]
    fn every_activity_is_under_one_heading_and_what_was_removed_under_none() {
        let of = |kind: &str| Activity {
            seq: 0,
            recorded_at: Time(0),
            facts: Facts::new(kind, Time(0)),
        };
        let codes = all().map(|entry| entry.code);
        for code in codes.chain(["invoice.paid", "user.of_another_system", "log"]) {
            let under: Vec<Heading> = Heading::ALL
                .into_iter()
                .filter(|heading| heading.expr().matches(&of(code)))
                .collect();
            assert_eq!(under, [Heading::of_kind(code)], "{code}");
        }
        let removed = Activity::removed(0, Time(0));
        assert!(Heading::ALL.iter().all(|heading| !heading.expr().matches(&removed)));
    }

    #[test]
    fn words_lead_back_to_their_headings() {
        for heading in Heading::ALL {
            assert_eq!(Heading::of_word(heading.word()), Some(heading));
        }
        assert_eq!(Heading::of_word("Others"), None);
        assert_eq!(Heading::ALL.len(), Category::ALL.len() + 1);
    }
}
