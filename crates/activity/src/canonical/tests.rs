use proptest::prelude::*;

use super::*;
use crate::By;
use crate::samples::{any_facts, failed_log_in};

fn person(id: &str) -> Person {
    Person {
        id: id.into(),
        ..Person::default()
    }
}

#[test]
fn persons_are_named_once_in_a_fixed_order() {
    let mut facts = failed_log_in().facts;
    let target = |id: &str| Target {
        kind: Target::USER.into(),
        id: id.into(),
        ..Target::default()
    };
    (facts.by, facts.targets) = (
        By::Administrator(person("usr_1")),
        vec![target("usr_7"), target("usr_9")],
    );
    assert_eq!(persons(&facts), ["usr_7", "usr_1", "usr_9"]);
    let roles: Vec<_> = encode(&facts).personal.iter().map(|person| person.role).collect();
    assert_eq!(
        roles,
        [PersonRole::User, PersonRole::By, PersonRole::Target, PersonRole::Target]
    );
    facts.targets = vec![Target {
        kind: "session".into(),
        ..Target::default()
    }];
    assert_eq!(encode(&facts).personal.len(), 2);
}

#[test]
fn values_of_a_person_stand_nowhere_but_in_their_own() {
    let facts = failed_log_in().facts;
    let canonical = encode(&facts);
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    for text in [
        "usr_7",
        "Sam Jones",
        "sam@example.com",
        "Firefox",
        "wrong_password",
        "Pro",
    ] {
        assert!(!holds(&canonical.impersonal, text), "{text}");
        assert!(holds(&canonical.personal[0].values, text), "{text}");
    }
    assert!(holds(&canonical.impersonal, "Web manager"));
}

#[test]
fn without_a_key_there_is_no_leaf() {
    let facts = failed_log_in().facts;
    assert_eq!(leaf_of(&facts, |_| None), None);
    assert!(leaf_of(&Facts::new("a.b", crate::Time(0)), |_| None).is_some());
}

proptest! {
    #[test]
    fn any_change_changes_the_leaf(one in any_facts(), other in any_facts()) {
        let leaf = |facts| leaf_of(facts, |_| Some([7; 32]));
        prop_assert_eq!(one == other, leaf(&one) == leaf(&other));
    }

    #[test]
    fn everyone_who_needs_a_key_is_told(facts in any_facts()) {
        let told = persons(&facts);
        let canonical = encode(&facts);
        prop_assert!(canonical.personal.iter().all(|person| told.contains(&person.person_id.as_str())));
    }
}
