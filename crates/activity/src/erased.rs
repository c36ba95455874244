//! What is left of an activity when somebody it names is erased. Owns which values go with whom; that its leaf can still be
//! computed is `canonical`'s.

use crate::canonical::{self, Canonical, KeptDigest};
use crate::field::{Belongs, Field};
use crate::{By, Facts, Person};

/// The id that an erased person has, the same for everybody: nothing tells whether two activities named one person or two.
/// It is also what is left of a raw event.
pub const ERASED: &str = "erased";
/// What an erased person is called, wherever names are read.
pub const ERASED_NAME: &str = "Erased person";

/// What is left of an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remains {
    /// All of it: it names none of those who are erased.
    All,
    /// What is others' and nobody's, and digests with which its leaf is computed.
    Digests,
    /// The same, but a key is gone: nothing yields its leaf any more.
    Leaf,
}

impl Person {
    /// In the place of somebody who was erased.
    #[must_use]
    pub fn erased() -> Self {
        Self {
            id: ERASED.to_owned(),
            name: ERASED_NAME.to_owned(),
            ..Self::default()
        }
    }

    fn erase(&mut self) {
        *self = Self::erased();
    }
}

/// Takes out of an activity what belongs to those of whom `is_erased` holds; whether it names any of them. What is others'
/// and nobody's stays as it is, and so does who is named as what.
pub fn erase(facts: &mut Facts, is_erased: impl Fn(&str) -> bool) -> bool {
    let user = facts.user.as_ref().map(|user| is_erased(&user.id));
    let by = facts.by.person().map(|by| is_erased(&by.id));
    let raw = facts.raw.is_some() && is_erased(canonical::raw_owner(facts));
    let mut names_any = raw;
    if let Some(person) = facts.user.as_mut().filter(|_| user == Some(true)) {
        person.erase();
        names_any = true;
    }
    if let By::Administrator(person) | By::Member(person) | By::Person(person) = &mut facts.by
        && by == Some(true)
    {
        person.erase();
        names_any = true;
    }
    for target in facts.targets.iter_mut().filter(|target| target.is_person()) {
        if is_erased(&target.id) {
            (target.id, target.name) = (ERASED.to_owned(), ERASED_NAME.to_owned());
            (target.username, target.email) = Default::default();
            names_any = true;
        }
    }
    if by.or(user) == Some(true) {
        facts.ip = None;
        clear(facts, Belongs::Doer);
    }
    if user.or(by) == Some(true) {
        (facts.changes, facts.metadata) = Default::default();
        clear(facts, Belongs::Subject);
    }
    if raw {
        facts.raw = Some(ERASED.to_owned());
    }
    names_any
}

fn clear(facts: &mut Facts, of: Belongs) {
    for field in Field::texts().filter(|field| field.info().belongs == of) {
        if let Some(slot) = field.text_mut(facts) {
            *slot = None;
        }
    }
}

/// [`erase`], and keeps the digest of what goes in `kept`, as far as the keys of those who are erased are given.
pub fn erase_keeping(
    facts: &mut Facts,
    kept: &mut Vec<KeptDigest>,
    is_erased: impl Fn(&str) -> bool,
    key_of: impl Fn(&str) -> Option<[u8; 32]>,
) -> Remains {
    let names_any = canonical::persons(facts).into_iter().any(&is_erased);
    if !names_any {
        return Remains::All;
    }
    let canonical = canonical::encode(facts);
    erase(facts, &is_erased);
    let mut remains = Remains::Digests;
    for (place, person) in (0..).zip(&canonical.personal) {
        if !is_erased(&person.person_id) {
            continue;
        }
        match key_of(&person.person_id) {
            Some(key) => kept.push(KeptDigest {
                place,
                digest: canonical::digest(&canonical::salt(&key, &canonical.impersonal), &person.values),
            }),
            None => remains = Remains::Leaf,
        }
    }
    kept.sort_unstable_by_key(|kept| kept.place);
    remains
}

/// Whether at each of these places nothing is left but that somebody was there.
pub(crate) fn is_bare(facts: &Facts, canonical: &Canonical, kept: &[KeptDigest]) -> bool {
    let mut bare = facts.clone();
    erase(&mut bare, |id| id == ERASED);
    let bare = canonical::encode(&bare);
    let is_bare = |kept: &KeptDigest| {
        let at = |of: &Canonical| {
            usize::try_from(kept.place)
                .ok()
                .and_then(|at| of.personal.get(at).cloned())
        };
        at(canonical).is_some_and(|person| person.person_id == ERASED && at(&bare) == Some(person))
    };
    kept.is_sorted_by(|one, next| one.place < next.place) && kept.iter().all(is_bare)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::canonical::{leaf_of, leaf_with, persons};
    use crate::samples::any_facts;
    use crate::{Outcome, Recorder, Target, sentence};

    /// A key that is another for everybody.
    fn key(id: &str) -> Option<[u8; 32]> {
        let mut key = [7; 32];
        id.bytes().zip(&mut key).for_each(|(byte, slot)| *slot ^= byte);
        Some(key)
    }

    fn somebody(facts: &Facts, at: usize) -> Option<String> {
        let persons = persons(facts);
        let named: Vec<&&str> = persons.iter().filter(|id| !id.is_empty()).collect();
        (!named.is_empty()).then(|| (*named[at % named.len()]).to_owned())
    }

    proptest! {
        #[test]
        fn the_leaf_stands_when_one_and_then_everybody_is_erased(facts in any_facts(), at in 0_usize..5) {
            let leaf = leaf_of(&facts, key);
            let (mut left, mut kept) = (facts.clone(), Vec::new());
            let Some(first) = somebody(&facts, at) else { return Ok(()) };
            let remains = erase_keeping(&mut left, &mut kept, |id| id == first, key);
            prop_assert_eq!(remains, Remains::Digests);
            // The others' keys suffice.
            prop_assert_eq!(leaf_with(&left, &kept, |id| key(id).filter(|_| id != first)), leaf);
            prop_assert!(first == ERASED || !persons(&left).contains(&first.as_str()));
            erase_keeping(&mut left, &mut kept, |id| id != ERASED && !id.is_empty(), key);
            prop_assert_eq!(leaf_with(&left, &kept, |id| key(id).filter(|_| id.is_empty())), leaf);
            prop_assert_eq!(canonical::encode(&left).impersonal, canonical::encode(&facts).impersonal);
        }

        #[test]
        fn what_is_left_of_an_erased_activity_cannot_be_changed(
            mut facts in any_facts(), other in any_facts(), at in 0_usize..5,
        ) {
            if facts.recorder == Recorder::Unstated {
                // Canonical bytes of version 1 know fewer fields.
                facts.recorder = Recorder::Whodid;
            }
            let Some(first) = somebody(&facts, at) else { return Ok(()) };
            let (mut left, mut kept) = (facts.clone(), Vec::new());
            erase_keeping(&mut left, &mut kept, |id| id == first, key);
            let leaf = leaf_with(&left, &kept, key);
            let mut changed = Vec::new();
            let mut with = |change: &dyn Fn(&mut Facts)| {
                let mut facts = left.clone();
                change(&mut facts);
                changed.extend((facts != left).then_some(facts));
            };
            with(&|facts| facts.kind = "another.type".into());
            with(&|facts| facts.occurred_at = facts.occurred_at.plus(1));
            with(&|facts| facts.outcome = Outcome::Denied);
            with(&|facts| facts.group = other.group.clone());
            with(&|facts| facts.application = other.application.clone());
            with(&|facts| facts.targets = other.targets.clone());
            with(&|facts| facts.by = other.by.clone());
            with(&|facts| facts.user = other.user.clone());
            with(&|facts| facts.metadata = other.metadata.clone());
            with(&|facts| facts.ip = other.ip);
            with(&|facts| facts.reason = other.reason.clone());
            with(&|facts| facts.raw = other.raw.clone());
            for facts in changed {
                prop_assert_ne!(leaf_with(&facts, &kept, key), leaf, "{:?}", facts);
            }
        }

        #[test]
        fn erasing_again_changes_nothing(facts in any_facts(), at in 0_usize..5) {
            let Some(first) = somebody(&facts, at) else { return Ok(()) };
            let mut once = facts.clone();
            prop_assert!(erase(&mut once, |id| id == first));
            let mut twice = once.clone();
            prop_assert_eq!(erase(&mut twice, |id| id == first), first == ERASED);
            prop_assert_eq!(twice, once);
        }
    }

    #[test]
    fn nothing_of_the_person_is_left_and_everything_of_the_others() {
        let mut facts = crate::samples::failed_log_in().facts;
        let ann = Person {
            id: "usr_1".into(),
            name: "Ann Lee".into(),
            ..Person::default()
        };
        facts.by = By::Administrator(ann);
        facts.raw = Some("{\"sam\":1}".into());
        assert!(erase(&mut facts, |id| id == "usr_7"));
        let json = serde_json::to_string(&facts).unwrap();
        for gone in ["usr_7", "Sam", "sjones", "wrong_password", "Pro", "plan", "sam"] {
            assert!(!json.contains(gone), "{gone} in {json}");
        }
        for left in [
            "Ann Lee",
            "10.1.2.3",
            "Firefox",
            "\"DE\"",
            "Web manager",
            "Erased person",
        ] {
            assert!(json.contains(left), "no {left} in {json}");
        }
        erase(&mut facts, |id| id == "usr_1");
        assert!(facts.ip.is_none() && facts.device.is_none() && facts.country.is_none());
    }

    #[test]
    fn sentences_name_an_erased_person_as_such() {
        let mut facts = Facts::new("connection.removed", crate::Time(0));
        facts.targets = vec![Target {
            kind: Target::USER.into(),
            id: "usr_2".into(),
            ..Target::default()
        }];
        erase(&mut facts, |_| true);
        assert_eq!(sentence::plain(&facts), "Removed connection with Erased person");
        facts.kind = "log.viewed".into();
        facts.by = By::Administrator(Person::erased());
        assert_eq!(sentence::plain(&facts), "Activity log viewed by Erased person");
    }
}
