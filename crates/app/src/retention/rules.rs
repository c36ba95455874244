//! The rules: for how many days what is under each heading is kept, and what is cut off by them at a moment. Age is by when
//! the log recorded it: an import of old data is kept as long as what happened today, and nothing that the log was given
//! since can be gone at once.

use std::collections::BTreeMap;
use std::fmt;

use activity::Heading;
use activity::Time;
use engine::Cut;
use store::log::retention::Rules as Rows;

/// The most days that can be said: more than any log has.
pub const MOST_DAYS: u32 = 36_500;
/// The row of the rule for all others.
const DEFAULT: &str = "default";

/// How long activities are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// For ever.
    #[default]
    Forever,
    /// For so many days, at least 1.
    Days(u32),
}

/// How long activities are kept, by heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// What has no rule of its own.
    pub others: Keep,
    /// What has one.
    pub of: BTreeMap<Heading, Keep>,
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forever => f.write_str("for ever"),
            Self::Days(1) => f.write_str("1 day"),
            Self::Days(days) => write!(f, "{days} days"),
        }
    }
}

impl Keep {
    /// How many days; `None` for ever.
    #[must_use]
    pub fn days(self) -> Option<u32> {
        match self {
            Self::Forever => None,
            Self::Days(days) => Some(days),
        }
    }
}

impl From<Option<u32>> for Keep {
    fn from(days: Option<u32>) -> Self {
        days.map_or(Self::Forever, Self::Days)
    }
}

impl Rules {
    /// How long what is under a heading is kept.
    #[must_use]
    pub fn keep(&self, heading: Heading) -> Keep {
        self.of.get(&heading).copied().unwrap_or(self.others)
    }

    /// What goes by them at `now`. Nothing that is younger than a day does, whatever they say.
    pub(crate) fn cuts(&self, now: Time) -> Vec<Cut> {
        let cut = |heading| {
            let days = i64::from(self.keep(heading).days()?.max(1));
            Some(Cut {
                heading,
                before: now.plus(-days * Time::DAY),
            })
        };
        Heading::ALL.into_iter().filter_map(cut).collect()
    }

    pub(super) fn of_rows(rows: &Rows) -> Self {
        let of = rows
            .iter()
            .filter_map(|(word, days)| Some((Heading::of_word(word)?, Keep::from(*days))));
        Self {
            others: rows.get(DEFAULT).copied().flatten().into(),
            of: of.collect(),
        }
    }

    pub(super) fn rows(&self) -> Rows {
        let of = self
            .of
            .iter()
            .map(|(heading, keep)| (heading.word().to_owned(), keep.days()));
        let others = [(DEFAULT.to_owned(), self.others.days())];
        of.chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_keep() -> impl Strategy<Value = Keep> {
        prop_oneof![Just(Keep::Forever), (1..=MOST_DAYS).prop_map(Keep::Days)]
    }

    fn any_rules() -> impl Strategy<Value = Rules> {
        let of = prop::collection::btree_map(prop::sample::select(Heading::ALL.to_vec()), any_keep(), 0..11);
        (any_keep(), of).prop_map(|(others, of)| Rules { others, of })
    }

    proptest! {
        #[test]
        fn rules_come_back_from_their_rows_and_cut_what_they_say(rules in any_rules()) {
            prop_assert_eq!(&Rules::of_rows(&rules.rows()), &rules);
            let now = Time(1_800_000_000_000_000);
            let cuts = rules.cuts(now);
            for heading in Heading::ALL {
                let cut = cuts.iter().find(|cut| cut.heading == heading);
                match rules.keep(heading) {
                    Keep::Forever => prop_assert!(cut.is_none()),
                    Keep::Days(days) => prop_assert_eq!(cut.unwrap().before.plus(i64::from(days) * Time::DAY), now),
                }
            }
        }
    }

    #[test]
    fn without_rules_everything_is_kept_for_ever() {
        assert!(Rules::of_rows(&Rows::new()).cuts(Time(0)).is_empty());
    }
}
