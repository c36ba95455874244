//! Canonical bytes of version 1: of activities recorded before they said who recorded them. They never change.
//!
//! ```text
//! impersonal = text code, i64 occurred_at µs, u8 outcome (0 success, 1 failure),
//!              u8 by (0 self, 1 administrator, 2 member, 3 application, 4 system), if 3: named,
//!              u8 persons (1 user + 2 by + 4 target),
//!              u8 target (0 none, 1 a person, 2 a thing), if 2: text kind, id, name, username, e-mail,
//!              option named group, option named application,
//!              option origin (if no person acted), option details (if neither user nor by is a person)
//! values     = u8 role (1 user, 2 by, 3 target), text id, name, username, e-mail,
//!              option origin (of who acted: by, else user), option details (of user, else by)
//! origin     = address, option text device, user agent, country
//! details    = option text reason, description, external id, changes, metadata
//! ```
//! The rest is as in version 2.

use super::{Canonical, PersonRole, Personal, Writer, person_texts, target_texts};
use crate::{By, Facts, Outcome};

pub(super) const VERSION: u8 = 1;

/// The bytes of an activity that has no field of a later version.
pub(super) fn encode(facts: &Facts) -> Canonical {
    let (user, by) = (facts.user.as_ref(), facts.by.person());
    let target = facts.target().filter(|target| target.is_person());
    let mut out = Writer::with_capacity(160);
    out.text(&facts.kind);
    out.time(facts.occurred_at);
    out.byte(u8::from(facts.outcome != Outcome::Success));
    match &facts.by {
        By::Themself => out.byte(0),
        By::Administrator(_) => out.byte(1),
        By::Member(_) | By::Person(_) => out.byte(2),
        By::Application(program) => {
            out.byte(3);
            out.texts([&program.id, &program.name]);
        }
        By::System => out.byte(4),
    }
    out.byte(u8::from(user.is_some()) | u8::from(by.is_some()) << 1 | u8::from(target.is_some()) << 2);
    match (facts.target(), target) {
        (None, _) => out.byte(0),
        (Some(_), Some(_)) => out.byte(1),
        (Some(thing), None) => {
            out.byte(2);
            out.thing(thing);
        }
    }
    out.named(facts.group.as_ref());
    out.named(facts.application.as_ref());
    let nobody = user.is_none() && by.is_none();
    origin(&mut out, facts, nobody);
    details(&mut out, facts, nobody);
    let mut personal = Vec::with_capacity(3);
    let mut add = |role, texts: Option<[&str; 4]>, has_origin, has_details| {
        personal.extend(texts.map(|texts| values(facts, role, texts, has_origin, has_details)));
    };
    add(PersonRole::User, user.map(person_texts), by.is_none(), true);
    add(PersonRole::By, by.map(person_texts), true, user.is_none());
    add(PersonRole::Target, target.map(target_texts), false, false);
    Canonical {
        version: VERSION,
        impersonal: out.0,
        personal,
    }
}

fn values(facts: &Facts, role: PersonRole, texts: [&str; 4], has_origin: bool, has_details: bool) -> Personal {
    let mut out = Writer::with_capacity(256);
    out.byte(role as u8);
    out.texts(texts);
    origin(&mut out, facts, has_origin);
    details(&mut out, facts, has_details);
    Personal {
        person_id: texts[0].to_owned(),
        role,
        values: out.0,
    }
}

fn origin(out: &mut Writer, facts: &Facts, here: bool) {
    out.byte(u8::from(here));
    if here {
        out.address(facts.ip);
        for text in [&facts.device, &facts.user_agent, &facts.country] {
            out.option(text.as_deref());
        }
    }
}

fn details(out: &mut Writer, facts: &Facts, here: bool) {
    out.byte(u8::from(here));
    if here {
        for text in [&facts.reason, &facts.description, &facts.external_id] {
            out.option(text.as_deref());
        }
        out.changes(facts);
        out.metadata(facts);
    }
}
