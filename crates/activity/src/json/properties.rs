//! What holds for every text that somebody may send as an activity, and for every activity that is taken.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use super::*;
use crate::Activity;
use crate::limits::FieldError;
use crate::samples::any_facts;

const NOW: Time = Time(1_800_000_000_000_000);

/// Any JSON at all, with our own keys and words among the others.
fn any_json() -> impl Strategy<Value = Value> {
    let key = || prop_oneof![3 => select(keys::KEYS.clone()).prop_map(str::to_owned), 1 => ".{0,4}"];
    let word = select(vec![
        "success",
        "self",
        "system",
        "user.login",
        "10.0.0.1",
        "2026-11-21T14:02:51Z",
        "DE",
        "usr_7",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, move |inner| {
        let entry = (
            prop_oneof![
                key(),
                select(vec!["kind", "id", "name", "field", "person"]).prop_map(str::to_owned)
            ],
            inner.clone(),
        );
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(entry, 0..6).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// An activity as a row has it, with some bytes changed, taken away or put in.
fn damaged_row() -> impl Strategy<Value = Vec<u8>> {
    let damage = (any::<Index>(), 0_u8..4, select(b"{}[]\":,\\u0e-9\0\xff ".to_vec()));
    (any_facts(), prop::collection::vec(damage, 0..6)).prop_map(|(facts, damages)| {
        let mut row = to_json(&row(facts));
        for given in keys::GIVEN_BY_THE_LOG {
            row.as_object_mut().unwrap().remove(*given);
        }
        let mut bytes = row.to_string().into_bytes();
        for (at, how, byte) in damages {
            let at = at.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match how {
                0 if !bytes.is_empty() => bytes[at] = byte,
                1 if !bytes.is_empty() => drop(bytes.remove(at)),
                2 => bytes.truncate(at),
                _ => bytes.insert(at, byte),
            }
        }
        bytes
    })
}

fn row(facts: Facts) -> Activity {
    Activity {
        seq: 7,
        recorded_at: NOW,
        facts,
    }
}

/// What must hold of this body, whatever it is.
fn judge(body: &[u8]) -> Result<(), TestCaseError> {
    let _ = parse_row(body, NOW);
    let whole: Option<Value> = serde_json::from_slice(body).ok();
    match parse_facts(body, NOW) {
        Ok(facts) => {
            prop_assert!(whole.is_some(), "what is no JSON was taken");
            prop_assert_eq!(limits::check(&facts, NOW), Ok(()));
            let row = to_json(&row(facts.clone())).to_string();
            prop_assert_eq!(parse_row(row.as_bytes(), NOW), Ok(facts.into()));
        }
        Err(errors) => {
            prop_assert!((1..=64).contains(&errors.len()), "{} errors", errors.len());
            errors.iter().try_for_each(told)?;
        }
    }
    Ok(())
}

/// An error says where and what, and is no longer than what one reads.
fn told(error: &FieldError) -> Result<(), TestCaseError> {
    prop_assert!(error.pointer.is_empty() || error.pointer.starts_with('/'), "{error}");
    prop_assert!(!error.detail.is_empty() && error.detail.len() < 2_000, "{error}");
    prop_assert!(!error.detail.contains(['\0', '\n']), "{error:?}");
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_with_their_place(body in prop::collection::vec(any::<u8>(), 0..64)) {
        judge(&body)?;
    }

    #[test]
    fn any_json_is_read_or_refused_with_its_place(value in any_json()) {
        judge(value.to_string().as_bytes())?;
    }

    #[test]
    fn damaged_activities_are_read_or_refused_with_their_place(body in damaged_row()) {
        judge(&body)?;
    }
}
