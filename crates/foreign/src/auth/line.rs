//! A line that is being read: what its activities begin with, their keys, and the account that is given of it.

use std::net::IpAddr;

use activity::{Facts, Named, Person, Target, Time, catalogue, limits, shorten};

use super::head::Head;
use crate::id::bounded;
use crate::{Found, Harvest, Keys, Origin};

/// A line, and where what it gives goes.
pub(super) struct Line<'a> {
    pub(super) head: Head<'a>,
    pub(super) at: Time,
    /// Its machine, as a number.
    pub(super) host: u32,
    /// The bytes its keys are made of.
    pub(super) raw: &'a [u8],
    pub(super) origin: Origin,
    pub(super) keys: &'a mut Keys,
    pub(super) harvest: &'a mut Harvest,
}

pub(super) const ELSEWHERE: &str = "told by another line";

impl<'a> Line<'a> {
    /// Records this as an activity.
    pub(super) fn record(&mut self, facts: Facts) {
        let found = self.keyed(facts);
        self.harvest.found.push(found);
    }

    /// The same, to be recorded once it is certain that no other line says it.
    pub(super) fn keyed(&mut self, mut facts: Facts) -> Found {
        facts.external_id = Some(self.keys.key(self.raw));
        Found::new(self.origin, facts)
    }

    /// This line is no activity.
    pub(super) fn pass(&mut self, reason: &'static str) {
        self.harvest.pass(reason);
    }

    /// This line's program is understood, and this message of it is not.
    pub(super) fn unknown(&mut self) {
        self.harvest.unknown.push((self.origin, self.head.program.to_owned()));
    }

    /// The start of an activity that this account of the machine had a part in.
    pub(super) fn about(&self, code: &str, program: &str, user: Option<&str>) -> Facts {
        let mut facts = Facts::new(catalogue::shared(code), self.at);
        facts.user = user.filter(|user| !user.is_empty()).map(|user| self.account(user));
        let host = self.head.host;
        facts.application = Some(match host {
            "" => Named {
                id: limits::id_of(program),
                name: title(program).to_owned(),
            },
            _ => Named {
                id: bounded(limits::id_of(&format!("{program}:{host}"))),
                name: format!("{} on {host}", title(program)),
            },
        });
        facts
    }

    /// An account of the machine, the same whatever program names it.
    pub(super) fn account(&self, user: &str) -> Person {
        Person {
            id: self.account_id(user),
            username: user.to_owned(),
            ..Person::default()
        }
    }

    fn account_id(&self, user: &str) -> String {
        let host = self.head.host;
        bounded(limits::id_of(&match host {
            "" => format!("ssh:{user}"),
            _ => format!("ssh:{user}@{host}"),
        }))
    }

    /// An account as what something was done to.
    pub(super) fn account_target(&self, user: &str) -> Target {
        Target {
            kind: Target::USER.to_owned(),
            id: self.account_id(user),
            username: user.to_owned(),
            ..Target::default()
        }
    }

    /// A group of the machine.
    pub(super) fn group_target(&self, group: &str) -> Target {
        Target {
            kind: "group".to_owned(),
            id: bounded(limits::id_of(&format!("{group}@{}", self.head.host))),
            name: group.to_owned(),
            ..Target::default()
        }
    }
}

/// Says where somebody came from: by an address, or as it was written where it is none.
pub(super) fn put_address(facts: &mut Facts, written: &str) {
    let bare = written.split('%').next().unwrap_or_default();
    match bare.parse::<IpAddr>() {
        Ok(ip) => facts.ip = Some(ip.to_canonical()),
        Err(_) => {
            facts.metadata.insert("address".to_owned(), shorten::value(written));
        }
    }
}

fn title(program: &str) -> &str {
    match program {
        "ssh" => "OpenSSH",
        "dropbear" => "Dropbear",
        other => other,
    }
}

/// A text as a field may have it.
pub(super) fn text(text: &str) -> String {
    match text.char_indices().find(|(at, _)| *at > limits::FIELD_BYTES - 8) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
