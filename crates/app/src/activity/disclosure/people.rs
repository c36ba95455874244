//! Whose rows these are. A person's log is what they did and what was done to their account: a row is its user's and
//! its doer's. Whom it was merely done towards (its targets) has it in no log of theirs.

use std::collections::BTreeMap;

use activity::{Activity, By, Person};
use serde::{Deserialize, Serialize};

use crate::{Caller, Via};

/// Who is given rows, as far as it matters whose rows they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    pub(super) caller: &'a Caller,
    /// Whether the caller's own account is theirs: not so for a key that somebody else made for it.
    pub(super) owns_account: bool,
    /// Whether the reader follows the log, in which their own reading shows.
    pub(super) follows: bool,
}

/// Whose log rows are from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Owners {
    /// Nobody's but the reader's.
    #[default]
    Nobody,
    /// One person's, as the log names them.
    One(Person),
    /// Several people's.
    Several,
}

/// Whose rows these are, and how many of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct People {
    pub(super) counts: BTreeMap<String, i64>,
    pub(super) owners: Owners,
}

impl People {
    /// Of rows that this reader is given; their own count for nobody.
    pub(super) fn of<'a>(rows: impl IntoIterator<Item = &'a Activity>, reader: Reader<'_>) -> Self {
        let mut people = Self::default();
        for row in rows.into_iter().filter(|row| !reader.is_own(row)) {
            people.add(row, Some(reader));
        }
        people
    }

    /// Of rows that are kept for whoever comes for them.
    pub(super) fn of_all<'a>(rows: impl IntoIterator<Item = &'a Activity>) -> Self {
        let mut people = Self::default();
        rows.into_iter().for_each(|row| people.add(row, None));
        people
    }

    /// These and those.
    pub(super) fn join(&mut self, others: Self) {
        self.owners.join(others.owners);
        for (person, count) in others.counts {
            *self.counts.entry(person).or_default() += count;
        }
    }

    fn add(&mut self, row: &Activity, reader: Option<Reader<'_>>) {
        let doer = row.by.person();
        let mut counted = None;
        for person in [row.user.as_ref(), doer].into_iter().flatten() {
            let is_reader = reader.is_some_and(|reader| reader.is(person));
            // Only who has an account here can look at who read.
            if !is_reader && has_account_here(&person.id) && counted != Some(&person.id) {
                *self.counts.entry(person.id.clone()).or_default() += 1;
                counted = Some(&person.id);
            }
        }
        if let Some(owner) = row.user.as_ref().or(doer)
            && !reader.is_some_and(|reader| reader.is(owner))
        {
            self.owners.add(owner);
        }
    }
}

impl Owners {
    fn add(&mut self, person: &Person) {
        match self {
            Self::Nobody => *self = Self::One(person.clone()),
            Self::One(known) if known.id == person.id => {}
            Self::One(_) | Self::Several => *self = Self::Several,
        }
    }

    /// These and those.
    pub(super) fn join(&mut self, others: Self) {
        match others {
            Self::Nobody => {}
            Self::One(person) => self.add(&person),
            Self::Several => *self = Self::Several,
        }
    }
}

impl Reader<'_> {
    fn is(self, person: &Person) -> bool {
        self.owns_account && person.id == self.caller.person.id
    }

    /// Whether giving this row to the reader tells them nothing of anybody else: it is in their own log, or, for who
    /// follows the log, it says that they were given rows. Counting the latter, their reading would go on for ever.
    fn is_own(self, row: &Activity) -> bool {
        let is_theirs = row.user.as_ref().is_some_and(|user| self.is(user));
        is_theirs || (self.follows && &*row.kind == "log.viewed" && self.did(row))
    }

    fn did(self, row: &Activity) -> bool {
        match &row.by {
            By::Application(application) => {
                self.caller.via == Via::CommandLine && application.id == self.caller.person.id
            }
            by => by.person().is_some_and(|person| person.id == self.caller.person.id),
        }
    }
}

/// Whether this is the id of an account of this installation, present or former: no reporter may make them up.
pub(super) fn has_account_here(id: &str) -> bool {
    id.starts_with("usr_")
}
