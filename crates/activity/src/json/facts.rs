//! Reads the facts of an activity from JSON: every key known, none twice, every value of its type. All that is
//! wrong is told at once, each with its place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Reported;
use super::keys::{KEYS, OF_A_NUMBER};
use super::node::Node;
use super::reader::{Entries, Path, Reader, take};
use crate::field::Field;
use crate::limits::{FieldError, shown};
use crate::numbered::SEQUENCE_MOST;
use crate::{By, Change, Facts, Named, Numbered, Outcome, Person, Severity, Target, Time, catalogue};

/// Reads an activity; the keys of `passed_over` may be there and are not looked at.
pub(super) fn read(node: Node<'_>, now: Time, passed_over: &[&str]) -> Result<Reported, Vec<FieldError>> {
    let mut reader = Reader::default();
    let reported = reader.reported(node, now, passed_over);
    reader.finish(reported)
}

impl Reader {
    fn reported(&mut self, node: Node<'_>, now: Time, passed_over: &[&str]) -> Option<Reported> {
        let root = Path::Root;
        let mut entries = self.object(node, &root, "an activity, which is an object", &KEYS, passed_over)?;
        let numbered = self.numbered(&mut entries, &root);
        let facts = self.facts(entries, now, &root)?;
        Some(Reported {
            numbered,
            ..facts.into()
        })
    }

    /// The number that its source gave it, which nothing stands for alone.
    fn numbered(&mut self, entries: &mut Entries<'_>, root: &Path<'_>) -> Option<Numbered> {
        let [source, epoch, sequence] = OF_A_NUMBER.map(|key| (Path::Key(root, key), take(entries, key)));
        let is_named = source.1.is_some() || epoch.1.is_some();
        let [source, epoch] = [source, epoch].map(|(path, node)| node.and_then(|node| self.text(node, &path)));
        let (path, node) = sequence;
        let Some(node) = node else {
            let alone = "`source` and `epoch` say what a number is of, and there is none: send `sequence` with them";
            return is_named.then(|| self.refuse(&path, alone)).flatten();
        };
        let whole = match &node {
            Node::Int(digits) => digits.parse().ok().filter(|number| *number <= SEQUENCE_MOST),
            _ => None,
        };
        let Some(sequence) = whole else {
            let detail = format!("expected a whole number of 0 to {SEQUENCE_MOST}, not {}", node.sort());
            return self.refuse(&path, detail);
        };
        Some(Numbered {
            source: source.map(Cow::into_owned).unwrap_or_default(),
            epoch: epoch.map(Cow::into_owned).unwrap_or_default(),
            sequence,
        })
    }

    fn facts(&mut self, mut entries: Entries<'_>, now: Time, root: &Path<'_>) -> Option<Facts> {
        let kind = match take(&mut entries, "activity") {
            Some(node) => self.text(node, &Path::Key(root, "activity")),
            None => self.refuse(root, "`activity` is missing: the type's code, such as \"user.login\""),
        };
        let mut facts = Facts::new("", now);
        for field in Field::texts() {
            let text = take(&mut entries, field.key()).and_then(|node| self.text(node, &Path::Key(root, field.key())));
            if let Some(slot) = field.text_mut(&mut facts) {
                *slot = text.filter(|text| !text.is_empty()).map(Cow::into_owned);
            }
        }
        facts.country = facts.country.map(|country| country.to_ascii_uppercase());
        let mut with = |key| take(&mut entries, key);
        if let Some(node) = with("occurred_at") {
            facts.occurred_at = self.time(node, &Path::Key(root, "occurred_at")).unwrap_or(now);
        }
        if let Some(node) = with("outcome") {
            let word = self.word(node, &Path::Key(root, "outcome"), Outcome::WORDS);
            facts.outcome = word.and_then(Outcome::of_word).unwrap_or_default();
        }
        if let Some(node) = with("severity") {
            let word = self.word(node, &Path::Key(root, "severity"), Severity::WORDS);
            facts.severity = word.and_then(Severity::of_word);
        }
        facts.user = with("user").and_then(|node| self.person(node, &Path::Key(root, "user")));
        if let Some(node) = with("by") {
            facts.by = self.by(node, &Path::Key(root, "by")).unwrap_or_default();
        }
        let (one, many) = (with("target"), with("targets"));
        facts.targets = self.targets(one, many, root);
        facts.group = with("group").and_then(|node| self.named(node, &Path::Key(root, "group")));
        facts.application = with("application").and_then(|node| self.named(node, &Path::Key(root, "application")));
        facts.ip = with("ip").and_then(|node| self.ip(node, &Path::Key(root, "ip")));
        if let Some(node) = with("changes") {
            facts.changes = self.changes(node, &Path::Key(root, "changes"));
        }
        if let Some(node) = with("metadata") {
            facts.metadata = self.metadata(node, &Path::Key(root, "metadata"));
        }
        facts.kind = catalogue::shared(&kind?);
        Some(facts)
    }

    fn person(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<Person> {
        if let Node::Text(id) = node {
            return Some(Person {
                id: id.into_owned(),
                ..Person::default()
            });
        }
        let wanted = "a person: an id, or an object of id, name, username and email";
        let [id, name, username, email] = self.texts(node, path, wanted, ["id", "name", "username", "email"])?;
        Some(Person {
            id,
            name,
            username,
            email,
        })
    }

    fn named(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<Named> {
        if let Node::Text(id) = node {
            return Some(Named {
                id: id.into_owned(),
                name: String::new(),
            });
        }
        let [id, name] = self.texts(node, path, "an id, or an object of id and name", ["id", "name"])?;
        Some(Named { id, name })
    }

    fn target(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<Target> {
        let wanted = "a target: an object of kind, id and name, and for a person username and email";
        let keys = ["kind", "id", "name", "username", "email"];
        let [kind, id, name, username, email] = self.texts(node, path, wanted, keys)?;
        Some(Target {
            kind,
            id,
            name,
            username,
            email,
        })
    }

    /// The one of `target`, or those of `targets`.
    fn targets(&mut self, one: Option<Node<'_>>, many: Option<Node<'_>>, root: &Path<'_>) -> Vec<Target> {
        let here = Path::Key(root, "targets");
        match (one, many) {
            (None, None) => Vec::new(),
            (Some(one), None) => self.target(one, &Path::Key(root, "target")).into_iter().collect(),
            (Some(_), Some(_)) => {
                self.refuse::<()>(&here, "`target` is there as well; send one of the two");
                Vec::new()
            }
            (None, Some(Node::Array(items))) => {
                let read = |(index, item)| self.target(item, &Path::Index(&here, index));
                items.into_iter().enumerate().filter_map(read).collect()
            }
            (None, Some(other)) => {
                self.wrong_type::<()>(&here, "an array of targets", &other);
                Vec::new()
            }
        }
    }

    /// `"self"`, `"system"`, or an object of kind and the person or program, in it or under `person`.
    fn by(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<By> {
        const WANTED: &str = "\"self\", \"system\", or an object such as {\"kind\": \"administrator\", \"id\": …}";
        let mut entries = match node {
            Node::Text(word) => {
                return match word.as_ref() {
                    "self" => Some(By::Themself),
                    "system" => Some(By::System),
                    other => self.refuse(path, format!("expected {WANTED}, not {}", shown(other))),
                };
            }
            other => self.object(
                other,
                path,
                WANTED,
                &["kind", "id", "name", "username", "email", "person"],
                &[],
            )?,
        };
        let kind = take(&mut entries, "kind").and_then(|node| self.text(node, &Path::Key(path, "kind")));
        // What the log itself writes for these has no person.
        if matches!(kind.as_deref(), Some("self" | "system")) && entries.is_empty() {
            return Some(if kind.as_deref() == Some("self") {
                By::Themself
            } else {
                By::System
            });
        }
        let nested = take(&mut entries, "person");
        let nested = nested.and_then(|node| self.person(node, &Path::Key(path, "person")));
        let person = nested.or_else(|| self.person(Node::Object(entries), path))?;
        match kind.as_deref() {
            Some("self") => Some(By::Themself),
            Some("system") => Some(By::System),
            Some("administrator") => Some(By::Administrator(person)),
            Some("member") => Some(By::Member(person)),
            Some("person") => Some(By::Person(person)),
            Some("application") => Some(By::Application(Named {
                id: person.id,
                name: person.name,
            })),
            other => {
                let found = other.map_or_else(|| "missing".to_owned(), shown);
                let detail =
                    format!("expected self, person, administrator, member, application or system; it is {found}");
                self.refuse(&Path::Key(path, "kind"), detail)
            }
        }
    }

    fn changes(&mut self, node: Node<'_>, path: &Path<'_>) -> Vec<Change> {
        let Node::Array(items) = node else {
            self.wrong_type::<()>(path, "an array of changes", &node);
            return Vec::new();
        };
        let read = |(index, item)| self.change(item, &Path::Index(path, index));
        items.into_iter().enumerate().filter_map(read).collect()
    }

    fn change(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<Change> {
        let keys = ["field", "before", "after"];
        let mut entries = self.object(node, path, "an object of field, before and after", &keys, &[])?;
        let field = take(&mut entries, "field").and_then(|node| self.text(node, &Path::Key(path, "field")));
        let [before, after] = ["before", "after"]
            .map(|key| take(&mut entries, key).and_then(|node| self.scalar(node, &Path::Key(path, key))));
        Some(Change {
            field: field.map(Cow::into_owned).unwrap_or_default(),
            before,
            after,
        })
    }

    fn metadata(&mut self, node: Node<'_>, path: &Path<'_>) -> BTreeMap<String, String> {
        let Node::Object(entries) = node else {
            self.wrong_type::<()>(path, "an object of texts", &node);
            return BTreeMap::new();
        };
        let mut metadata = BTreeMap::new();
        for (key, node) in entries {
            let here = Path::Key(path, &key);
            if metadata.contains_key(key.as_ref()) {
                self.refuse::<()>(&here, "this key is there twice; send it once");
            } else if let Some(value) = self.scalar(node, &here) {
                metadata.insert(key.into_owned(), value);
            }
        }
        metadata
    }
}
