//! Words of a text, as full text search sees them: how a text is folded and split, and which texts of an activity
//! are searched. The evaluator and every index must take both from here.

use unicode_normalization::UnicodeNormalization;

use crate::{By, Facts, Field, Named, Person, sentence};

/// The form in which texts are compared: compatibility-composed and lower case.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Lower case can decompose (`İ`), so compose once more.
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// The tokens of a text in order: folded runs of letters and digits.
pub fn tokens(text: &str) -> impl Iterator<Item = String> {
    let folded = fold(text);
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &folded[at..];
        let start = rest.find(char::is_alphanumeric)?;
        let word = &rest[start..];
        let end = word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len());
        let token = word[..end].to_owned();
        at += start + end;
        Some(token)
    })
}

/// Whether `text` holds these folded tokens one after the other, the last as a beginning if `prefix`.
#[must_use]
pub fn contains(text: &str, tokens: &[String], prefix: bool) -> bool {
    if text.is_ascii() {
        return contains_ascii(text.as_bytes(), tokens, prefix);
    }
    contains_folded(&fold(text), tokens, prefix)
}

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

fn contains_ascii(text: &[u8], tokens: &[String], prefix: bool) -> bool {
    let Some(first) = tokens.first().map(|token| token.as_bytes()) else {
        return false;
    };
    let Some(last_start) = text.len().checked_sub(first.len()) else {
        return false;
    };
    let Some(letter) = first.first() else { return false };
    // Setting this bit makes capitals small; what else it makes alike is told apart by `follows_ascii`.
    let letter = letter | 0x20;
    let begins_word = |at: usize| {
        at.checked_sub(1)
            .is_none_or(|before| !text[before].is_ascii_alphanumeric())
    };
    text[..=last_start]
        .iter()
        .enumerate()
        .any(|(at, byte)| byte | 0x20 == letter && begins_word(at) && follows_ascii(text, at, tokens, prefix))
}

fn next_ascii(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let start = from + text.get(from..)?.iter().position(u8::is_ascii_alphanumeric)?;
    let end = text[start..].iter().position(|byte| !byte.is_ascii_alphanumeric());
    Some((start, end.map_or(text.len(), |length| start + length)))
}

fn follows_ascii(text: &[u8], mut at: usize, tokens: &[String], prefix: bool) -> bool {
    for (index, token) in tokens.iter().enumerate() {
        let Some((start, end)) = next_ascii(text, at) else {
            return false;
        };
        let (word, wanted) = (&text[start..end], token.as_bytes());
        let part = if prefix && index + 1 == tokens.len() {
            word.get(..wanted.len())
        } else {
            Some(word)
        };
        if !part.is_some_and(|part| part.eq_ignore_ascii_case(wanted)) {
            return false;
        }
        at = end;
    }
    true
}

fn contains_folded(text: &str, tokens: &[String], prefix: bool) -> bool {
    let words = || {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
    };
    let count = words().count();
    (0..count).any(|skip| {
        let mut rest = words().skip(skip);
        tokens.iter().enumerate().all(|(index, token)| {
            let last = prefix && index + 1 == tokens.len();
            rest.next().is_some_and(|word| {
                if last {
                    word.starts_with(token.as_str())
                } else {
                    word == token
                }
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).collect()
    }

    #[test]
    fn tokens_are_folded_runs_of_letters_and_digits() {
        assert_eq!(
            words("Sam.Jones@Example.com, usr_01 – ＡＢＣ Größe"),
            ["sam", "jones", "example", "com", "usr", "01", "abc", "größe"]
        );
        assert_eq!(words(" -- "), Vec::<String>::new());
    }

    #[test]
    fn a_phrase_is_found_only_where_its_words_follow_each_other() {
        let found = |text: &str, phrase: &str, prefix| contains(text, &words(phrase), prefix);
        for text in [
            "Account locked from failed log-ins",
            "Account locked from failed log-ins ü",
        ] {
            assert!(found(text, "LOCKED from", false));
            assert!(found(text, "failed log-i", true));
            assert!(!found(text, "failed log-i", false));
            assert!(!found(text, "locked failed", false));
            assert!(!found(text, "ins account", false));
        }
    }
}
