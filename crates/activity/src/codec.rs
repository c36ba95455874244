//! The compact bytes that hot batches keep activities in: versioned, quick to write and read, complete.
//! These bytes are not hashed (see `canonical`), so they may change with a new version.
//!
//! Version 1: a batch is the version byte, the count, and each activity in turn. Numbers are LEB128, a text is its
//! length and its UTF-8, and a field that may be absent is there only if its flag is set.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{By, Change, Facts, Named, Outcome, Person, Target, Time, catalogue};

/// The version that is written.
pub const VERSION: u8 = 1;

/// Why bytes are not activities.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes of an activity are damaged at {at}: {what}")]
pub struct DecodeError {
    /// The place, in bytes from the beginning.
    pub at: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// The bytes of one activity.
#[must_use]
pub fn to_bytes(facts: &Facts) -> Vec<u8> {
    encode_batch([facts])
}

/// One activity back from its bytes.
pub fn from_bytes(bytes: &[u8]) -> Result<Facts, DecodeError> {
    let mut one = decode_batch(bytes)?;
    match (one.pop(), one.is_empty()) {
        (Some(facts), true) => Ok(facts),
        _ => Err(DecodeError {
            at: 1,
            what: "not exactly one activity",
        }),
    }
}

/// The bytes of many activities.
#[must_use]
pub fn encode_batch<'a, I>(facts: I) -> Vec<u8>
where
    I: IntoIterator<Item = &'a Facts, IntoIter: ExactSizeIterator>,
{
    let facts = facts.into_iter();
    let mut out = Vec::with_capacity(16 + facts.len() * 192);
    out.push(VERSION);
    number(facts.len() as u64, &mut out);
    for each in facts {
        encode(each, &mut out);
    }
    out
}

/// Many activities back from their bytes.
pub fn decode_batch(bytes: &[u8]) -> Result<Vec<Facts>, DecodeError> {
    let mut from = Reader { bytes, at: 0 };
    if from.byte()? != VERSION {
        return Err(DecodeError {
            at: 0,
            what: "unknown version",
        });
    }
    let count = from.number()?;
    // A damaged count must not reserve more than the bytes could hold.
    let count = usize::try_from(count)
        .ok()
        .filter(|count| *count <= bytes.len())
        .ok_or_else(|| from.error("count"))?;
    let mut facts = Vec::with_capacity(count);
    for _ in 0..count {
        facts.push(decode(&mut from)?);
    }
    if from.at == bytes.len() {
        Ok(facts)
    } else {
        Err(from.error("bytes left over"))
    }
}

const FAILURE: u64 = 1;
const REASON: u64 = 1 << 1;
const USER: u64 = 1 << 2;
const TARGET: u64 = 1 << 3;
const GROUP: u64 = 1 << 4;
const APPLICATION: u64 = 1 << 5;
const IPV4: u64 = 1 << 6;
const IPV6: u64 = 1 << 7;
const DEVICE: u64 = 1 << 8;
const USER_AGENT: u64 = 1 << 9;
const COUNTRY: u64 = 1 << 10;
const DESCRIPTION: u64 = 1 << 11;
const CHANGES: u64 = 1 << 12;
const METADATA: u64 = 1 << 13;
const EXTERNAL_ID: u64 = 1 << 14;
/// Where the sort of doer begins.
const BY: u32 = 15;

fn flags(facts: &Facts) -> u64 {
    let by = match &facts.by {
        By::Themself => 0,
        By::Administrator(_) => 1,
        By::Member(_) => 2,
        By::Application(_) => 3,
        By::System => 4,
    };
    let set = |flag: u64, present: bool| if present { flag } else { 0 };
    (by << BY)
        | set(FAILURE, facts.outcome == Outcome::Failure)
        | set(REASON, facts.reason.is_some())
        | set(USER, facts.user.is_some())
        | set(TARGET, facts.target.is_some())
        | set(GROUP, facts.group.is_some())
        | set(APPLICATION, facts.application.is_some())
        | set(IPV4, facts.ip.is_some_and(|ip| ip.is_ipv4()))
        | set(IPV6, facts.ip.is_some_and(|ip| ip.is_ipv6()))
        | set(DEVICE, facts.device.is_some())
        | set(USER_AGENT, facts.user_agent.is_some())
        | set(COUNTRY, facts.country.is_some())
        | set(DESCRIPTION, facts.description.is_some())
        | set(CHANGES, !facts.changes.is_empty())
        | set(METADATA, !facts.metadata.is_empty())
        | set(EXTERNAL_ID, facts.external_id.is_some())
}

fn encode(facts: &Facts, out: &mut Vec<u8>) {
    number(flags(facts), out);
    out.extend_from_slice(&facts.occurred_at.0.to_le_bytes());
    text(&facts.kind, out);
    match &facts.by {
        By::Administrator(doer) | By::Member(doer) => person(doer, out),
        By::Application(program) => named(program, out),
        By::Themself | By::System => {}
    }
    if let Some(user) = &facts.user {
        person(user, out);
    }
    if let Some(target) = &facts.target {
        for each in [&target.kind, &target.id, &target.name, &target.username, &target.email] {
            text(each, out);
        }
    }
    facts
        .group
        .iter()
        .chain(&facts.application)
        .for_each(|each| named(each, out));
    match facts.ip {
        Some(IpAddr::V4(ip)) => out.extend_from_slice(&ip.octets()),
        Some(IpAddr::V6(ip)) => out.extend_from_slice(&ip.octets()),
        None => {}
    }
    let texts = [
        &facts.reason,
        &facts.device,
        &facts.user_agent,
        &facts.country,
        &facts.description,
        &facts.external_id,
    ];
    texts.into_iter().flatten().for_each(|each| text(each, out));
    if !facts.changes.is_empty() {
        number(facts.changes.len() as u64, out);
        for change in &facts.changes {
            let sides = u64::from(change.before.is_some()) | u64::from(change.after.is_some()) << 1;
            number(sides, out);
            text(&change.field, out);
            change
                .before
                .iter()
                .chain(&change.after)
                .for_each(|side| text(side, out));
        }
    }
    if !facts.metadata.is_empty() {
        number(facts.metadata.len() as u64, out);
        for (key, value) in &facts.metadata {
            text(key, out);
            text(value, out);
        }
    }
}

fn person(person: &Person, out: &mut Vec<u8>) {
    for each in [&person.id, &person.name, &person.username, &person.email] {
        text(each, out);
    }
}

fn named(named: &Named, out: &mut Vec<u8>) {
    text(&named.id, out);
    text(&named.name, out);
}

fn text(text: &str, out: &mut Vec<u8>) {
    number(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

fn number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn decode(from: &mut Reader<'_>) -> Result<Facts, DecodeError> {
    let flags = from.number()?;
    let has = |flag: u64| flags & flag != 0;
    let occurred_at = Time(i64::from_le_bytes(from.array()?));
    let kind = catalogue::shared(from.str()?);
    let by = match flags >> BY {
        0 => By::Themself,
        1 => By::Administrator(from.person()?),
        2 => By::Member(from.person()?),
        3 => By::Application(from.named()?),
        4 => By::System,
        _ => return Err(from.error("unknown sort of doer")),
    };
    let user = if has(USER) { Some(from.person()?) } else { None };
    let target = if has(TARGET) { Some(from.target()?) } else { None };
    let group = if has(GROUP) { Some(from.named()?) } else { None };
    let application = if has(APPLICATION) { Some(from.named()?) } else { None };
    let ip = match (has(IPV4), has(IPV6)) {
        (true, _) => Some(Ipv4Addr::from(from.array::<4>()?).into()),
        (_, true) => Some(Ipv6Addr::from(from.array::<16>()?).into()),
        _ => None,
    };
    let reason = from.text_if(has(REASON))?;
    let device = from.text_if(has(DEVICE))?;
    let user_agent = from.text_if(has(USER_AGENT))?;
    let country = from.text_if(has(COUNTRY))?;
    let description = from.text_if(has(DESCRIPTION))?;
    let external_id = from.text_if(has(EXTERNAL_ID))?;
    let changes = if has(CHANGES) { from.changes()? } else { Vec::new() };
    let metadata = if has(METADATA) {
        from.metadata()?
    } else {
        BTreeMap::new()
    };
    let outcome = if has(FAILURE) {
        Outcome::Failure
    } else {
        Outcome::Success
    };
    #[rustfmt::skip]
    let facts = Facts {
        kind, occurred_at, outcome, reason, user, by, target, group, application, ip, device, user_agent, country,
        description, changes, metadata, external_id,
    };
    Ok(facts)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn error(&self, what: &'static str) -> DecodeError {
        DecodeError { at: self.at, what }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let end = self.at.checked_add(length);
        let taken = end
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or_else(|| self.error("cut off"))?;
        self.at += length;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.error("cut off"))
    }

    fn byte(&mut self) -> Result<u8, DecodeError> {
        let byte = *self.bytes.get(self.at).ok_or_else(|| self.error("cut off"))?;
        self.at += 1;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u64, DecodeError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.error("a number without an end"))
    }

    fn str(&mut self) -> Result<&'a str, DecodeError> {
        let length = usize::try_from(self.number()?).map_err(|_| self.error("length"))?;
        let taken = self.take(length)?;
        std::str::from_utf8(taken).map_err(|_| self.error("not UTF-8"))
    }

    fn text(&mut self) -> Result<String, DecodeError> {
        self.str().map(str::to_owned)
    }

    fn text_if(&mut self, present: bool) -> Result<Option<String>, DecodeError> {
        if present { self.text().map(Some) } else { Ok(None) }
    }

    fn person(&mut self) -> Result<Person, DecodeError> {
        Ok(Person {
            id: self.text()?,
            name: self.text()?,
            username: self.text()?,
            email: self.text()?,
        })
    }

    fn named(&mut self) -> Result<Named, DecodeError> {
        Ok(Named {
            id: self.text()?,
            name: self.text()?,
        })
    }

    fn target(&mut self) -> Result<Target, DecodeError> {
        let kind = self.text()?;
        let Person {
            id,
            name,
            username,
            email,
        } = self.person()?;
        Ok(Target {
            kind,
            id,
            name,
            username,
            email,
        })
    }

    fn changes(&mut self) -> Result<Vec<Change>, DecodeError> {
        let count = self.number()?;
        (0..count)
            .map(|_| {
                let sides = self.number()?;
                Ok(Change {
                    field: self.text()?,
                    before: self.text_if(sides & 1 != 0)?,
                    after: self.text_if(sides & 2 != 0)?,
                })
            })
            .collect()
    }

    fn metadata(&mut self) -> Result<BTreeMap<String, String>, DecodeError> {
        let count = self.number()?;
        (0..count).map(|_| Ok((self.text()?, self.text()?))).collect()
    }
}

#[cfg(test)]
mod tests;
