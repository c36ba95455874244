//! Canonical bytes of version 2: with who recorded the activity, several targets, five outcomes, severity, place,
//! trace and the raw event. They never change.
//!
//! ```text
//! impersonal = text code, i64 occurred_at µs,
//!              u8 outcome (0 success, 1 failure, 2 denied, 3 challenged, 4 unknown),
//!              u8 severity (0 none, 1 debug … 8 emergency),
//!              u8 recorder (0 Whodid, 1 API key, 2 application, 3 import), if not 0: text id, name, address,
//!              u8 by (0 self, 1 administrator, 2 member, 3 application, 4 system, 5 person), if 3: text id, name,
//!              u8 user (0 none, 1 a person),
//!              u32 count of targets, each: u8 (1 a person, 2 a thing), if 2: text kind, id, name, username, e-mail,
//!              option named group, option named application, option text trace, u8 raw (0 none, 1 there is one),
//!              option origin (if no person acted), option details (if neither user nor by is a person)
//! values     = u8 role (1 user, 2 by, 3 target), if 3: u32 place among the targets,
//!              text id, name, username, e-mail,
//!              option origin (of who acted: by, else user), option details (of user, else by)
//!            | u8 4, text raw
//! origin     = address, option text of each field that belongs to who acted, in order
//! details    = option text of each field that belongs to the subject, in order, changes, metadata
//! ```

use super::{Canonical, PersonRole, Personal, Writer, person_texts, raw_owner, target_texts};
use crate::field::{Belongs, Field};
use crate::{By, Facts, Outcome, Recorder, Severity};

pub(super) const VERSION: u8 = 2;

/// The bytes of an activity.
pub(super) fn encode(facts: &Facts) -> Canonical {
    let (user, by) = (facts.user.as_ref(), facts.by.person());
    let nobody = user.is_none() && by.is_none();
    let mut personal = Vec::with_capacity(2);
    let mut add = |role, place: usize, texts: [&str; 4], parts: (bool, bool)| {
        let mut out = Writer::with_capacity(256);
        out.byte(role as u8);
        if role == PersonRole::Target {
            out.count(place);
        }
        out.texts(texts);
        origin(&mut out, facts, parts.0);
        details(&mut out, facts, parts.1);
        personal.push(Personal {
            person_id: texts[0].to_owned(),
            role,
            values: out.0,
        });
    };
    if let Some(user) = user {
        add(PersonRole::User, 0, person_texts(user), (by.is_none(), true));
    }
    if let Some(by) = by {
        add(PersonRole::By, 0, person_texts(by), (true, user.is_none()));
    }
    for (place, target) in facts.targets.iter().enumerate() {
        if target.is_person() {
            add(PersonRole::Target, place, target_texts(target), (false, false));
        }
    }
    if let Some(raw) = &facts.raw {
        let mut out = Writer::with_capacity(raw.len() + 8);
        out.byte(PersonRole::Raw as u8);
        out.text(raw);
        personal.push(Personal {
            person_id: raw_owner(facts).to_owned(),
            role: PersonRole::Raw,
            values: out.0,
        });
    }
    Canonical {
        version: VERSION,
        impersonal: impersonal(facts, nobody),
        personal,
    }
}

fn impersonal(facts: &Facts, nobody: bool) -> Vec<u8> {
    let mut out = Writer::with_capacity(160);
    out.text(&facts.kind);
    out.time(facts.occurred_at);
    out.byte(match facts.outcome {
        Outcome::Success => 0,
        Outcome::Failure => 1,
        Outcome::Denied => 2,
        Outcome::Challenged => 3,
        Outcome::Unknown => 4,
    });
    out.byte(facts.severity.map_or(0, severity));
    recorder(&mut out, &facts.recorder);
    by(&mut out, &facts.by);
    out.byte(u8::from(facts.user.is_some()));
    out.count(facts.targets.len());
    for target in &facts.targets {
        if target.is_person() {
            out.byte(1);
        } else {
            out.byte(2);
            out.thing(target);
        }
    }
    out.named(facts.group.as_ref());
    out.named(facts.application.as_ref());
    out.option(facts.trace_id.as_deref());
    out.byte(u8::from(facts.raw.is_some()));
    origin(&mut out, facts, nobody);
    details(&mut out, facts, nobody);
    out.0
}

fn severity(severity: Severity) -> u8 {
    match severity {
        Severity::Debug => 1,
        Severity::Info => 2,
        Severity::Notice => 3,
        Severity::Warning => 4,
        Severity::Error => 5,
        Severity::Critical => 6,
        Severity::Alert => 7,
        Severity::Emergency => 8,
    }
}

fn recorder(out: &mut Writer, recorder: &Recorder) {
    let (sort, reporter) = match recorder {
        Recorder::Whodid | Recorder::Unstated => (0, None),
        Recorder::ApiKey(reporter) => (1, Some(reporter)),
        Recorder::Application(reporter) => (2, Some(reporter)),
        Recorder::Import(reporter) => (3, Some(reporter)),
    };
    out.byte(sort);
    if let Some(reporter) = reporter {
        out.texts([&reporter.id, &reporter.name]);
        out.address(reporter.ip);
    }
}

fn by(out: &mut Writer, by: &By) {
    match by {
        By::Themself => out.byte(0),
        By::Administrator(_) => out.byte(1),
        By::Member(_) => out.byte(2),
        By::Application(program) => {
            out.byte(3);
            out.texts([&program.id, &program.name]);
        }
        By::System => out.byte(4),
        By::Person(_) => out.byte(5),
    }
}

fn origin(out: &mut Writer, facts: &Facts, here: bool) {
    out.byte(u8::from(here));
    if here {
        out.address(facts.ip);
        texts(out, facts, Belongs::Doer);
    }
}

fn details(out: &mut Writer, facts: &Facts, here: bool) {
    out.byte(u8::from(here));
    if here {
        texts(out, facts, Belongs::Subject);
        out.changes(facts);
        out.metadata(facts);
    }
}

fn texts(out: &mut Writer, facts: &Facts, of: Belongs) {
    for field in Field::texts().filter(|field| field.info().belongs == of) {
        out.option(field.text(facts));
    }
}
