//! The compact bytes that hot batches keep activities in: versioned, quick to write and read, complete.
//! These bytes are not hashed (see `canonical`), so they may change with a new version.
//!
//! Version 2: a batch is the version byte, the count, and each activity in turn: flags of the fields that are there,
//! outcome and sort of doer, recorder and severity, then the fields. Numbers are LEB128, a text is its length and its
//! UTF-8. Version 1 (`v1.rs`) is read.

mod v1;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::field::{FIELDS, Field};
use crate::{
    By, Change, Facts, Named, Outcome, Person, Recorder, RecorderKind, Reporter, Severity, Target, Time, catalogue,
};

/// The version that is written.
pub const VERSION: u8 = 2;

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
    let decode = match from.byte()? {
        VERSION => decode,
        v1::VERSION => v1::decode,
        _ => {
            return Err(DecodeError {
                at: 0,
                what: "unknown version",
            });
        }
    };
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

/// The flag of an IPv6 address, behind those of the fields.
const IPV6: u64 = 1 << FIELDS.len();

fn encode(facts: &Facts, out: &mut Vec<u8>) {
    let flags = Field::optional().filter(|field| field.is_in(facts));
    let flags = flags.fold(0, |flags, field| flags | flag(field));
    let ipv6 = facts.ip.is_some_and(|ip| ip.is_ipv6());
    number(flags | if ipv6 { IPV6 } else { 0 }, out);
    out.push(facts.outcome as u8 | by_sort(&facts.by) << 4);
    out.push(facts.recorder.kind() as u8 | facts.severity.map_or(0, |severity| severity as u8 + 1) << 4);
    out.extend_from_slice(&facts.occurred_at.0.to_le_bytes());
    text(&facts.kind, out);
    if let Some(Reporter { id, name, ip }) = facts.recorder.reporter() {
        text(id, out);
        text(name, out);
        text(&ip.map(|ip| ip.to_string()).unwrap_or_default(), out);
    }
    match &facts.by {
        By::Administrator(doer) | By::Member(doer) | By::Person(doer) => person(doer, out),
        By::Application(program) => named(program, out),
        By::Themself | By::System => {}
    }
    if let Some(user) = &facts.user {
        person(user, out);
    }
    if !facts.targets.is_empty() {
        number(facts.targets.len() as u64, out);
        for target in &facts.targets {
            for each in [&target.kind, &target.id, &target.name, &target.username, &target.email] {
                text(each, out);
            }
        }
    }
    let nameds = facts.group.iter().chain(&facts.application);
    nameds.for_each(|each| named(each, out));
    match facts.ip {
        Some(IpAddr::V4(ip)) => out.extend_from_slice(&ip.octets()),
        Some(IpAddr::V6(ip)) => out.extend_from_slice(&ip.octets()),
        None => {}
    }
    Field::texts()
        .filter_map(|field| field.text(facts))
        .for_each(|each| text(each, out));
    lists(facts, out);
}

fn flag(field: Field) -> u64 {
    1 << (field as u32)
}

fn by_sort(by: &By) -> u8 {
    match by {
        By::Themself => 0,
        By::Administrator(_) => 1,
        By::Member(_) => 2,
        By::Application(_) => 3,
        By::System => 4,
        By::Person(_) => 5,
    }
}

fn lists(facts: &Facts, out: &mut Vec<u8>) {
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
    let has = |field: Field| flags & flag(field) != 0;
    let (ended, recorded) = (from.byte()?, from.byte()?);
    let occurred_at = Time(i64::from_le_bytes(from.array()?));
    let mut facts = Facts::new(catalogue::shared(from.str()?), occurred_at);
    facts.outcome = from.word(Outcome::ALL, ended & 0x0f)?;
    facts.severity = match recorded >> 4 {
        0 => None,
        severity => Some(from.word(Severity::ALL, severity - 1)?),
    };
    facts.recorder = from.recorder(recorded & 0x0f)?;
    facts.by = match ended >> 4 {
        0 => By::Themself,
        1 => By::Administrator(from.person()?),
        2 => By::Member(from.person()?),
        3 => By::Application(from.named()?),
        4 => By::System,
        5 => By::Person(from.person()?),
        _ => return Err(from.error("unknown sort of doer")),
    };
    if has(Field::User) {
        facts.user = Some(from.person()?);
    }
    if has(Field::Targets) {
        let count = from.number()?;
        facts.targets = (0..count).map(|_| from.target()).collect::<Result<_, _>>()?;
    }
    if has(Field::Group) {
        facts.group = Some(from.named()?);
    }
    if has(Field::Application) {
        facts.application = Some(from.named()?);
    }
    if has(Field::Ip) {
        facts.ip = Some(if flags & IPV6 == 0 {
            Ipv4Addr::from(from.array::<4>()?).into()
        } else {
            Ipv6Addr::from(from.array::<16>()?).into()
        });
    }
    for field in Field::texts().filter(|field| has(*field)) {
        let value = from.text()?;
        if let Some(slot) = field.text_mut(&mut facts) {
            *slot = Some(value);
        }
    }
    if has(Field::Changes) {
        facts.changes = from.changes()?;
    }
    if has(Field::Metadata) {
        facts.metadata = from.metadata()?;
    }
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

    /// The value at this place of a closed set.
    fn word<T: Copy>(&self, all: &[T], at: u8) -> Result<T, DecodeError> {
        all.get(usize::from(at))
            .copied()
            .ok_or_else(|| self.error("unknown word"))
    }

    fn recorder(&mut self, sort: u8) -> Result<Recorder, DecodeError> {
        let kind = self.word(RecorderKind::ALL, sort)?;
        if matches!(kind, RecorderKind::Whodid | RecorderKind::Unstated) {
            return Ok(Recorder::new(kind, Reporter::default()));
        }
        let (id, name) = (self.text()?, self.text()?);
        let ip = match self.str()? {
            "" => None,
            ip => Some(ip.parse().map_err(|_| self.error("an address"))?),
        };
        Ok(Recorder::new(kind, Reporter { id, name, ip }))
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
mod properties;
#[cfg(test)]
mod tests;
