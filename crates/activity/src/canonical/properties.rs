//! What holds for the leaf of every activity.

use proptest::prelude::*;

use super::*;
use crate::codec;
use crate::field::Field;
use crate::samples::any_facts;

fn leaf(facts: &Facts) -> Option<Hash> {
    leaf_of(facts, |_| Some([7; 32]))
}

/// How many fields hold something else than one text.
const NO_TEXTS: usize = 13;

/// `one` with one field of `other`, each field by its number.
fn with_one_field_of(one: &Facts, other: &Facts, field: usize) -> Facts {
    let mut mixed = one.clone();
    let other = other.clone();
    match field {
        0 => mixed.kind = other.kind,
        1 => mixed.occurred_at = other.occurred_at,
        2 => mixed.outcome = other.outcome,
        3 => mixed.user = other.user,
        4 => mixed.by = other.by,
        5 => mixed.targets = other.targets,
        6 => mixed.group = other.group,
        7 => mixed.application = other.application,
        8 => mixed.ip = other.ip,
        9 => mixed.changes = other.changes,
        10 => mixed.metadata = other.metadata,
        11 => mixed.severity = other.severity,
        12 => mixed.recorder = other.recorder,
        text => {
            let field = Field::texts().nth(text - NO_TEXTS).expect("the number is of a field");
            if let Some(slot) = field.text_mut(&mut mixed) {
                *slot = field.text(&other).map(str::to_owned);
            }
        }
    }
    mixed
}

/// The same, recorded by Whodid where that was not stated.
fn stated(mut facts: Facts) -> Facts {
    if facts.recorder == Recorder::Unstated {
        facts.recorder = Recorder::Whodid;
    }
    facts
}

proptest! {
    #[test]
    fn one_field_more_or_less_is_another_leaf(one in any_facts(), other in any_facts(), field in 0..NO_TEXTS + Field::texts().count()) {
        // What does not state its recorder has the canonical bytes of version 1, which know fewer fields.
        let (one, other) = (stated(one), stated(other));
        let mixed = with_one_field_of(&one, &other, field);
        prop_assert_eq!(mixed == one, leaf(&mixed) == leaf(&one));
    }

    #[test]
    fn what_was_stored_has_the_leaf_it_had(facts in any_facts()) {
        let back = codec::from_bytes(&codec::to_bytes(&facts)).unwrap();
        prop_assert_eq!(leaf(&back), leaf(&facts));
        prop_assert_eq!(encode(&back), encode(&facts));
    }

    #[test]
    fn another_key_is_another_leaf_exactly_where_somebody_is_named(facts in any_facts()) {
        let other = leaf_of(&facts, |_| Some([8; 32]));
        prop_assert_eq!(other == leaf(&facts), encode(&facts).personal.is_empty());
    }
}
