//! Whose values are being taken out of the log just now. Until that is done they are hidden: whatever is read is read as it
//! will be then. Owns who is meant, and what becomes of a row; the rewriting is the ledger's.

use std::collections::HashSet;

use activity::canonical::KeptDigest;
use activity::erased::{self, Remains};
use activity::query::{ByPattern, Entity, Expr, Term};
use activity::{Activity, Facts, Seq, canonical};
use store::log::PersonKey;
use store::log::erasure::Erasure;
use volume::{Glance, RecordRow};

/// The persons who are being erased.
#[derive(Debug)]
pub(crate) struct Erasing {
    /// Of two of one person, the one of the earlier activities first.
    of: Vec<One>,
    named: Expr,
    others: Expr,
}

#[derive(Debug)]
struct One {
    id: u64,
    person: String,
    /// Activities from this seq on are theirs anew.
    before: Seq,
    key: Option<PersonKey>,
}

impl Default for Erasing {
    fn default() -> Self {
        Self::of(&[])
    }
}

impl Erasing {
    /// Those of whom it is still known who they are.
    pub(crate) fn of(erasures: &[Erasure]) -> Self {
        let one = |of: &Erasure| {
            Some(One {
                id: of.id,
                person: of.person.clone()?,
                before: of.seq,
                key: of.key,
            })
        };
        let of: Vec<One> = erasures.iter().filter_map(one).collect();
        let ids = || of.iter().map(|one| Entity::Id(one.person.clone()));
        let named = Expr::from(Term::User(ids().collect()))
            .or(Term::By(ids().map(ByPattern::Is).collect()).into())
            .or(Term::Target(ids().collect()).into());
        Self {
            others: named.clone().negated(),
            named,
            of,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// How many persons.
    pub(crate) fn persons(&self) -> usize {
        self.of.iter().map(|one| &one.person).collect::<HashSet<_>>().len()
    }

    /// Activities from here on are none of theirs.
    pub(crate) fn end(&self) -> Seq {
        self.of.iter().map(|one| one.before).max().unwrap_or(0)
    }

    /// What is met by every activity that names one of them, and by some others.
    pub(crate) fn named(&self) -> &Expr {
        &self.named
    }

    /// What is met by all other activities.
    pub(crate) fn others(&self) -> &Expr {
        &self.others
    }

    fn meant(&self, person: &str, seq: Seq) -> Option<&One> {
        self.of.iter().find(|one| seq < one.before && one.person == person)
    }

    /// Whether an activity names one of them as whom they are being erased.
    pub(crate) fn is_named_in(&self, activity: &Activity) -> bool {
        let mut persons = canonical::persons(activity).into_iter();
        persons.any(|person| self.meant(person, activity.seq).is_some())
    }

    /// Whether a row of a record may name one of them as whom they are being erased. Guarantee: none does where this is false,
    /// because a person is named as user, as doer or as one of the targets.
    pub(crate) fn may_be_named_in(&self, glance: &Glance<'_>) -> bool {
        let is_meant = |id: &str| self.meant(id, glance.seq).is_some();
        let ids = [glance.user, glance.by, glance.target];
        glance.seq < self.end() && (glance.has_more_targets || ids.into_iter().flatten().any(is_meant))
    }

    /// The numbers of the erasures that an activity is rewritten for.
    pub(crate) fn for_whom(&self, activity: &Activity) -> Vec<u64> {
        let persons = canonical::persons(activity).into_iter();
        let meant = persons.filter_map(|person| self.meant(person, activity.seq));
        meant.map(|one| one.id).collect()
    }

    /// The key that was theirs when this activity was recorded.
    pub(crate) fn key(&self, person: &str, seq: Seq) -> Option<[u8; 32]> {
        self.meant(person, seq)?.key?.at(seq)
    }

    /// The activity as it will be.
    pub(crate) fn hide(&self, activity: &mut Activity) {
        if self.is_empty() {
            return;
        }
        let seq = activity.seq;
        erased::erase(&mut activity.facts, |person| self.meant(person, seq).is_some());
    }

    /// Takes their values out of the facts of the activity `seq`, and keeps the digests.
    pub(crate) fn erase(&self, seq: Seq, facts: &mut Facts, kept: &mut Vec<KeptDigest>) -> Remains {
        let is_erased = |person: &str| self.meant(person, seq).is_some();
        erased::erase_keeping(facts, kept, is_erased, |person| self.key(person, seq))
    }

    /// The same with a row of a record. A leaf that is kept because a key was gone already stays.
    pub(crate) fn erase_row(&self, row: &mut RecordRow) -> Remains {
        self.erase(row.activity.seq, &mut row.activity.facts, &mut row.kept)
    }
}
