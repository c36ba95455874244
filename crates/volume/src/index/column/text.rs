//! Lists of texts as one text and back: each ends in U+0000, which is escaped within.

use std::fmt::Write as _;
use std::net::IpAddr;

use activity::{By, Named, Person, Recorder, RecorderKind, Reporter, Target};

use super::PRESENT;

pub(super) const END: char = '\0';
const ESCAPE: char = '\u{1}';

/// The text of an address: numeric order is text order within its family.
pub(crate) fn ip_text(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => format!("4{:08x}", ip.to_bits()),
        IpAddr::V6(ip) => format!("6{:032x}", ip.to_bits()),
    }
}
pub(super) fn person(person: &Person) -> [&String; 4] {
    [&person.id, &person.name, &person.username, &person.email]
}

pub(super) fn by(by: &By, out: &mut String) -> Option<()> {
    match by {
        By::Themself => out.push('s'),
        By::System => out.push('y'),
        By::Administrator(doer) => list('a', person(doer), out),
        By::Member(doer) => list('m', person(doer), out),
        By::Person(doer) => list('n', person(doer), out),
        By::Application(named) => list('p', [&named.id, &named.name], out),
    }
    Some(())
}

pub(super) fn text(value: Option<&str>, out: &mut String) -> Option<()> {
    value.map(|value| {
        out.push(PRESENT);
        out.push_str(value);
    })
}

pub(super) fn recorder(recorder: &Recorder, out: &mut String) -> Option<()> {
    let head = recorder_head(recorder.kind());
    match recorder.reporter() {
        Some(Reporter { id, name, ip }) => {
            list(head, [id, name], out);
            if let Some(ip) = ip {
                // Writing to a string cannot fail, and no address has a character that is escaped.
                let _ = write!(out, "{ip}");
            }
            out.push(END);
        }
        None => out.push(head),
    }
    Some(())
}

/// What the texts of recorders of this value begin with, and whether they are exactly that: the id of whoever reported,
/// or how it was recorded where nobody did.
pub(crate) fn recorder_prefixes(value: &str) -> Vec<(String, bool)> {
    let text = |kind: &RecorderKind| {
        let mut text = String::from(recorder_head(*kind));
        escape(value, &mut text);
        text.push(END);
        (text, false)
    };
    let by_id = RecorderKind::ALL.iter().map(text);
    let kind = RecorderKind::of_word(value).map(|kind| (recorder_head(kind).to_string(), true));
    by_id.chain(kind).collect()
}

/// What the texts of all recorders of this sort begin with.
pub(crate) fn recorder_head(kind: RecorderKind) -> char {
    match kind {
        RecorderKind::Whodid => 'w',
        RecorderKind::ApiKey => 'k',
        RecorderKind::Application => 'a',
        RecorderKind::Import => 'i',
        RecorderKind::Unstated => 'u',
    }
}

pub(super) fn read_recorder(head: char, rest: &str) -> Option<Recorder> {
    let kind = *RecorderKind::ALL.iter().find(|kind| recorder_head(**kind) == head)?;
    if rest.is_empty() {
        return Some(Recorder::new(kind, Reporter::default()));
    }
    let [id, name, ip] = fields(rest)?;
    let ip = if ip.is_empty() { None } else { Some(ip.parse().ok()?) };
    Some(Recorder::new(kind, Reporter { id, name, ip }))
}

pub(super) fn target(target: &Target) -> [&String; 5] {
    [&target.id, &target.kind, &target.name, &target.username, &target.email]
}

pub(super) fn list<const N: usize>(head: char, all: [&String; N], out: &mut String) {
    out.push(head);
    texts(all, out);
}

pub(super) fn texts<const N: usize>(texts: [&String; N], out: &mut String) {
    for text in texts {
        escape(text, out);
        out.push(END);
    }
}

pub(super) fn escape(text: &str, out: &mut String) {
    // All bytes: without a way out the compiler looks at many at once. Both characters are one byte, and no others' begin so.
    if !text.bytes().fold(false, |found, byte| found | (byte <= b'\x01')) {
        return out.push_str(text);
    }
    for c in text.chars() {
        match c {
            END => out.extend([ESCAPE, '0']),
            ESCAPE => out.extend([ESCAPE, '1']),
            other => out.push(other),
        }
    }
}

pub(super) fn unescape(text: &str) -> String {
    if !text.contains(ESCAPE) {
        return text.to_owned();
    }
    text.replace("\u{1}0", "\0").replace("\u{1}1", "\u{1}")
}

pub(super) fn fields<const N: usize>(text: &str) -> Option<[String; N]> {
    all_fields(text)?.try_into().ok()
}

pub(super) fn all_fields(text: &str) -> Option<Vec<String>> {
    Some(text.strip_suffix(END)?.split(END).map(unescape).collect())
}

pub(super) fn read_target(fields: &[String]) -> Option<Target> {
    let [id, kind, name, username, email] = fields else {
        return None;
    };
    Some(Target {
        kind: kind.clone(),
        id: id.clone(),
        name: name.clone(),
        username: username.clone(),
        email: email.clone(),
    })
}

pub(super) fn read_person(text: &str) -> Option<Person> {
    let [id, name, username, email] = fields(text)?;
    Some(Person {
        id,
        name,
        username,
        email,
    })
}

pub(super) fn read_named(text: &str) -> Option<Named> {
    let [id, name] = fields(text)?;
    Some(Named { id, name })
}
