use activity::{Time, limits};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Mapped, Mapping, NAMES, find, text_of};

fn now() -> Time {
    Time::parse("2026-11-28T12:00:00Z").unwrap()
}

#[test]
fn every_mapping_that_comes_with_the_product_does_what_its_tests_say() {
    for name in NAMES {
        let mapping = Mapping::parse(text_of(name).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(mapping.name, *name);
        let outcomes = mapping.test(now());
        assert!(!outcomes.is_empty(), "{name} has no tests");
        for outcome in outcomes {
            assert!(outcome.differences.is_empty(), "{name}: {outcome:#?}");
        }
        assert!(find(name).is_some());
    }
    assert!(find("nothing").is_none() && text_of("nothing").is_none());
}

fn mapping(rest: &str) -> Mapping {
    let text = format!("name = \"acme\"\ntitle = \"Acme\"\n{rest}");
    Mapping::parse(&text).unwrap()
}

fn read(mapping: &Mapping, event: &Value) -> activity::Facts {
    match mapping.read(event, &event.to_string(), now()).unwrap() {
        Mapped::Activity(facts) => *facts,
        Mapped::Passed => panic!("{event} is passed over"),
    }
}

#[test]
fn an_event_without_code_time_or_anything_known_is_kept_as_it_came() {
    let mapping = mapping("[fields]\ncode = \"type\"\ntime = \"at\"\n");
    let event = json!({"odd": [1, {"deep": "value"}]});
    let facts = read(&mapping, &event);
    assert_eq!((&*facts.kind, facts.occurred_at), ("acme.event", now()));
    assert_eq!(facts.raw.as_deref(), Some(event.to_string().as_str()));
    assert_eq!(facts.metadata["time"], "not stated");
    assert!(mapping.read(&json!(5), "5", now()).is_err());
}

#[test]
fn rules_are_asked_in_order_and_may_pass_an_event_over() {
    let mapping = mapping(
        "[fields]\ncode = \"type\"\n\
         [[rules]]\nwhen = { type = \"heartbeat\" }\npass = true\n\
         [[rules]]\nwhen = { type = { begins = [\"in\"], not = [\"inner\"] }, ok = false }\ncode = \"user.login_failed\"\nreason = \"no\"\n\
         [[rules]]\nwhen = { type = { holds = [\"in\"] } }\ncode = \"user.login\"\n\
         [[tests]]\nname = \"a beat\"\nevent = '{\"type\":\"heartbeat\"}'\nexpect = { pass = true }\n",
    );
    assert!(matches!(
        mapping.read(&json!({"type": "heartbeat"}), "", now()),
        Ok(Mapped::Passed)
    ));
    let code = |event: Value| read(&mapping, &event).kind.to_string();
    assert_eq!(code(json!({"type": "in", "ok": false})), "user.login_failed");
    assert_eq!(code(json!({"type": "inner", "ok": false})), "user.login");
    assert_eq!(code(json!({"type": "in"})), "user.login");
    assert_eq!(code(json!({"type": "Out.Of Order"})), "acme.out.of_order");
    assert!(mapping.test(now()).iter().all(|test| test.differences.is_empty()));
    // What the catalogue calls a failure is one, whatever an event says.
    assert!(read(&mapping, &json!({"type": "in", "ok": false})).outcome.is_failure());
}

#[test]
fn a_list_of_events_is_taken_apart_where_the_mapping_says_it_stands() {
    let mapping = mapping("records = \"Records\"\n[fields]\n");
    assert_eq!(mapping.events(&json!({"Records": [{}, {}]})).len(), 2);
    assert_eq!(mapping.events(&json!([{}, {}, {}])).len(), 3);
    assert_eq!(mapping.events(&json!({"Records": {}})).len(), 1);
}

#[test]
fn a_mapping_that_does_not_fit_says_where() {
    for (text, says) in [
        ("name = \"acme\"", "missing field `title`"),
        ("name = \"a b\"\ntitle = \"\"\n[fields]\n", "no word"),
        ("name = \"log\"\ntitle = \"\"\n[fields]\n", "cannot begin codes"),
        (
            "name = \"a\"\ntitle = \"\"\n[fields]\nwhen = \"x\"\n",
            "unknown field `when`",
        ),
        ("name = \"a\"\ntitle = \"\"\n[fields]\nid = \"a..b\"\n", "fields.id"),
        (
            "name = \"a\"\ntitle = \"\"\n[fields]\n[codes]\nx = \"log.viewed\"\n",
            "only this installation",
        ),
        (
            "name = \"a\"\ntitle = \"\"\n[fields]\n[[rules]]\nwhen = {}\ncode = \"X Y\"\n",
            "no type of activity",
        ),
        (
            "name = \"a\"\ntitle = \"\"\n[fields]\n[[targets]]\ndefault_kind = \"A B\"\n",
            "no sort of target",
        ),
    ] {
        let error = Mapping::parse(text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn a_test_that_does_not_hold_says_what_differs() {
    let mapping = mapping(
        "[fields]\ncode = \"type\"\n[[tests]]\nname = \"one\"\nevent = '{\"type\":\"x\"}'\nexpect = { activity = \"acme.y\" }\n",
    );
    let outcome = &mapping.test(now())[0];
    assert_eq!(outcome.differences[0].expected, "acme.y");
    assert_eq!(outcome.differences[0].got, "acme.x");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        Just(Value::from("x".repeat(9_000))),
        Just(Value::from("a\0b")),
    ];
    let keys = "(id|time|type|actor|user|name|target|targetResources|0|ip|data|events|outcome|details|request)";
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(keys, inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_an_event_holds_it_becomes_an_activity_within_every_limit(event in any_json(), which in 0..NAMES.len()) {
        let mapping = find(NAMES[which]).unwrap();
        for event in mapping.events(&event) {
            match mapping.read(event, &event.to_string(), now()) {
                Ok(Mapped::Activity(mut facts)) => {
                    // A time may lie ahead, which the log refuses for everybody alike.
                    facts.occurred_at = facts.occurred_at.min(now());
                    prop_assert!(limits::check(&facts, now()).is_ok(), "{:?}", limits::check(&facts, now()));
                }
                Ok(Mapped::Passed) => {}
                Err(_) => prop_assert!(!event.is_object()),
            }
        }
    }
}

#[test]
fn an_id_never_loses_what_tells_it_from_others() {
    let mapping = mapping("[fields]\ncode = \"type\"\nid = \"id\"\n[actor]\nid = \"who\"\n");
    let of = |end: &str| {
        let long = format!("{}{end}", "x".repeat(2_000));
        let facts = read(&mapping, &json!({"type": "t", "id": long, "who": long}));
        let person = facts.user.or(facts.by.person().cloned()).unwrap();
        (facts.external_id.unwrap(), person.id)
    };
    let ((one, who), (other, whom)) = (of("1"), of("2"));
    assert!(one != other && who != whom, "{one} {who}");
    assert!(one.len() <= limits::ID_BYTES && who.len() <= limits::ID_BYTES);
}

#[test]
fn what_is_sent_as_one_event_is_kept_to_the_letter() {
    let mapping = mapping("records = \"items\"\n[fields]\ncode = \"type\"\n");
    let raws = |text: &str| {
        let sent: Value = serde_json::from_str(text).unwrap();
        let all = mapping.taken_apart(&sent, text).map(|(_, raw)| raw.into_owned());
        all.collect::<Vec<_>>()
    };
    assert_eq!(
        raws(" {\"type\": \"b\",  \"a\": 1.50}\n"),
        ["{\"type\": \"b\",  \"a\": 1.50}"]
    );
    assert_eq!(raws("{\"items\":[{\"z\":1},{\"a\":2}]}"), ["{\"z\":1}", "{\"a\":2}"]);
}
