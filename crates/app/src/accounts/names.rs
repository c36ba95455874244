//! Names, usernames and e-mail addresses: what is accepted, what is unique, and which beginnings find an account.

use std::collections::BTreeSet;

use store::accounts::account::{AccountKeys, AccountRow};
use unicode_normalization::UnicodeNormalization as _;

use super::FieldError;

use crate::limits;

/// NFKC, lower case, one blank between words: what texts are compared by.
pub(crate) fn key(text: &str) -> String {
    let lower: String = text.nfkc().collect::<String>().to_lowercase().nfkc().collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What an account is found, unique and ordered by.
pub(crate) fn keys(account: &AccountRow) -> AccountKeys {
    AccountKeys {
        name: key(&account.person().name),
        username: key(&account.username),
        email: key(&account.email),
    }
}

/// The texts whose beginning may be typed to find this account: name, username and e-mail address, each from every
/// one of its words on.
pub(crate) fn words(keys: &AccountKeys) -> Vec<String> {
    let texts = [&keys.name, &keys.username, &keys.email];
    let words: BTreeSet<String> = texts.into_iter().flat_map(|text| beginnings(text)).collect();
    words.into_iter().collect()
}

/// A key from every one of its words on.
pub(crate) fn beginnings(key: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut inside = false;
    for (at, c) in key.char_indices() {
        if c.is_alphanumeric() && !inside {
            words.insert(key[at..].to_owned());
        }
        inside = c.is_alphanumeric();
    }
    if !key.is_empty() {
        words.insert(key.to_owned());
    }
    words
}

/// The beginnings a person typed; all of them must match.
pub(crate) fn typed_words(find: &str) -> Vec<String> {
    // A word of an account begins with a letter or digit, so `@example.com` is found as `example.com`.
    let key = key(find);
    let words = key
        .split(' ')
        .map(|word| word.trim_start_matches(|c: char| !c.is_alphanumeric()));
    words
        .filter(|word| !word.is_empty())
        .take(8)
        .map(str::to_owned)
        .collect()
}

/// Collects what is wrong with the names of an account.
pub(super) fn check(account: &AccountRow, errors: &mut Vec<FieldError>) {
    check_text("given_name", "given name", &account.given_name, limits::NAME, errors);
    check_text("family_name", "family name", &account.family_name, limits::NAME, errors);
    if account.given_name.is_empty() && account.family_name.is_empty() {
        errors.push(FieldError::new("given_name", "Give a given name or a family name."));
    }
    check_text("username", "username", &account.username, limits::USERNAME, errors);
    if account.username.is_empty() {
        errors.push(FieldError::new("username", "Give a username."));
    } else if account.username.chars().any(char::is_whitespace) {
        errors.push(FieldError::new(
            "username",
            "A username has no blanks; use a dot, a dash or an underscore.",
        ));
    }
    check_text("email", "e-mail address", &account.email, limits::EMAIL, errors);
    if account.email.parse::<lettre::Address>().is_err() {
        errors.push(FieldError::new(
            "email",
            "Give an e-mail address such as sam.jones@example.com.",
        ));
    }
}

pub(crate) fn check_text(field: &'static str, what: &str, text: &str, max: usize, errors: &mut Vec<FieldError>) {
    let length = text.chars().count();
    if length > max {
        errors.push(FieldError::new(
            field,
            format!("The {what} has {length} characters; at most {max} fit."),
        ));
    }
    if text.chars().any(hidden) {
        errors.push(FieldError::new(
            field,
            format!("The {what} holds characters that cannot be seen or that reorder text; type it again by hand."),
        ));
    }
}

/// Controls, bidi controls and zero-width characters: two names that look alike must not differ by one of them.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text from a form, without blanks around it and with single blanks inside.
pub(crate) fn tidy(text: &str) -> String {
    text.nfc()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
