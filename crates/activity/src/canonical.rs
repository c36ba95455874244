//! The canonical bytes of an activity, and the leaf hash made of them. Versions never change once written: golden
//! files of each stand in `tests/corpus/canonical`.
//!
//! What concerns a person is kept out of the impersonal bytes and enters the leaf as a salted digest only, so it can
//! be erased while the leaf stands; the raw event has a digest of its own. Sequence number and time of recording are
//! not in it: the place in the tree and the checkpoint give them. Which version an activity has is a property of
//! itself: one that does not state its recorder is of version 1, any other of version 2.
//!
//! ```text
//! leaf       = SHA-256(0x00, version u8, length of impersonal u64, impersonal, digest of each of `personal`…)
//! digest     = SHA-256(salt, values)          salt = HMAC-SHA256(key of the person, impersonal)
//! address    = u8 (0 none, 4, 6) and its bytes
//! changes    = u32 count, each: text field, option text before, after
//! metadata   = u32 count, each in order of keys: text key, value
//! named      = text id, name      text = u32 length, UTF-8      option = u8 0, or u8 1 and the value
//! ```
//! Numbers are big-endian. What is impersonal and what are whose values: `v1.rs`, `v2.rs`.

mod v1;
mod v2;

use std::net::IpAddr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{Facts, Named, Person, Recorder, Target, Time};

/// The version of canonical bytes that is written.
pub const VERSION: u8 = v2::VERSION;

/// Whose key salts the digest of a raw event in an activity that names nobody: the installation's own.
pub const NOBODY: &str = "";

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The bytes of an activity that its leaf hash is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// Their version.
    pub version: u8,
    /// What concerns no person.
    pub impersonal: Vec<u8>,
    /// The values of each person named, in the order user, by, targets, and last the raw event. The same person may
    /// be there more than once.
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
    /// Whose the raw event is.
    Raw = 4,
}

/// The canonical bytes of an activity.
#[must_use]
pub fn encode(facts: &Facts) -> Canonical {
    match facts.recorder {
        Recorder::Unstated => v1::encode(facts),
        _ => v2::encode(facts),
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
        .chain_update([0x00, canonical.version])
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
    let digests = canonical.personal.iter().map(|person| {
        let salt = salt(&key_of(&person.person_id)?, &canonical.impersonal);
        Some(digest(&salt, &person.values))
    });
    Some(leaf(&canonical, &digests.collect::<Option<Vec<_>>>()?))
}

/// The digest of a person's values that are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptDigest {
    /// Its place among [`Canonical::personal`].
    pub place: u32,
    /// The digest, which nobody can make any more.
    pub digest: Hash,
}

impl KeptDigest {
    const BYTES: usize = size_of::<u32>() + size_of::<Hash>();

    /// The bytes that they are kept as: of each the place, big-endian, and the digest.
    #[must_use]
    pub fn to_bytes(kept: &[Self]) -> Vec<u8> {
        let each = |kept: &Self| kept.place.to_be_bytes().into_iter().chain(kept.digest);
        kept.iter().flat_map(each).collect()
    }

    /// Back from their bytes; `None` if they are not that.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Vec<Self>> {
        let (all, []) = bytes.as_chunks::<{ Self::BYTES }>() else {
            return None;
        };
        let one = |bytes: &[u8; Self::BYTES]| {
            let (place, digest) = bytes.split_first_chunk::<4>()?;
            Some(Self {
                place: u32::from_be_bytes(*place),
                digest: digest.try_into().ok()?,
            })
        };
        all.iter().map(one).collect()
    }
}

/// A hash that nothing has.
const NO_LEAF: Hash = [0; 32];

/// The leaf hash of an activity of which some persons' values are gone and their digests are kept; `None` if one of the
/// others has no key. Guarantee: a digest counts only where nothing is left of the values it was made of, so that what is
/// left cannot be made to say something else.
#[must_use]
pub fn leaf_with(facts: &Facts, kept: &[KeptDigest], key_of: impl Fn(&str) -> Option<[u8; 32]>) -> Option<Hash> {
    if kept.is_empty() {
        return leaf_of(facts, key_of);
    }
    let canonical = encode(facts);
    if !crate::erased::is_bare(facts, &canonical, kept) {
        return Some(NO_LEAF);
    }
    let mut kept = kept.iter().peekable();
    let digests = (0..).zip(&canonical.personal).map(|(place, person)| {
        if let Some(kept) = kept.next_if(|kept| kept.place == place) {
            return Some(kept.digest);
        }
        let salt = salt(&key_of(&person.person_id)?, &canonical.impersonal);
        Some(digest(&salt, &person.values))
    });
    Some(leaf(&canonical, &digests.collect::<Option<Vec<_>>>()?))
}

/// The ids of those who need a key for an activity, each once, in the order user, by, targets: the persons it names,
/// or [`NOBODY`] where it names none and has a raw event.
#[must_use]
pub fn persons(facts: &Facts) -> Vec<&str> {
    let user = facts.user.as_ref().map(|user| user.id.as_str());
    let by = facts.by.person().map(|by| by.id.as_str());
    let targets = facts.targets.iter().filter(|target| target.is_person());
    let mut persons = Vec::with_capacity(2);
    for person in user
        .into_iter()
        .chain(by)
        .chain(targets.map(|target| target.id.as_str()))
    {
        if !persons.contains(&person) {
            persons.push(person);
        }
    }
    if facts.raw.is_some() && persons.is_empty() {
        persons.push(NOBODY);
    }
    persons
}

/// Whose the raw event is: the user's, else whoever's acted, else the first person's it was done to.
pub(crate) fn raw_owner(facts: &Facts) -> &str {
    persons(facts).first().copied().unwrap_or(NOBODY)
}

fn person_texts(person: &Person) -> [&str; 4] {
    [&person.id, &person.name, &person.username, &person.email]
}

fn target_texts(target: &Target) -> [&str; 4] {
    [&target.id, &target.name, &target.username, &target.email]
}

struct Writer(Vec<u8>);

impl Writer {
    fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    fn time(&mut self, at: Time) {
        self.0.extend_from_slice(&at.0.to_be_bytes());
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

    fn texts<const N: usize>(&mut self, texts: [&str; N]) {
        texts.into_iter().for_each(|text| self.text(text));
    }

    fn option(&mut self, text: Option<&str>) {
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

    fn thing(&mut self, thing: &Target) {
        self.texts([&thing.kind, &thing.id, &thing.name, &thing.username, &thing.email]);
    }

    fn address(&mut self, ip: Option<IpAddr>) {
        match ip {
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
    }

    fn changes(&mut self, facts: &Facts) {
        self.count(facts.changes.len());
        for change in &facts.changes {
            self.text(&change.field);
            self.option(change.before.as_deref());
            self.option(change.after.as_deref());
        }
    }

    fn metadata(&mut self, facts: &Facts) {
        self.count(facts.metadata.len());
        for (key, value) in &facts.metadata {
            self.texts([key, value]);
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
