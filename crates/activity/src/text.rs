//! Texts as full text search sees them: how they are folded and cut, what matches, and which texts of an activity are
//! searched. The evaluator, every index and the list of users take all of it from here.

mod ascii;
mod fold;
mod phrase;
mod pieces;
#[cfg(test)]
mod tests;

pub use fold::{exact, fold};
pub use phrase::{Extent, Phrase};
pub use pieces::{Lookup, Piece, Pieces, pieces, placed_pieces, terms};

use crate::{By, Facts, Field, Named, Person, sentence};

/// Calls `f` with every text of an activity that full text searches; an address is given as text, in canonical form.
pub fn fields(facts: &Facts, mut f: impl FnMut(&str)) {
    any_field(facts, |field| {
        f(field);
        false
    });
}

/// Whether `test` holds for any text of an activity that full text searches; stops at the first.
pub fn any_field(facts: &Facts, mut test: impl FnMut(&str) -> bool) -> bool {
    any_text(facts, &mut test) || any_address(facts, &mut test)
}

/// Like [`any_field`], for the address only.
pub(crate) fn any_address(facts: &Facts, test: impl FnMut(&str) -> bool) -> bool {
    facts.ip.is_some_and(|ip| address(ip, test))
}

/// Like [`any_field`], for everything but the address.
pub(crate) fn any_text(facts: &Facts, mut test: impl FnMut(&str) -> bool) -> bool {
    test(&sentence::plain(facts))
        || facts.user.as_ref().is_some_and(|user| person(user, &mut test))
        || by(&facts.by, &mut test)
        || (facts.targets.iter())
            .any(|target| any([&target.id, &target.name, &target.username, &target.email], &mut test))
        || (facts.group.iter().chain(&facts.application)).any(|each| named(each, &mut test))
        || (facts.recorder.reporter()).is_some_and(|reporter| any([&reporter.id, &reporter.name], &mut test))
        || searched().any(|field| field.text(facts).is_some_and(&mut test))
        || facts.metadata.iter().any(|(key, value)| test(key) || test(value))
        || facts.changes.iter().any(|change| {
            test(&change.field)
                || [&change.before, &change.after]
                    .into_iter()
                    .flatten()
                    .any(|value| test(value))
        })
}

/// The fields that hold one text and that full text searches.
pub fn searched() -> impl Iterator<Item = Field> {
    Field::texts().filter(|field| field.info().searched)
}

fn by(by: &By, test: &mut impl FnMut(&str) -> bool) -> bool {
    match by {
        By::Administrator(doer) | By::Member(doer) | By::Person(doer) => person(doer, test),
        By::Application(program) => named(program, test),
        By::Themself | By::System => false,
    }
}

fn person(person: &Person, test: &mut impl FnMut(&str) -> bool) -> bool {
    any([&person.id, &person.name, &person.username, &person.email], test)
}

fn named(named: &Named, test: &mut impl FnMut(&str) -> bool) -> bool {
    any([&named.id, &named.name], test)
}

fn any<const N: usize>(texts: [&String; N], test: &mut impl FnMut(&str) -> bool) -> bool {
    texts.into_iter().any(|text| !text.is_empty() && test(text))
}

/// The longest text of an address, `ffff:…:255.255.255.255`, is 45 bytes.
struct AddressText {
    bytes: [u8; 48],
    len: usize,
}

impl std::fmt::Write for AddressText {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len + text.len();
        self.bytes
            .get_mut(self.len..end)
            .ok_or(std::fmt::Error)?
            .copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

fn address(ip: std::net::IpAddr, test: impl FnMut(&str) -> bool) -> bool {
    let mut text = AddressText { bytes: [0; 48], len: 0 };
    let written = std::fmt::Write::write_fmt(&mut text, format_args!("{ip}"));
    written.is_ok() && std::str::from_utf8(&text.bytes[..text.len]).is_ok_and(test)
}
