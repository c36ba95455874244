use super::*;
use crate::Change;

const NOW: Time = Time(1_800_000_000_000_000);

fn pointers(change: impl FnOnce(&mut Facts)) -> Vec<String> {
    let mut facts = Facts::new("user.login", NOW);
    change(&mut facts);
    check(&facts, NOW)
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|error| error.pointer)
        .collect()
}

#[test]
fn what_is_within_the_limits_passes() {
    assert!(
        pointers(|facts| {
            facts.occurred_at = NOW.plus(AHEAD);
            facts.device = Some("x".repeat(FIELD_BYTES));
            facts.country = Some("DE".into());
            facts
                .metadata
                .insert("k".repeat(METADATA_KEY_BYTES), "ü".repeat(METADATA_VALUE_CHARS));
            facts.user = Some(Person {
                id: "usr_1".into(),
                ..Person::default()
            });
        })
        .is_empty()
    );
}

#[test]
fn each_limit_names_the_place() {
    assert_eq!(pointers(|facts| facts.kind = "User.Login".into()), ["/activity"]);
    assert_eq!(pointers(|facts| facts.kind = "user..login".into()), ["/activity"]);
    assert_eq!(
        pointers(|facts| facts.occurred_at = NOW.plus(AHEAD + 1)),
        ["/occurred_at"]
    );
    assert_eq!(pointers(|facts| facts.occurred_at = Time(-1)), ["/occurred_at"]);
    assert_eq!(
        pointers(|facts| facts.reason = Some("x".repeat(FIELD_BYTES + 1))),
        ["/reason"]
    );
    assert_eq!(pointers(|facts| facts.reason = Some("a\0b".into())), ["/reason"]);
    assert_eq!(pointers(|facts| facts.user = Some(Person::default())), ["/user/id"]);
    assert_eq!(pointers(|facts| facts.by = By::Member(Person::default())), ["/by/id"]);
    assert_eq!(pointers(|facts| facts.group = Some(Named::default())), ["/group/id"]);
    assert_eq!(
        pointers(|facts| facts.targets = vec![Target::default()]),
        ["/targets/0/id", "/targets/0/kind"]
    );
    assert_eq!(pointers(|facts| facts.country = Some("de".into())), ["/country"]);
    assert_eq!(
        pointers(|facts| facts.changes = vec![Change::default(); CHANGES + 1]),
        ["/changes"]
    );
    assert_eq!(
        pointers(|facts| facts.changes = vec![Change::default()]),
        ["/changes/0/field"]
    );
    let many = |facts: &mut Facts| facts.metadata = (0..51).map(|key| (key.to_string(), String::new())).collect();
    assert_eq!(pointers(many), ["/metadata"]);
    let long = "x".repeat(METADATA_VALUE_CHARS + 1);
    assert_eq!(
        pointers(|facts| drop(facts.metadata.insert("a/b~".into(), long))),
        ["/metadata/a~1b~0"]
    );
    let heavy = |facts: &mut Facts| {
        let change = Change {
            field: "f".into(),
            before: Some("x".repeat(FIELD_BYTES)),
            after: None,
        };
        facts.changes = vec![change; 9];
    };
    assert_eq!(pointers(heavy), [""]);
}

#[test]
fn values_are_shown_cut_and_escaped() {
    assert_eq!(shown("a\u{202e}\n"), r#""a\u{202e}\n""#);
    assert_eq!(shown(&"x".repeat(41)), format!("\"{}…\"", "x".repeat(40)));
}

#[test]
fn an_id_that_stands_in_addresses_ends_no_part_of_one() {
    for id in ["a/b", "a?b", "a#b", "a\\b", "100%", "a\nb", "\u{85}", ".", ".."] {
        let place = |change: &dyn Fn(&mut Facts, Person, Named)| {
            let (person, named) = (
                Person {
                    id: id.to_owned(),
                    ..Person::default()
                },
                Named {
                    id: id.to_owned(),
                    ..Named::default()
                },
            );
            pointers(|facts| change(facts, person, named))
        };
        assert_eq!(
            place(&|facts, person, _| facts.user = Some(person)),
            ["/user/id"],
            "{id:?}"
        );
        assert_eq!(
            place(&|facts, person, _| facts.by = By::Person(person)),
            ["/by/id"],
            "{id:?}"
        );
        assert_eq!(
            place(&|facts, _, named| facts.by = By::Application(named)),
            ["/by/id"],
            "{id:?}"
        );
        assert_eq!(
            place(&|facts, _, named| facts.group = Some(named)),
            ["/group/id"],
            "{id:?}"
        );
        assert_eq!(
            place(&|facts, _, named| facts.application = Some(named)),
            ["/application/id"],
            "{id:?}"
        );
        let target = |kind: &str| Target {
            kind: kind.to_owned(),
            id: id.to_owned(),
            ..Target::default()
        };
        for kind in ["user", "group", "session", "application"] {
            assert_eq!(
                pointers(|facts| facts.targets = vec![target(kind)]),
                ["/targets/0/id"],
                "{id:?}"
            );
        }
        // What else was acted on is no page here: a file or a URL keeps its name.
        assert_eq!(
            pointers(|facts| facts.targets = vec![target("file")]),
            [""; 0],
            "{id:?}"
        );
    }
    for id in [
        "usr=7",
        "arn:aws:iam::123456789012:sam",
        "CN=Sam,OU=x",
        "a.b",
        "...",
        "zoë@example.com",
        "O'Neil & Co",
    ] {
        assert_eq!(
            pointers(|facts| facts.group = Some(Named {
                id: id.to_owned(),
                ..Named::default()
            })),
            [""; 0],
            "{id}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn a_text_of_another_program_becomes_an_id_of_its_own(a in "[a/=?%.2F\n]{1,5}", b in "[a/=?%.2F\n]{1,5}") {
        let id = super::id_of(&a);
        let found = pointers(|facts| facts.group = Some(Named { id: id.clone(), ..Named::default() }));
        proptest::prop_assert!(found.is_empty(), "{id:?}");
        proptest::prop_assert_eq!(id == super::id_of(&b), a == b);
    }
}
