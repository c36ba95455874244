//! Rows that go into a kept file: nobody is given them yet, and whoever downloads the file is.

use std::collections::BTreeMap;

use activity::{Activity, Person};
use serde::{Deserialize, Serialize};

use super::people::{Owners, People};
use super::{Rows, Unseen};

/// Whose rows a file holds so far.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    /// Who asked for it: what is in their own log tells them nothing of anybody else.
    #[serde(default)]
    requester: Person,
    /// How many rows of whom, but for those in the requester's log.
    people: BTreeMap<String, i64>,
    owners: Owners,
    /// Those in the requester's log.
    #[serde(default)]
    own: BTreeMap<String, i64>,
}

impl Kept {
    /// Of a file for whoever asked for it.
    pub(crate) fn of(requester: Person) -> Self {
        Self {
            requester,
            ..Self::default()
        }
    }

    /// Opens rows for the file.
    pub(crate) fn keep(&mut self, rows: Unseen) -> Rows {
        let id = self.requester.id.as_str();
        let is_own = |row: &&Activity| row.user.as_ref().is_some_and(|user| user.id == id);
        let (own, others): (Vec<&Activity>, Vec<&Activity>) = rows.peek().iter().partition(is_own);
        let People { counts, owners } = People::of_all(others);
        self.owners.join(owners);
        add(&mut self.people, counts);
        add(&mut self.own, People::of_all(own).counts);
        rows.open()
    }

    /// As it was kept with a file; an earlier version kept the numbers alone.
    pub(crate) fn read(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json).or_else(|_| {
            Ok(Self {
                people: serde_json::from_str(json)?,
                ..Self::default()
            })
        })
    }

    /// Whose rows somebody is given with the file, who is `me` unless their key is not theirs.
    pub(super) fn given(self, me: Option<&str>) -> People {
        let mut people = People {
            counts: self.people,
            owners: self.owners,
        };
        if me != Some(&self.requester.id) && !self.own.is_empty() {
            people.owners.join(Owners::One(self.requester));
            add(&mut people.counts, self.own);
        }
        if let Some(me) = me {
            people.counts.remove(me);
            if matches!(&people.owners, Owners::One(person) if person.id == me) {
                people.owners = Owners::Nobody;
            }
        }
        people
    }
}

fn add(to: &mut BTreeMap<String, i64>, counts: BTreeMap<String, i64>) {
    for (person, count) in counts {
        *to.entry(person).or_default() += count;
    }
}
