use proptest::prelude::*;

use super::*;
use crate::samples::{any_facts, failed_log_in};

#[test]
fn nothing_and_an_unknown_version_are_refused() {
    assert_eq!(decode_batch(&encode_batch([])), Ok(Vec::new()));
    assert!(decode_batch(&[]).is_err());
    assert_eq!(
        decode_batch(&[9, 0]),
        Err(DecodeError {
            at: 0,
            what: "unknown version"
        })
    );
    assert!(decode_batch(&[VERSION, 0xff, 0xff, 0xff, 0xff, 0x0f]).is_err());
}

#[test]
fn a_batch_of_version_1_is_still_read() {
    let hex = include_str!("../../tests/corpus/hot/v1.hex").trim();
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    let read = decode_batch(&bytes).unwrap();
    let mut first = failed_log_in().facts;
    first.recorder = Recorder::Unstated;
    let mut second = Facts::new("a.b", Time(-5));
    let person = |id: &str, name: &str, username: &str| Person {
        id: id.into(),
        name: name.into(),
        username: username.into(),
        ..Person::default()
    };
    (second.by, second.user) = (
        By::Administrator(person("u2", "Ann", "ann")),
        Some(person("u1", "", "")),
    );
    second.targets = vec![Target {
        kind: "user".into(),
        id: "u3".into(),
        name: "Mia".into(),
        username: "mia".into(),
        ..Target::default()
    }];
    second.ip = Some("2001:db8::7".parse().unwrap());
    (second.user_agent, second.description) = (Some("curl/8".into()), Some("said".into()));
    (second.external_id, second.recorder) = (Some("x-1".into()), Recorder::Unstated);
    second.changes = vec![Change {
        field: "seats".into(),
        before: None,
        after: Some("3".into()),
    }];
    let mut third = Facts::new("system.started", Time(0));
    (third.by, third.recorder) = (By::System, Recorder::Unstated);
    assert_eq!(read, [first, second, third]);
}

proptest! {
    #[test]
    fn facts_come_back_as_they_were(facts in prop::collection::vec(any_facts(), 0..4)) {
        prop_assert_eq!(decode_batch(&encode_batch(&facts)), Ok(facts));
    }

    #[test]
    fn damaged_bytes_never_panic(facts in any_facts(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = to_bytes(&facts);
        let length = bytes.len();
        bytes[at.index(length)] = byte;
        let _ = from_bytes(&bytes);
        prop_assert!(from_bytes(&to_bytes(&facts)[..at.index(length)]).is_err());
    }
}
