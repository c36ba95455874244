//! Names, usernames and e-mail addresses: what is accepted, what is unique, and which beginnings find an account.

use std::collections::BTreeSet;

use activity::{likeness, text};
use store::accounts::account::{AccountKeys, AccountRow};
use unicode_normalization::UnicodeNormalization as _;

use crate::{FieldError, limits};

/// NFKC, lower case, one blank between words: what is unique, and what log-ins and addresses are compared by.
pub(crate) fn key(text: &str) -> String {
    let lower = match text.is_ascii() {
        // Its own NFKC, and most of what arrives.
        true => text.to_ascii_lowercase(),
        false => text.nfkc().collect::<String>().to_lowercase().nfkc().collect(),
    };
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a name is found and ordered by: folded as the log folds it, one blank between words.
pub(crate) fn found_by(name: &str) -> String {
    let folded = text::fold(name);
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What an account is found, unique and ordered by.
pub(crate) fn keys(account: &AccountRow) -> AccountKeys {
    let username = key(&account.username);
    let shown = likeness::skeleton(&account.username.nfkc().collect::<String>());
    AccountKeys {
        name: found_by(&account.person().name),
        username_skeleton: likeness::skeleton(&username),
        username_shown: likeness::skeleton(&shown.to_lowercase()),
        username,
        email: key(&account.email),
    }
}

/// The texts whose beginning may be typed to find this account: name, username and e-mail address, each from every
/// one of its words on.
pub(crate) fn words(keys: &AccountKeys) -> Vec<String> {
    let texts = [&keys.name, &keys.username, &keys.email];
    let words = texts.into_iter().flat_map(|text| beginnings(&found_by(text)));
    words.collect::<BTreeSet<String>>().into_iter().collect()
}

/// What is found by it, from every one of its words on, and, where a script has no blanks between words, from every
/// character on.
pub(crate) fn beginnings(found_by: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut add = |start: usize| words.extend(found_by.get(start..).filter(|word| !word.is_empty()).map(str::to_owned));
    add(0);
    for (start, piece) in text::placed_pieces(found_by) {
        match piece.is_run {
            true => piece.text.char_indices().for_each(|(at, _)| add(start + at)),
            false => add(start),
        }
    }
    words
}

/// The beginnings a person typed, as names are found by them; all of them must match.
pub(crate) fn typed_words(find: &str) -> Vec<String> {
    typed(&found_by(find))
}

/// The same as usernames are compared.
pub(crate) fn typed_keys(find: &str) -> Vec<String> {
    typed(&key(find))
}

fn typed(key: &str) -> Vec<String> {
    // A word of an account begins with a letter or digit, so `@example.com` is found as `example.com`.
    let words = key
        .split(' ')
        .map(|word| word.trim_start_matches(|c: char| !c.is_alphanumeric()));
    words
        .filter(|word| !word.is_empty())
        .take(8)
        .map(str::to_owned)
        .collect()
}

/// Collects what is wrong with the names of an account. The rules of usernames are for those who choose one: whoever
/// had theirs `before` may keep it.
pub(crate) fn check(before: Option<&AccountRow>, account: &AccountRow, errors: &mut Vec<FieldError>) {
    check_text("given_name", "given name", &account.given_name, limits::NAME, errors);
    check_text("family_name", "family name", &account.family_name, limits::NAME, errors);
    if account.given_name.is_empty() && account.family_name.is_empty() {
        errors.push(FieldError::new("given_name", "Give a given name or a family name."));
    }
    if before.is_none_or(|before| before.username != account.username) {
        check_username(&account.username, errors);
    }
    check_seen("email", "e-mail address", &account.email, limits::EMAIL, errors);
    if account.email.parse::<lettre::Address>().is_err() {
        errors.push(FieldError::new(
            "email",
            "Give an e-mail address such as sam.jones@example.com.",
        ));
    }
}

/// A username stands alone, beside others that must not look like it: letters and digits of one script.
fn check_username(username: &str, errors: &mut Vec<FieldError>) {
    let before = errors.len();
    check_seen("username", "username", username, limits::USERNAME, errors);
    if errors.len() > before {
        return;
    }
    let message = if username.is_empty() {
        "Give a username.".to_owned()
    } else if username.chars().any(char::is_whitespace) {
        "A username has no blanks; use a dot, a dash or an underscore.".to_owned()
    } else if let Some(c) = likeness::no_identifier(username) {
        format!(
            "A username has no `{c}` (U+{:04X}); use letters and digits.",
            u32::from(c)
        )
    } else if !likeness::is_of_one_script(username) {
        "The username mixes letters of several scripts, some of which look alike; use letters of one.".to_owned()
    } else if likeness::stacks_marks(username) {
        "The username has marks on its letters that cannot be told apart; leave them out.".to_owned()
    } else {
        return;
    };
    errors.push(FieldError::new("username", message));
}

/// What people are shown: joiners and the parts of an emoji may stand where they have work to do.
pub(crate) fn check_text(field: &'static str, what: &str, text: &str, max: usize, errors: &mut Vec<FieldError>) {
    check_length(field, what, text, max, errors);
    if likeness::hides(text) {
        errors.push(unseen(field, what));
    }
}

/// What tells one account or mailbox from another: nothing in it is invisible.
pub(crate) fn check_seen(field: &'static str, what: &str, text: &str, max: usize, errors: &mut Vec<FieldError>) {
    check_length(field, what, text, max, errors);
    if text.chars().any(likeness::is_invisible) {
        errors.push(unseen(field, what));
    }
}

fn check_length(field: &'static str, what: &str, text: &str, max: usize, errors: &mut Vec<FieldError>) {
    let length = text.chars().count();
    if length > max {
        errors.push(FieldError::new(
            field,
            format!("The {what} has {length} characters; at most {max} fit."),
        ));
    }
}

fn unseen(field: &'static str, what: &str) -> FieldError {
    FieldError::new(
        field,
        format!("The {what} holds characters that cannot be seen or that reorder text; type it again by hand."),
    )
}

/// Text from a form, without blanks around it and with single blanks inside.
pub(crate) fn tidy(text: &str) -> String {
    text.nfc()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
