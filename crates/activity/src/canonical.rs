//! The canonical bytes of an activity, version 1, and the leaf hash made of them. They never change: golden files
//! of every version stand in `tests/corpus/canonical`.
//!
//! What concerns a person is kept out of the impersonal bytes and enters the leaf as a salted digest only, so it can
//! be erased while the leaf stands. Sequence number and time of recording are not in it: the place in the tree and
//! the checkpoint give them.
//!
//! ```text
//! leaf       = SHA-256(0x00, version u8, length of impersonal u64, impersonal, digest of each person…)
//! digest     = SHA-256(salt, values)          salt = HMAC-SHA256(key of the person, impersonal)
//! impersonal = text code, i64 occurred_at µs, u8 outcome (0 success, 1 failure),
//!              u8 by (0 self, 1 administrator, 2 member, 3 application, 4 system), if 3: named,
//!              u8 persons (1 user + 2 by + 4 target),
//!              u8 target (0 none, 1 a person, 2 a thing), if 2: text kind, id, name, username, e-mail,
//!              option named group, option named application,
//!              option origin (if no person acted), option details (if neither user nor by is a person)
//! values     = u8 role (1 user, 2 by, 3 target), text id, name, username, e-mail,
//!              option origin (of who acted: by, else user), option details (of user, else by)
//! origin     = u8 ip (0 none, 4, 6) and its bytes, option text device, user agent, country
//! details    = option text reason, description, external id,
//!              u32 count of changes, each: text field, option text before, after,
//!              u32 count of metadata, each in order of keys: text key, value
//! named      = text id, name      text = u32 length, UTF-8      option = u8 0, or u8 1 and the value
//! ```
//! Numbers are big-endian.

use std::net::IpAddr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{By, Facts, Named, Outcome, Person, Target};

/// The version of the canonical bytes.
pub const VERSION: u8 = 1;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The bytes of an activity that its leaf hash is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// What concerns no person.
    pub impersonal: Vec<u8>,
    /// The values of each person named, in the order user, by, target. The same person may be there twice.
    pub personal: Vec<Personal>,
}

/// The values of one person in one activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Personal {
    /// Whose.
    pub person_id: String,
    /// As what they are named.
    pub role: PersonRole,
    /// Their values.
    pub values: Vec<u8>,
}

/// As what a person is named in an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PersonRole {
    /// Whose log it belongs to.
    User = 1,
    /// Who did it.
    By = 2,
    /// What it was done to.
    Target = 3,
}

/// The canonical bytes of an activity.
#[must_use]
pub fn encode(facts: &Facts) -> Canonical {
    let (user, by, target) = (facts.user.as_ref(), doer(&facts.by), person_target(facts));
    let mut out = Writer::with_capacity(160);
    out.text(&facts.kind);
    out.0.extend_from_slice(&facts.occurred_at.0.to_be_bytes());
    out.byte(u8::from(facts.outcome == Outcome::Failure));
    out.by(&facts.by);
    out.byte(u8::from(user.is_some()) | u8::from(by.is_some()) << 1 | u8::from(target.is_some()) << 2);
    match (&facts.target, target) {
        (None, _) => out.byte(0),
        (Some(_), Some(_)) => out.byte(1),
        (Some(thing), None) => {
            out.byte(2);
            out.texts([&thing.kind, &thing.id, &thing.name, &thing.username, &thing.email]);
        }
    }
    out.named(facts.group.as_ref());
    out.named(facts.application.as_ref());
    out.origin(facts, user.is_none() && by.is_none());
    out.details(facts, user.is_none() && by.is_none());

    let mut personal = Vec::with_capacity(3);
    let mut add = |role, person: Option<[&String; 4]>, origin, details| {
        personal.extend(person.map(|texts| values(facts, role, texts, origin, details)));
    };
    add(PersonRole::User, user.map(texts), by.is_none(), true);
    add(PersonRole::By, by.map(texts), true, user.is_none());
    add(PersonRole::Target, target.map(target_texts), false, false);
    Canonical {
        impersonal: out.0,
        personal,
    }
}

/// The salt of a person's digest: HMAC-SHA256 of the impersonal bytes under that person's key.
#[must_use]
pub fn salt(key: &[u8; 32], impersonal: &[u8]) -> Hash {
    // HMAC fills a short key with zeros up to the block.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(impersonal);
    mac.finalize().into_bytes().into()
}

/// The digest of a person's values: SHA-256(salt ‖ values).
#[must_use]
pub fn digest(salt: &Hash, values: &[u8]) -> Hash {
    Sha256::new().chain_update(salt).chain_update(values).finalize().into()
}

/// The leaf hash: SHA-256(0x00 ‖ version ‖ length ‖ impersonal ‖ digests), one digest for each of `personal`, in
/// that order.
#[must_use]
pub fn leaf(canonical: &Canonical, digests: &[Hash]) -> Hash {
    let mut hash = Sha256::new()
        .chain_update([0x00, VERSION])
        .chain_update((canonical.impersonal.len() as u64).to_be_bytes())
        .chain_update(&canonical.impersonal);
    for digest in digests {
        hash.update(digest);
    }
    hash.finalize().into()
}

/// The leaf hash of an activity; `None` if a person named in it has no key.
#[must_use]
pub fn leaf_of(facts: &Facts, key_of: impl Fn(&str) -> Option<[u8; 32]>) -> Option<Hash> {
    let canonical = encode(facts);
    let mut digests = [[0; 32]; 3];
    for (digest_of, person) in digests.iter_mut().zip(&canonical.personal) {
        let salt = salt(&key_of(&person.person_id)?, &canonical.impersonal);
        *digest_of = digest(&salt, &person.values);
    }
    Some(leaf(&canonical, &digests[..canonical.personal.len()]))
}

/// The ids of the persons an activity names, each once, in the order user, by, target: those who need a key.
pub fn persons(facts: &Facts) -> impl Iterator<Item = &str> {
    let user = facts.user.as_ref().map(|user| user.id.as_str());
    let by = doer(&facts.by).map(|by| by.id.as_str()).filter(|by| Some(*by) != user);
    let target = person_target(facts).map(|target| target.id.as_str());
    let target = target.filter(|target| Some(*target) != user && Some(*target) != by);
    [user, by, target].into_iter().flatten()
}

fn doer(by: &By) -> Option<&Person> {
    match by {
        By::Administrator(person) | By::Member(person) => Some(person),
        By::Themself | By::Application(_) | By::System => None,
    }
}

fn person_target(facts: &Facts) -> Option<&Target> {
    facts.target.as_ref().filter(|target| target.is_person())
}

fn texts(person: &Person) -> [&String; 4] {
    [&person.id, &person.name, &person.username, &person.email]
}

fn target_texts(target: &Target) -> [&String; 4] {
    [&target.id, &target.name, &target.username, &target.email]
}

fn values(facts: &Facts, role: PersonRole, texts: [&String; 4], origin: bool, details: bool) -> Personal {
    let mut out = Writer::with_capacity(256);
    out.byte(role as u8);
    out.texts(texts);
    out.origin(facts, origin);
    out.details(facts, details);
    Personal {
        person_id: texts[0].clone(),
        role,
        values: out.0,
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn count(&mut self, count: usize) {
        // Every text and list of an activity is far below 4 GiB: an activity is at most 64 KiB.
        self.0.extend_from_slice(&(count as u32).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn texts<const N: usize>(&mut self, texts: [&String; N]) {
        texts.into_iter().for_each(|text| self.text(text));
    }

    fn option(&mut self, text: Option<&String>) {
        self.byte(u8::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }

    fn named(&mut self, named: Option<&Named>) {
        self.byte(u8::from(named.is_some()));
        if let Some(named) = named {
            self.texts([&named.id, &named.name]);
        }
    }

    fn by(&mut self, by: &By) {
        match by {
            By::Themself => self.byte(0),
            By::Administrator(_) => self.byte(1),
            By::Member(_) => self.byte(2),
            By::Application(program) => {
                self.byte(3);
                self.texts([&program.id, &program.name]);
            }
            By::System => self.byte(4),
        }
    }

    fn origin(&mut self, facts: &Facts, here: bool) {
        self.byte(u8::from(here));
        if !here {
            return;
        }
        match facts.ip {
            None => self.byte(0),
            Some(IpAddr::V4(ip)) => {
                self.byte(4);
                self.0.extend_from_slice(&ip.octets());
            }
            Some(IpAddr::V6(ip)) => {
                self.byte(6);
                self.0.extend_from_slice(&ip.octets());
            }
        }
        for text in [&facts.device, &facts.user_agent, &facts.country] {
            self.option(text.as_ref());
        }
    }

    fn details(&mut self, facts: &Facts, here: bool) {
        self.byte(u8::from(here));
        if !here {
            return;
        }
        for text in [&facts.reason, &facts.description, &facts.external_id] {
            self.option(text.as_ref());
        }
        self.count(facts.changes.len());
        for change in &facts.changes {
            self.text(&change.field);
            self.option(change.before.as_ref());
            self.option(change.after.as_ref());
        }
        self.count(facts.metadata.len());
        for (key, value) in &facts.metadata {
            self.texts([key, value]);
        }
    }
}

#[cfg(test)]
mod tests;
