//! The table of `docs/fields.md` is the table of fields.

use std::fmt::Write;

use activity::field::{Belongs, FIELDS, Holds, Info};
use activity::{Outcome, Severity, limits};

fn holds(info: &Info) -> String {
    match info.holds {
        Holds::Always if info.key == "activity" => format!("a code of at most {} bytes", limits::ID_BYTES),
        Holds::Always if info.key == "occurred_at" => "a time, RFC 3339".to_owned(),
        Holds::Always if info.key == "outcome" => Outcome::WORDS.join(", "),
        Holds::Always => "kind, id, name, ip; set by the server".to_owned(),
        Holds::Word => Severity::WORDS.join(", "),
        Holds::Text(2) => "two letters".to_owned(),
        Holds::Text(most) => format!("text of at most {most} bytes"),
        Holds::Person => "id, name, username, email".to_owned(),
        Holds::Doer => "self, system, or kind and the person or program".to_owned(),
        Holds::Targets => format!("at most {} of kind, id, name, username, email", limits::TARGETS),
        Holds::Named => "id, name".to_owned(),
        Holds::Address => "an IPv4 or IPv6 address".to_owned(),
        Holds::Changes => format!("at most {} of field, before, after", limits::CHANGES),
        Holds::Metadata => format!("at most {} texts by key", limits::METADATA_KEYS),
    }
}

fn whose(belongs: Belongs) -> &'static str {
    match belongs {
        Belongs::Nobody => "nobody",
        Belongs::Itself => "whom it names",
        Belongs::Doer => "who acted",
        Belongs::Subject => "the user, else who acted",
        Belongs::Apart => "the user, else who acted; its digest stands apart",
    }
}

#[test]
fn the_documented_fields_are_the_fields() {
    let mut table = String::from(
        "| Key | What it is | Holds | In a query | Full text | Whose |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for info in &FIELDS {
        let searched = if info.searched { "yes" } else { "" };
        let (holds, whose, word) = (holds(info), whose(info.belongs), info.field.query_word());
        writeln!(
            table,
            "| `{}` | {} | {holds} | `{word}` | {searched} | {whose} |",
            info.key, info.says
        )
        .unwrap();
    }
    let document = include_str!("../../../docs/fields.md");
    assert!(document.contains(&table), "docs/fields.md should hold:\n{table}");
}
