//! What an activity from outside may hold. Owns the limits and the text of their refusals; reading is `json`'s.

use serde::Serialize;

use crate::field::{FIELDS, Field, Holds};
use crate::{By, Facts, Named, Person, Target, Time};

pub use crate::field::{ID_BYTES, RAW_BYTES, TEXT_BYTES as FIELD_BYTES};
/// The most targets of one activity.
pub const TARGETS: usize = 20;
/// The most keys of the metadata.
pub const METADATA_KEYS: usize = 50;
/// The most bytes of a key of the metadata.
pub const METADATA_KEY_BYTES: usize = 128;
/// The most characters of a value of the metadata.
pub const METADATA_VALUE_CHARS: usize = 500;
/// The most changes of one activity.
pub const CHANGES: usize = 100;
/// The most bytes of all texts of one activity together.
pub const ACTIVITY_BYTES: usize = 64 * 1024;
/// How far ahead of now something may have happened, in microseconds.
pub const AHEAD: i64 = Time::DAY;

/// One thing that is wrong with a submitted activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{pointer}: {detail}")]
pub struct FieldError {
    /// JSON pointer to the wrong value; empty for the whole.
    pub pointer: String,
    /// What sort of fault it is, for programs.
    pub code: FaultCode,
    /// What is wrong: which value, which limit, what to do.
    pub detail: String,
}

/// What sort of fault a value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// Its shape is wrong.
    Invalid,
    /// It is longer than its limit.
    TooLong,
    /// Only this installation can cause an activity of this type.
    OnlyThisInstallation,
    /// It is this installation's own name or id, and the reporter may not speak of that.
    NotYours,
    /// It is an application that the reporter does not report for.
    NotYourApplication,
}

crate::words::words!(FaultCode: Invalid = "invalid", TooLong = "too_long", OnlyThisInstallation = "only_this_installation",
    NotYours = "not_yours", NotYourApplication = "not_your_application");

impl FieldError {
    /// A fault of shape.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::of(FaultCode::Invalid, pointer, detail)
    }

    /// A fault of this sort.
    pub fn of(code: FaultCode, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            detail: detail.into(),
        }
    }
}

impl FieldError {
    /// The field it is in, of a closed set: a key of [`FIELDS`], `whole` for the activity itself, else `other`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        let Some(rest) = self.pointer.strip_prefix('/') else {
            return if self.pointer.is_empty() { "whole" } else { "other" };
        };
        let key = rest.split('/').next().unwrap_or_default();
        let known = FIELDS.iter().find(|info| info.key == key);
        known.map_or("other", |info| info.key)
    }
}

/// Whether a text is the code of a type: parts of `a-z`, `0-9`, `_` and `-`, with dots between them.
#[must_use]
pub fn is_code(code: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    code.len() <= ID_BYTES && code.split('.').all(|part| !part.is_empty() && part.bytes().all(letter))
}

/// Whether a character may stand in the id of a person, a group or an application. Those are named in addresses, where
/// these would end a part of it or be taken for something else, here or in what the log is read with.
fn stands_in_an_id(c: char) -> bool {
    !c.is_control() && !matches!(c, '/' | '?' | '#' | '\\' | '%')
}

/// An id made from a text that another program wrote: what no id may hold is written as `=` and its bytes in hex, and
/// so is `=`, so that no two texts have one id.
#[must_use]
pub fn id_of(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for c in text.chars() {
        if stands_in_an_id(c) && c != '=' {
            id.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                id.push_str(&format!("={byte:02X}"));
            }
        }
    }
    if matches!(&*id, "." | "..") {
        id.replace('.', "=2E")
    } else {
        id
    }
}

/// A value as an error shows it: quoted, escaped and cut.
#[must_use]
pub fn shown(value: &str) -> String {
    const MOST: usize = 40;
    let mut letters = value.chars();
    let head: String = letters.by_ref().take(MOST).flat_map(char::escape_debug).collect();
    if letters.next().is_some() {
        format!("\"{head}…\"")
    } else {
        format!("\"{head}\"")
    }
}

/// Checks facts from outside against every limit; `now` is the moment of recording.
pub fn check(facts: &Facts, now: Time) -> Result<(), Vec<FieldError>> {
    let mut check = Check {
        errors: Vec::new(),
        bytes: 0,
    };
    check.kind(&facts.kind);
    check.occurred_at(facts.occurred_at, now);
    if let Some(user) = &facts.user {
        check.person("/user", user);
    }
    match &facts.by {
        By::Administrator(person) | By::Member(person) | By::Person(person) => check.person("/by", person),
        By::Application(named) => check.named("/by", named),
        By::Themself | By::System => {}
    }
    check.targets(&facts.targets);
    for (pointer, named) in [("/group", &facts.group), ("/application", &facts.application)] {
        if let Some(named) = named {
            check.named(pointer, named);
        }
    }
    for info in &FIELDS {
        if let (Holds::Text(most), Some(text)) = (info.holds, info.field.text(facts)) {
            check.text(|| format!("/{}", info.key), text, most.max(ID_BYTES));
            // The raw event has a limit of its own and stands beside the activity.
            check.bytes -= if info.field == Field::Raw { text.len() } else { 0 };
        }
    }
    check.country(facts.country.as_deref());
    check.changes(facts);
    check.metadata(facts);
    check.finish()
}

struct Check {
    errors: Vec<FieldError>,
    bytes: usize,
}

impl Check {
    fn refuse(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.errors.push(FieldError::new(pointer, detail));
    }

    fn too_long(&mut self, pointer: impl Into<String>, detail: String) {
        self.errors.push(FieldError::of(FaultCode::TooLong, pointer, detail));
    }

    fn kind(&mut self, code: &str) {
        self.bytes += code.len();
        if !is_code(code) {
            let detail = format!(
                "{} is not an activity type; write lower-case words with dots between them, such as \"user.login\", \
                 at most {ID_BYTES} bytes",
                shown(code)
            );
            self.refuse("/activity", detail);
        }
    }

    fn occurred_at(&mut self, at: Time, now: Time) {
        if at > now.plus(AHEAD) {
            let detail = format!(
                "{at} is more than 24 hours ahead of this log's clock, which says {now}; send when it happened, or \
                 leave it out"
            );
            self.refuse("/occurred_at", detail);
        } else if at < Time(0) {
            self.refuse(
                "/occurred_at",
                format!("{at} is before 1970; send when it happened, or leave it out"),
            );
        }
    }

    fn text(&mut self, pointer: impl Fn() -> String, text: &str, most: usize) {
        self.bytes += text.len();
        if text.len() > most {
            let detail = format!(
                "{} has {} bytes; {most} is the most: shorten it",
                shown(text),
                text.len()
            );
            self.too_long(pointer(), detail);
        }
        if text.contains('\0') {
            self.refuse(
                pointer(),
                format!("{} holds the character U+0000; remove it", shown(text)),
            );
        }
    }

    fn id(&mut self, parent: &str, id: &str) {
        self.text(|| format!("{parent}/id"), id, ID_BYTES);
        if id.is_empty() {
            self.refuse(
                format!("{parent}/id"),
                "an id is missing; send the stable id your system knows it by",
            );
        }
    }

    /// An id that is a part of addresses.
    fn address_id(&mut self, parent: &str, id: &str) {
        self.id(parent, id);
        let wrong = id.chars().find(|c| !stands_in_an_id(*c) && *c != '\0');
        let wrong = wrong.map(|c| shown(&c.to_string()));
        if let Some(wrong) = wrong.or_else(|| matches!(id, "." | "..").then(|| shown(id))) {
            let detail = format!(
                "{} holds {wrong}, which an id may not, because it stands in addresses: no / ? # \\ % and no control \
                 characters; write another character instead",
                shown(id)
            );
            self.refuse(format!("{parent}/id"), detail);
        }
    }

    fn texts<const N: usize>(&mut self, parent: &str, texts: [(&str, &str); N]) {
        for (name, text) in texts {
            self.text(|| format!("{parent}/{name}"), text, FIELD_BYTES);
        }
    }

    fn person(&mut self, parent: &str, person: &Person) {
        self.address_id(parent, &person.id);
        self.texts(
            parent,
            [
                ("name", &person.name),
                ("username", &person.username),
                ("email", &person.email),
            ],
        );
    }

    fn named(&mut self, parent: &str, named: &Named) {
        self.address_id(parent, &named.id);
        self.texts(parent, [("name", &named.name)]);
    }

    fn targets(&mut self, targets: &[Target]) {
        if targets.len() > TARGETS {
            self.refuse("/targets", format!("{} targets; {TARGETS} is the most", targets.len()));
            return;
        }
        for (index, target) in targets.iter().enumerate() {
            let parent = format!("/targets/{index}");
            match target.kind.as_str() {
                Target::USER | "group" | "session" | "application" => self.address_id(&parent, &target.id),
                _ => self.id(&parent, &target.id),
            }
            let texts = [
                ("name", &*target.name),
                ("username", &target.username),
                ("email", &target.email),
            ];
            self.texts(&parent, texts);
            self.bytes += target.kind.len();
            if !is_code(&target.kind) {
                let detail = format!(
                    "{} is not a sort of target; write a lower-case word such as \"user\" or \"session\"",
                    shown(&target.kind)
                );
                self.refuse(format!("{parent}/kind"), detail);
            }
        }
    }

    fn country(&mut self, country: Option<&str>) {
        let Some(country) = country else { return };
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.refuse(
                "/country",
                format!("{} is not a country; write two letters such as \"DE\"", shown(country)),
            );
        }
    }

    fn changes(&mut self, facts: &Facts) {
        if facts.changes.len() > CHANGES {
            self.refuse(
                "/changes",
                format!("{} changes; {CHANGES} is the most", facts.changes.len()),
            );
            return;
        }
        for (index, change) in facts.changes.iter().enumerate() {
            self.text(|| format!("/changes/{index}/field"), &change.field, ID_BYTES);
            if change.field.is_empty() {
                self.refuse(
                    format!("/changes/{index}/field"),
                    "the name of what was changed is missing",
                );
            }
            for (side, value) in [("before", &change.before), ("after", &change.after)] {
                if let Some(value) = value {
                    self.text(|| format!("/changes/{index}/{side}"), value, FIELD_BYTES);
                }
            }
        }
    }

    fn metadata(&mut self, facts: &Facts) {
        let keys = facts.metadata.len();
        if keys > METADATA_KEYS {
            self.refuse("/metadata", format!("{keys} keys; {METADATA_KEYS} is the most"));
            return;
        }
        for (key, value) in &facts.metadata {
            let pointer = || format!("/metadata/{}", pointer_part(key));
            if key.is_empty() {
                self.refuse("/metadata", "a key is empty; name the value");
            }
            self.text(pointer, key, METADATA_KEY_BYTES);
            self.text(pointer, value, FIELD_BYTES);
            if value.len() > METADATA_VALUE_CHARS && value.len() <= FIELD_BYTES {
                let chars = value.chars().count();
                if chars > METADATA_VALUE_CHARS {
                    let detail = format!(
                        "{} has {chars} characters; {METADATA_VALUE_CHARS} is the most",
                        shown(value)
                    );
                    self.too_long(pointer(), detail);
                }
            }
        }
    }

    fn finish(mut self) -> Result<(), Vec<FieldError>> {
        if self.bytes > ACTIVITY_BYTES {
            let detail = format!(
                "the activity has {} bytes of text; {ACTIVITY_BYTES} is the most",
                self.bytes
            );
            self.too_long("", detail);
        }
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(self.errors)
        }
    }
}

/// A key as a part of a JSON pointer, cut where it is longer than any allowed key.
pub(crate) fn pointer_part(key: &str) -> String {
    let cut: String = key.chars().take(METADATA_KEY_BYTES).collect();
    cut.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
