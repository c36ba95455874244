//! Manifests: their lines, and what is refused.

use super::*;
use crate::support::{key, log_key, origin};

pub(super) fn manifest() -> Manifest {
    Manifest {
        file: "activity.csv".parse().unwrap(),
        form: "csv".into(),
        sha256: [0xab; 32],
        bytes: 1234,
        rows: 7,
        query: "action:user.* -by:\"Ada\"".into(),
        log: "everybody's".into(),
        zone: "Europe/Berlin".into(),
        from: Some("2026-11-01".into()),
        to: None,
        columns: vec!["time".into(), "user".into()],
        made: "2026-11-28T09:30:00Z".parse().unwrap(),
        complete_through: "2026-11-28T09:29:58.125+01:00".parse().unwrap(),
        origin: origin(),
        size: 40,
        root: [7; 32],
        proof: Some("activity.proof.jsonl".parse().unwrap()),
    }
}

const TEXT: &str = "whodid-export/v1
file: activity.csv
form: csv
sha256: abababababababababababababababababababababababababababababababab
bytes: 1234
rows: 7
query: action:user.* -by:\"Ada\"
log: everybody's
zone: Europe/Berlin
from: 2026-11-01
columns: time,user
made: 2026-11-28T09:30:00Z
complete-through: 2026-11-28T09:29:58.125+01:00
origin: example.com/log
size: 40
root: BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=
proof: activity.proof.jsonl
";

#[test]
fn a_manifest_is_these_lines() {
    assert_eq!(manifest().text().unwrap(), TEXT);
    assert_eq!(Manifest::parse(TEXT), Ok(manifest()));
    let bare = Manifest {
        from: None,
        proof: None,
        columns: vec![],
        query: String::new(),
        ..manifest()
    };
    let text = bare.text().unwrap();
    assert!(text.contains("\nquery: \n") && text.contains("\ncolumns: \n") && !text.contains("proof"));
    assert_eq!(Manifest::parse(&text), Ok(bare));
}

#[test]
fn a_manifest_is_believed_of_its_key_alone() {
    let note = manifest().sign(&[&log_key()]).unwrap();
    let read = Note::parse(note.to_string().as_bytes()).unwrap();
    assert_eq!(Manifest::verify(&read, &[log_key().public().clone()]), Ok(manifest()));
    let stranger = [key(2).public().clone()];
    assert_eq!(Manifest::verify(&read, &stranger), Err(NoteError::Unknown(1).into()));
    let other = note.to_string().replace("rows: 7", "rows: 8");
    let other = Note::parse(other.as_bytes()).unwrap();
    let refused = Manifest::verify(&other, &[log_key().public().clone()]);
    assert!(matches!(refused, Err(ManifestError::Note(NoteError::Forged { .. }))));
}

#[test]
fn a_checkpoint_is_no_manifest_and_a_manifest_no_checkpoint() {
    assert!(TEXT.parse::<crate::Checkpoint>().is_err());
    let checkpoint = crate::Checkpoint::new("whodid-export/v1".parse().unwrap(), 7, [0; 32]);
    assert_eq!(
        Manifest::parse(&checkpoint.to_string()),
        Err(ManifestError::Missing("file"))
    );
}

#[test]
fn lines_come_once_in_their_order_and_no_others_do() {
    let why = |from: &str, to: &str| {
        let text = TEXT.replacen(from, to, 1);
        assert_ne!(text, TEXT);
        Manifest::parse(&text).unwrap_err()
    };
    assert_eq!(why("v1\n", "v2\n"), ManifestError::Header);
    assert_eq!(why("v1\n", "v1 \n"), ManifestError::Header);
    assert_eq!(why(".jsonl\n", ".jsonl"), ManifestError::Header);
    assert_eq!(why("form: csv\n", ""), ManifestError::Missing("form"));
    assert_eq!(
        why("form: csv\n", "form: csv\nform: csv\n"),
        ManifestError::Missing("sha256")
    );
    assert_eq!(why("form: csv\n", "form:csv\n"), ManifestError::Missing("form"));
    assert_eq!(
        why("bytes: 1234\nrows: 7\n", "rows: 7\nbytes: 1234\n"),
        ManifestError::Missing("bytes")
    );
    assert_eq!(why("zone:", "note: x\nzone:"), ManifestError::Missing("zone"));
    assert_eq!(why("proof:", "note: x\nproof:"), ManifestError::Line(17));
    assert_eq!(why(".jsonl\n", ".jsonl\n\n"), ManifestError::Line(18));
    assert_eq!(why("rows: 7", "rows: 07"), ManifestError::Value("rows"));
    assert_eq!(why("sha256: ab", "sha256: AB"), ManifestError::Value("sha256"));
    assert_eq!(why("root: BwcH", "root: BwcHBwcH"), ManifestError::Value("root"));
    assert_eq!(
        why("log: everybody's", "log: \"everybody's\""),
        ManifestError::Value("log")
    );
    assert_eq!(why("file: activity", "file: ../activity"), ManifestError::Value("file"));
    assert_eq!(why("time,user", "time,,user"), ManifestError::Column(String::new()));
    let comma = Manifest {
        columns: vec!["a,b".into()],
        ..manifest()
    };
    assert_eq!(comma.sign(&[&log_key()]), Err(ManifestError::Column("a,b".into())));
}

#[test]
fn what_cannot_be_seen_is_quoted_and_has_one_spelling() {
    for (value, text) in [
        ("plain words, \"quoted\" inside", "plain words, \"quoted\" inside"),
        ("\"first\"", r#""\"first\"""#),
        ("two\nlines", r#""two\u000alines""#),
        ("a\\b", "a\\b"),
        ("a\\b\t", r#""a\\b\u0009""#),
        (" blank", "\" blank\""),
        ("blank ", "\"blank \""),
        ("left\u{202e}right", r#""left\u202eright""#),
        ("\u{feff}", r#""\ufeff""#),
        ("\u{85}\u{2028}", r#""\u0085\u2028""#),
        ("gr\u{fc}n \u{1f600}", "gr\u{fc}n \u{1f600}"),
        ("", ""),
    ] {
        assert_eq!(value::print(value), text);
        assert_eq!(value::parse(text).as_deref(), Some(value));
    }
    for text in [
        "\"plain\"",
        "\"",
        "\"a",
        "\"a\\n\"",
        "\"\\u00\"",
        "\"\\u+00a\"",
        "\"\\u000A\"",
        "\"\\ud800\"",
        "\"\\u0041\\u000a\"",
        "\"\"",
        "a\u{7f}",
        "\"\u{1f600}\\u\u{1f600}\"",
    ] {
        assert_eq!(value::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_file_lies_beside_its_manifest() {
    for name in ["", ".", "..", "a/b", "/a", "..\\a", "c:a", "a\0b", "a\nb"] {
        assert_eq!(name.parse::<FileName>(), Err(PartError::FileName), "{name:?}");
    }
    for name in ["a", "..a", ".a", "a b.csv", "\u{e9}t\u{e9}.csv"] {
        assert_eq!(name.parse::<FileName>().unwrap().as_ref(), name);
    }
}

#[test]
fn moments_are_those_of_the_calendar() {
    for text in [
        "2026-11-28T09:30:00Z",
        "2024-02-29T00:00:00Z",
        "2000-02-29T23:59:59.123456789-12:45",
        "0001-01-01T00:00:00+23:59",
    ] {
        assert_eq!(text.parse::<Moment>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "2026-11-28",
        "2026-11-28T09:30:00",
        "2026-11-28t09:30:00z",
        "2026-11-28 09:30:00Z",
        "2026-11-31T09:30:00Z",
        "2026-13-01T09:30:00Z",
        "2026-00-01T09:30:00Z",
        "2026-11-00T09:30:00Z",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-11-28T24:00:00Z",
        "2026-11-28T09:60:00Z",
        "2026-11-28T09:30:60Z",
        "2026-11-28T09:30:00.Z",
        "2026-11-28T09:30:00.1234567890Z",
        "2026-11-28T09:30:00+1:00",
        "2026-11-28T09:30:00+24:00",
        "2026-11-28T09:30:00ZZ",
        "+026-11-28T09:30:00Z",
        "2026-11-28T09:30:0\u{661}Z",
        "2026-11-28T09:30:00+01:00:00",
    ] {
        assert_eq!(text.parse::<Moment>(), Err(PartError::Moment), "{text:?}");
    }
}
