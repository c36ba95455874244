use super::*;
use crate::numbered::{SEQUENCE_MOST, SOURCE_BYTES};
use crate::samples::failed_log_in;
use crate::{By, Outcome, Target};

const NOW: Time = Time(1_800_000_000_000_000);

fn read(body: &str) -> Facts {
    parse_facts(body.as_bytes(), NOW).unwrap_or_else(|errors| panic!("{body}: {errors:?}"))
}

fn refused(body: &str) -> Vec<(String, String)> {
    let errors = parse_facts(body.as_bytes(), NOW).expect_err(body);
    errors.into_iter().map(|error| (error.pointer, error.detail)).collect()
}

#[test]
fn the_least_activity_happened_now_and_succeeded() {
    assert_eq!(read(r#"{"activity": "user.login"}"#), Facts::new("user.login", NOW));
}

#[test]
fn short_forms_are_understood() {
    let facts = read(
        r#"{"activity":"session.joined","user":"usr_1","by":{"kind":"member","person":"usr_2"},"group":"grp_1",
            "application":{"id":"app_1","name":"Headset"},"ip":"::ffff:10.0.0.1","country":"de","reason":null,
            "target":{"kind":"session","id":"ses_1","name":"Daily"},"occurred_at":"2026-11-21T15:02:51.204+01:00",
            "outcome":"failure","metadata":{"n":12,"yes":true,"big":18446744073709551615},"device":"",
            "changes":[{"field":"seats","before":null,"after":3}]}"#,
    );
    assert_eq!(facts.user.as_ref().map(|user| user.id.as_str()), Some("usr_1"));
    assert!(matches!(&facts.by, By::Member(person) if person.id == "usr_2"));
    assert_eq!(facts.ip, "10.0.0.1".parse().ok());
    assert_eq!(
        (facts.country.as_deref(), &facts.reason, &facts.device),
        (Some("DE"), &None, &None)
    );
    assert_eq!(facts.occurred_at.to_string(), "2026-11-21T14:02:51.204000Z");
    assert_eq!(facts.outcome, Outcome::Failure);
    assert_eq!(
        facts.targets,
        [Target {
            kind: "session".into(),
            id: "ses_1".into(),
            name: "Daily".into(),
            ..Target::default()
        }]
    );
    let metadata: Vec<_> = facts
        .metadata
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        metadata,
        [("big", "18446744073709551615"), ("n", "12"), ("yes", "true")]
    );
    assert_eq!(facts.changes[0].after.as_deref(), Some("3"));
    assert_eq!(read(r#"{"activity":"a.b","by":"system"}"#).by, By::System);
    assert!(matches!(
        read(r#"{"activity":"a.b","by":{"kind":"application","id":"x"}}"#).by,
        By::Application(_)
    ));
}

#[test]
fn every_word_for_who_did_it_is_read_and_written() {
    for word in By::BARE.iter().chain(By::NAMED) {
        let facts = read(&format!(r#"{{"activity":"a.b","by":{{"kind":"{word}","id":"x"}}}}"#));
        assert_eq!(serde_json::to_value(&facts.by).unwrap()["kind"], **word);
    }
    for word in By::BARE {
        let facts = read(&format!(r#"{{"activity":"a.b","by":"{word}"}}"#));
        assert_eq!(serde_json::to_value(&facts.by).unwrap()["kind"], **word);
    }
}

#[test]
fn each_mistake_is_told_with_its_place_and_its_repair() {
    for (body, pointer, said) in [
        ("{}", "", "`activity` is missing"),
        ("[1]", "", "expected an activity"),
        ("{", "", "not JSON"),
        (r#"{"activity":"a.b"} x"#, "", "not JSON"),
        (
            r#"{"activity":"a.b","action":"x"}"#,
            "/action",
            "did you mean `activity`",
        ),
        (
            r#"{"activity":"a.b","occured_at":"x"}"#,
            "/occured_at",
            "did you mean `occurred_at`",
        ),
        (r#"{"activity":"a.b","id":7}"#, "/id", "leave it out"),
        (r#"{"activity":"a.b","zzz":7}"#, "/zzz", "metadata"),
        (r#"{"activity":"a.b","activity":"c.d"}"#, "/activity", "twice"),
        (r#"{"activity":"a.b","user":{"id":"1","id":"2"}}"#, "/user/id", "twice"),
        (
            r#"{"activity":"a.b","metadata":{"k":"1","k":"2"}}"#,
            "/metadata/k",
            "twice",
        ),
        (
            r#"{"activity":"a.b","metadata":{"a/b":1.5}}"#,
            "/metadata/a~1b",
            "as a string",
        ),
        (
            r#"{"activity":"a.b","metadata":{"k":{}}}"#,
            "/metadata/k",
            "expected a string",
        ),
        (r#"{"activity":7}"#, "/activity", "expected a string, not a number"),
        (r#"{"activity":"A B"}"#, "/activity", "not an activity type"),
        (
            r#"{"activity":"a.b","user":{"name":"Sam"}}"#,
            "/user/id",
            "an id is missing",
        ),
        (
            r#"{"activity":"a.b","user":{"nmae":"Sam","id":"1"}}"#,
            "/user/nmae",
            "did you mean `name`",
        ),
        (r#"{"activity":"a.b","by":"sam"}"#, "/by", "\"sam\""),
        (r#"{"activity":"a.b","by":{"id":"sam"}}"#, "/by/kind", "missing"),
        (r#"{"activity":"a.b","ip":"10.0.0"}"#, "/ip", "not an IP address"),
        (
            r#"{"activity":"a.b","occurred_at":"yesterday"}"#,
            "/occurred_at",
            "RFC 3339",
        ),
        (
            r#"{"activity":"a.b","occurred_at":"2999-01-01T00:00:00Z"}"#,
            "/occurred_at",
            "24 hours",
        ),
        (r#"{"activity":"a.b","outcome":"failed"}"#, "/outcome", "\"failed\""),
        (
            r#"{"activity":"a.b","changes":[{"field":"x"},{"was":1}]}"#,
            "/changes/1/was",
            "field, before, after",
        ),
        (r#"{"activity":"a.b","reason":"a\u0000b"}"#, "/reason", "U+0000"),
        (r#"{"activity":"a.b","reason":"\ud800"}"#, "", "not JSON"),
    ] {
        let errors = refused(body);
        let told = errors
            .iter()
            .any(|(place, detail)| place == pointer && detail.contains(said));
        assert!(told, "{body}: {errors:?}");
    }
}

#[test]
fn depth_and_the_number_of_errors_are_bounded() {
    let deep = |depth: usize| {
        format!(
            r#"{{"activity":"a.b","reason":{}1{}}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    assert!(refused(&deep(20))[0].1.contains("expected a string, not an array"));
    assert!(refused(&deep(120))[0].1.contains("not an array"));
    assert!(parse_facts("[".repeat(1_000_000).as_bytes(), NOW).is_err());
    let many: String = (0..1_000).map(|key| format!(r#","x{key}":1"#)).collect();
    assert_eq!(refused(&format!(r#"{{"activity":"a.b"{many}}}"#)).len(), 21);
    assert!(parse_facts(b"{\"activity\":\"\xff\"}", NOW).is_err());
}

#[test]
fn reading_ends_where_there_are_more_values_than_any_activity_has() {
    for body in [
        format!("{{{}\"activity\":\"a.b\"}}", "\"x\":1,".repeat(1_000_000)),
        format!(
            "{{\"activity\":\"a.b\",\"metadata\":{{{}\"y\":1}}}}",
            "\"x\":1,".repeat(1_000_000)
        ),
        format!("{{\"activity\":\"a.b\",\"changes\":[{}1]}}", "1,".repeat(1_000_000)),
        // Not closed: what is behind the last value that is read is not looked at.
        format!("{{\"activity\":\"a.b\",\"changes\":[{}", "[],".repeat(1_000_000)),
    ] {
        let errors = refused(&body);
        assert_eq!(errors.len(), 1);
        assert!(errors[0].1.contains("more than 2000 values"), "{errors:?}");
    }
    let most = (0..100)
        .map(|n| format!(r#"{{"field":"f{n}","before":"a","after":"b"}}"#))
        .collect::<Vec<_>>()
        .join(",");
    let metadata = (0..50).map(|n| format!(r#""k{n}":"v""#)).collect::<Vec<_>>().join(",");
    let body = format!(r#"{{"activity":"a.b","changes":[{most}],"metadata":{{{metadata}}}}}"#);
    assert!(parse_facts(body.as_bytes(), NOW).is_ok());
}

#[test]
fn a_row_reads_back_as_the_facts_it_was_written_from() {
    let activity = failed_log_in();
    let mut line = Vec::new();
    write_json(&activity, &mut line);
    assert_eq!(parse_row(&line, NOW), Ok(activity.facts.clone().into()));
    assert!(parse_facts(&line, NOW).is_err());
    let row = to_json(&activity);
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&line).unwrap(), row);
    assert_eq!((&row["id"], &row["sentence"]), (&1_204.into(), &"Log in failed".into()));
    assert_eq!(row["by"]["kind"], "self");
    assert_eq!(serde_json::from_value::<crate::Activity>(row).unwrap(), activity);
}

#[test]
fn the_number_of_a_source_stands_beside_the_activity_and_is_no_part_of_it() {
    let read = |more: &str| parse_reported(format!(r#"{{"activity":"a.b"{more}}}"#).as_bytes(), NOW);
    let numbered = |source: &str, epoch: &str, sequence| {
        let (source, epoch) = (source.to_owned(), epoch.to_owned());
        Some(Numbered {
            source,
            epoch,
            sequence,
        })
    };
    let plain = read("").unwrap();
    assert_eq!(plain.numbered, None);
    for (more, expected) in [
        (r#","sequence":0"#, numbered("", "", 0)),
        (
            r#","sequence":9223372036854775807,"source":null"#,
            numbered("", "", SEQUENCE_MOST),
        ),
        (
            r#","source":"web-1","sequence":7,"epoch":"boot 3""#,
            numbered("web-1", "boot 3", 7),
        ),
    ] {
        let reported = read(more).unwrap();
        assert_eq!(reported.numbered, expected, "{more}");
        assert_eq!(reported.facts, plain.facts, "{more}");
    }
    let long = format!(r#","source":"{}","sequence":1"#, "x".repeat(SOURCE_BYTES + 1));
    for (more, pointer, says) in [
        (r#","sequence":-1"#, "/sequence", "whole number"),
        (r#","sequence":1.5"#, "/sequence", "whole number"),
        (r#","sequence":"1""#, "/sequence", "not a string"),
        (r#","sequence":9223372036854775808"#, "/sequence", "whole number"),
        (r#","source":"web-1""#, "/sequence", "send `sequence` with them"),
        (r#","sequence":1,"sequence":2"#, "/sequence", "twice"),
        (r#","sequence":1,"epoch":"a\u0000b""#, "/epoch", "control character"),
        (r#","seq":1"#, "/seq", "did you mean `sequence`?"),
        (&long, "/source", "200 is the most"),
    ] {
        let errors = read(more).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(
            errors[0].pointer == pointer && errors[0].detail.contains(says),
            "{errors:?}"
        );
    }
}
