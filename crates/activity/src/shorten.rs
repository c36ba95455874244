//! Shortening what is too long, for reporters who would rather lose the end of a text than the activity. Owns which
//! texts may lose their end: never an id, a username or an address, by which something is told from others.

use crate::field::Field;
use crate::limits::{FIELD_BYTES, METADATA_VALUE_CHARS, RAW_BYTES, pointer_part};
use crate::{By, Facts};

/// The key of the metadata that says which values were shortened, by their JSON pointers.
pub const SHORTENED: &str = "whodid.shortened";

/// The texts of the table of fields that may lose their end.
const TEXTS: [(Field, usize); 6] = [
    (Field::Reason, FIELD_BYTES),
    (Field::Device, FIELD_BYTES),
    (Field::UserAgent, FIELD_BYTES),
    (Field::Place, FIELD_BYTES),
    (Field::Description, FIELD_BYTES),
    (Field::Raw, RAW_BYTES),
];

/// Shortens every text that is longer than its limit, notes in the metadata which, and returns their JSON pointers.
pub fn shorten(facts: &mut Facts) -> Vec<String> {
    let mut cut = Cut(Vec::new());
    for (field, most) in TEXTS {
        if let Some(Some(text)) = field.text_mut(facts) {
            cut.bytes(|| format!("/{}", field.info().key), text, most);
        }
    }
    names(facts, &mut cut);
    for (index, change) in facts.changes.iter_mut().enumerate() {
        for (side, value) in [("before", &mut change.before), ("after", &mut change.after)] {
            if let Some(value) = value {
                cut.bytes(|| format!("/changes/{index}/{side}"), value, FIELD_BYTES);
            }
        }
    }
    for (key, value) in &mut facts.metadata {
        cut.value(|| format!("/metadata/{}", pointer_part(key)), value);
    }
    let Cut(pointers) = cut;
    if !pointers.is_empty() {
        let mut text = pointers.join(" ");
        to_value(&mut text);
        facts.metadata.insert(SHORTENED.to_owned(), text);
    }
    pointers
}

fn names(facts: &mut Facts, cut: &mut Cut) {
    if let Some(user) = &mut facts.user {
        cut.bytes(|| "/user/name".to_owned(), &mut user.name, FIELD_BYTES);
    }
    let by = match &mut facts.by {
        By::Administrator(person) | By::Member(person) | By::Person(person) => Some(&mut person.name),
        By::Application(named) => Some(&mut named.name),
        By::Themself | By::System => None,
    };
    if let Some(name) = by {
        cut.bytes(|| "/by/name".to_owned(), name, FIELD_BYTES);
    }
    for (pointer, named) in [
        ("/group/name", &mut facts.group),
        ("/application/name", &mut facts.application),
    ] {
        if let Some(named) = named {
            cut.bytes(|| pointer.to_owned(), &mut named.name, FIELD_BYTES);
        }
    }
    for (index, target) in facts.targets.iter_mut().enumerate() {
        cut.bytes(|| format!("/targets/{index}/name"), &mut target.name, FIELD_BYTES);
    }
}

/// Cuts a text that is longer than so many bytes, which are at least 3, to no more than them, with an ellipsis at its end;
/// whether it was.
pub fn to_bytes(text: &mut String, most: usize) -> bool {
    let is_long = text.len() > most;
    if is_long {
        text.truncate(text.floor_char_boundary(most - '…'.len_utf8()));
        text.push('…');
    }
    is_long
}

/// Cuts a text that is longer than a value of metadata may be to the longest that is not; whether it was.
fn to_value(text: &mut String) -> bool {
    if let Some((end, _)) = text.char_indices().nth(METADATA_VALUE_CHARS - 1)
        && text[end..].chars().nth(1).is_some()
    {
        text.truncate(end);
        text.push('…');
        return true;
    }
    false
}

/// A text as a value of metadata may be.
#[must_use]
pub fn value(text: &str) -> String {
    let mut text = text.to_owned();
    to_value(&mut text);
    text
}

/// What was cut so far.
struct Cut(Vec<String>);

impl Cut {
    fn bytes(&mut self, pointer: impl Fn() -> String, text: &mut String, most: usize) {
        self.0.extend(to_bytes(text, most).then(&pointer));
    }

    fn value(&mut self, pointer: impl Fn() -> String, text: &mut String) {
        self.0.extend(to_value(text).then(&pointer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Named, Person, Target, Time, limits};

    /// An activity with every text that may lose its end, each of this many of this letter.
    fn long(letter: char, most: impl Fn(usize) -> usize) -> Facts {
        let text = |limit: usize| letter.to_string().repeat(most(limit));
        let mut facts = Facts::new("invoice.paid", Time(0));
        let of = |name: String| Named {
            id: "x".to_owned(),
            name,
        };
        let person = Person {
            id: "p".to_owned(),
            name: text(FIELD_BYTES),
            ..Person::default()
        };
        facts.description = Some(text(FIELD_BYTES));
        facts.user = Some(person.clone());
        facts.by = By::Person(person);
        facts.group = Some(of(text(FIELD_BYTES)));
        facts.targets = vec![Target {
            kind: "invoice".to_owned(),
            id: "t".to_owned(),
            name: text(FIELD_BYTES),
            ..Target::default()
        }];
        facts.changes = vec![Change {
            field: "note".to_owned(),
            before: Some(text(FIELD_BYTES)),
            after: None,
        }];
        facts.metadata.insert("mes/sage".to_owned(), text(METADATA_VALUE_CHARS));
        facts.raw = Some(text(RAW_BYTES));
        facts
    }

    #[test]
    fn what_fits_stays_and_what_is_too_long_fits_after() {
        let mut fits = long('a', |limit| limit);
        let before = fits.clone();
        assert!(shorten(&mut fits).is_empty() && fits == before);
        for letter in ['a', 'é', '𝄞'] {
            let mut facts = long(letter, |limit| limit + 1);
            assert!(limits::check(&facts, Time(0)).is_err());
            let pointers = shorten(&mut facts);
            assert_eq!(limits::check(&facts, Time(0)), Ok(()), "{letter}");
            assert_eq!(pointers.len(), 8, "{pointers:?}");
            assert!(pointers.contains(&"/metadata/mes~1sage".to_owned()), "{pointers:?}");
            assert_eq!(facts.metadata[SHORTENED], pointers.join(" "));
            assert!(shorten(&mut facts).is_empty(), "once is enough");
        }
    }

    #[test]
    fn an_id_never_loses_its_end() {
        let mut facts = Facts::new("invoice.paid", Time(0));
        facts.external_id = Some("e".repeat(FIELD_BYTES + 1));
        facts.user = Some(Person {
            id: "u".repeat(limits::ID_BYTES + 1),
            ..Person::default()
        });
        let before = facts.clone();
        assert!(shorten(&mut facts).is_empty() && facts == before);
        let errors = limits::check(&facts, Time(0)).unwrap_err();
        assert!(
            errors.iter().all(|error| error.code == limits::FaultCode::TooLong),
            "{errors:?}"
        );
    }
}
