//! What an event becomes. Nothing of it is lost: it is kept as it came beside what is read of it.

use std::borrow::Cow;

use activity::{By, Change, Facts, Named, Outcome, Person, Target, Time, catalogue, limits, shorten};
use serde_json::Value;

use super::path::Path;
use super::rule::{Rule, all};
use super::{Changes, Mapped, Mapping, Someone, Targets, value};
use crate::id::bounded;

/// Bytes of a sentence, a reason, a user agent and what else one activity has one of; all of it is in the event as it
/// came, and together it stays within what an activity may hold.
const TEXT: usize = 2_000;
/// Bytes of a name.
const NAME: usize = 300;
/// Bytes of all metadata.
const METADATA: usize = 16_000;
/// Bytes of all changes.
const CHANGES: usize = 8_000;

/// What stands in the place of a code that an event does not have.
const NO_CODE: &str = "event";

impl Mapping {
    /// Reads an event that was written so, now; an error says why it is none.
    pub fn read(&self, event: &Value, raw: &str, now: Time) -> Result<Mapped, String> {
        if !event.is_object() {
            return Err("is no JSON object, and so no event".to_owned());
        }
        let event = self
            .event
            .iter()
            .find_map(|path| path.find(event).filter(|inner| inner.is_object()))
            .unwrap_or(event);
        let rule = self.rules.iter().find(|rule| all(&rule.when, event));
        if rule.is_some_and(|rule| rule.pass) {
            return Ok(Mapped::Passed);
        }
        let at = first(&self.fields.time, event, value::time);
        let mut facts = Facts::new(self.code(rule, event), at.unwrap_or(now));
        if at.is_none() {
            facts.metadata.insert("time".to_owned(), "not stated".to_owned());
        }
        facts.application = Some(Named {
            id: self.application.id.clone(),
            name: self.application.name.clone(),
        });
        self.outcome(rule, event, &mut facts);
        self.people(rule, event, &mut facts);
        for targets in &self.targets {
            self.targets(targets, event, &mut facts);
        }
        self.circumstances(event, &mut facts);
        for changes in &self.changes {
            changes.of(event, &mut facts);
        }
        self.metadata(event, &mut facts);
        if catalogue::find(&facts.kind).is_none() {
            let said = rule.and_then(|rule| rule.text.clone());
            let said = said.or_else(|| first_text(&self.fields.text, event, TEXT));
            facts.description = Some(said.unwrap_or_else(|| value::words_of(self.bare(&facts.kind))));
        }
        keep(raw, &mut facts);
        Ok(Mapped::Activity(Box::new(facts)))
    }

    fn metadata(&self, event: &Value, facts: &mut Facts) {
        let mut room = METADATA;
        for (key, path) in &self.metadata {
            let Some(text) = path.find(event).and_then(value::text) else {
                continue;
            };
            let text = shorten::value(&text);
            let bytes = key.len() + text.len();
            // What has no room is in the event as it came.
            if let Some(left) = room.checked_sub(bytes) {
                room = left;
                facts.metadata.insert(key.clone(), text);
            }
        }
    }

    fn code(&self, rule: Option<&Rule>, event: &Value) -> std::sync::Arc<str> {
        if let Some(code) = rule.and_then(|rule| rule.code.as_deref()) {
            return catalogue::shared(code);
        }
        let said = self.fields.code.iter().find_map(|path| value::text(path.find(event)?));
        let Some(said) = said else {
            return format!("{}.{NO_CODE}", self.prefix).into();
        };
        if let Some(code) = self.codes.get(&*said) {
            return catalogue::shared(code);
        }
        let code = value::code(&said);
        match code.as_str() {
            "" => format!("{}.{NO_CODE}", self.prefix).into(),
            code => format!("{}.{code}", self.prefix).into(),
        }
    }

    /// A code without what all of this product begin with.
    fn bare<'a>(&self, code: &'a str) -> &'a str {
        let rest = code.strip_prefix(&self.prefix).and_then(|rest| rest.strip_prefix('.'));
        rest.unwrap_or(code)
    }

    fn outcome(&self, rule: Option<&Rule>, event: &Value, facts: &mut Facts) {
        let said = self.outcome.iter().find_map(|words| words.of(event));
        let ruled = rule.and_then(|rule| rule.outcome);
        let known = catalogue::find(&facts.kind).map(|_| &*facts.kind);
        facts.outcome = match (ruled.or(said), known) {
            (Some(Outcome::Success) | None, Some("user.login_failed")) => Outcome::Failure,
            (outcome, _) => outcome.unwrap_or_default(),
        };
        facts.reason = rule
            .and_then(|rule| rule.reason.clone())
            .or_else(|| first_text(&self.fields.reason, event, TEXT));
    }

    fn people(&self, rule: Option<&Rule>, event: &Value, facts: &mut Facts) {
        let actor = self.someone(&self.actor, event);
        let subject = match rule {
            Some(rule) if !rule.subject => None,
            _ => self.someone(&self.subject, event),
        };
        let program = !self.actor.program.is_empty() && all(&self.actor.program, event);
        let system = !self.actor.system.is_empty() && all(&self.actor.system, event);
        (facts.user, facts.by) = match (subject, actor) {
            (subject, _) if system => (subject, By::System),
            (subject, Some(actor)) if program => {
                let name = [&actor.name, &actor.username, &actor.email]
                    .into_iter()
                    .find(|name| !name.is_empty());
                let by = By::Application(Named {
                    name: name.cloned().unwrap_or_default(),
                    id: actor.id,
                });
                (subject, by)
            }
            (Some(subject), Some(actor)) if subject.id != actor.id => (Some(subject), By::Person(actor)),
            (Some(subject), None) => (Some(subject), By::System),
            (_, actor) => (actor, By::Themself),
        };
    }

    fn someone(&self, of: &Someone, event: &Value) -> Option<Person> {
        let text = |paths: &[Path]| first_text(paths, event, NAME);
        let (username, email) = (text(&of.username), text(&of.email));
        let name = text(&of.name);
        let id = whole_text(&of.id, event)
            .or_else(|| username.clone())
            .or_else(|| email.clone())
            .or_else(|| name.clone())?;
        Some(Person {
            id: self.id(&id),
            name: name.unwrap_or_default(),
            username: username.unwrap_or_default(),
            email: email.unwrap_or_default(),
        })
    }

    /// An id of the product, in a space of its own.
    fn id(&self, id: &str) -> String {
        bounded(limits::id_of(&format!("{}:{id}", self.application.id)))
    }

    fn targets(&self, of: &Targets, event: &Value, facts: &mut Facts) {
        let one = std::slice::from_ref(event);
        let elements = match &of.each {
            None => one,
            Some(each) => match each.find(event) {
                Some(Value::Array(list)) => list,
                Some(single) => std::slice::from_ref(single),
                None => return,
            },
        };
        for element in elements {
            if facts.targets.len() >= limits::TARGETS {
                facts
                    .metadata
                    .insert("more_targets".to_owned(), "in the event as it came".to_owned());
                return;
            }
            if let Some(target) = self.target(of, element) {
                facts.targets.push(target);
            }
        }
    }

    fn target(&self, of: &Targets, element: &Value) -> Option<Target> {
        let text = |paths: &[Path]| first_text(paths, element, NAME);
        // A list may hold bare names.
        let bare = element.as_str().filter(|_| of.each.is_some());
        let bare = bare
            .map(|text| value::cut(&text.replace('\0', ""), NAME))
            .filter(|text| !text.is_empty());
        let (name, username, email) = (text(&of.name), text(&of.username), text(&of.email));
        let id = whole_text(&of.id, element)
            .or_else(|| username.clone())
            .or_else(|| email.clone());
        let id = id.or_else(|| name.clone()).or_else(|| bare.clone())?;
        let said = text(&of.kind);
        let kind = match said.as_deref() {
            Some(said) => of
                .kinds
                .get(said)
                .cloned()
                .unwrap_or_else(|| value::code(said).replace('.', "_")),
            None => of.default_kind.clone(),
        };
        let kind = if limits::is_code(&kind) {
            kind
        } else {
            of.default_kind.clone()
        };
        let person = kind == Target::USER;
        let mut target = Target {
            id: self.id(&id),
            name: name.or(bare).unwrap_or_default(),
            username: username.unwrap_or_default(),
            email: email.unwrap_or_default(),
            kind,
        };
        if !person {
            if target.name.is_empty() {
                target.name = [&target.username, &target.email]
                    .into_iter()
                    .find(|text| !text.is_empty())
                    .cloned()
                    .unwrap_or_default();
            }
            (target.username, target.email) = (String::new(), String::new());
        }
        Some(target)
    }

    /// Where from and with what.
    fn circumstances(&self, event: &Value, facts: &mut Facts) {
        let fields = &self.fields;
        if let Some(text) = first_text(&fields.ip, event, TEXT) {
            facts.ip = value::address(&text);
            if facts.ip.is_none() {
                facts.metadata.insert("address".to_owned(), shorten::value(&text));
            }
        }
        facts.user_agent = first_text(&fields.user_agent, event, TEXT);
        facts.device = first_text(&fields.device, event, TEXT);
        facts.severity = self.severity.of(event);
        facts.trace_id = first_text(&fields.trace_id, event, 256);
        let country = first_text(&fields.country, event, 100);
        facts.country = country.filter(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()));
        facts.country = facts.country.take().map(|code| code.to_ascii_uppercase());
        let parts = fields.place.iter().filter_map(|path| value::text(path.find(event)?));
        let place = parts.collect::<Vec<_>>().join(", ");
        facts.place = (!place.is_empty()).then(|| value::cut(&place, TEXT));
        facts.external_id = whole_text(&fields.id, event).map(bounded);
    }
}

impl Changes {
    fn of(&self, event: &Value, facts: &mut Facts) {
        let Some(list) = self.each.find(event).and_then(Value::as_array) else {
            return;
        };
        let mut room = CHANGES;
        for element in list.iter().take(limits::CHANGES) {
            let Some(field) = first_text(&self.field, element, 250) else {
                continue;
            };
            let (before, after) = (
                first_text(&self.before, element, TEXT),
                first_text(&self.after, element, TEXT),
            );
            let bytes = [&before, &after].into_iter().flatten().map(String::len).sum::<usize>() + field.len();
            if facts.changes.len() < limits::CHANGES && bytes <= room {
                room -= bytes;
                facts.changes.push(Change { field, before, after });
            }
        }
    }
}

/// Keeps an event as it came, as far as there is room.
fn keep(raw: &str, facts: &mut Facts) {
    if raw.len() > limits::RAW_BYTES {
        facts.metadata.insert("event_bytes".to_owned(), raw.len().to_string());
    }
    facts.raw = Some(value::cut(raw, limits::RAW_BYTES));
}

fn first<'a, T>(paths: &[Path], event: &'a Value, f: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
    paths.iter().find_map(|path| f(path.find(event)?))
}

/// What tells something from others: it never loses its end.
fn whole_text(paths: &[Path], event: &Value) -> Option<String> {
    first(paths, event, value::text).map(Cow::into_owned)
}

fn first_text(paths: &[Path], event: &Value, most: usize) -> Option<String> {
    first(paths, event, value::text).map(|text| value::cut(&text, most))
}
