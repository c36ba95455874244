//! Which passwords are taken: long enough, not too long, not common, not one's own name. Owns no hashing.

use std::collections::HashSet;
use std::sync::LazyLock;

use store::accounts::account::AccountRow;
use unicode_normalization::UnicodeNormalization as _;

use super::{FieldError, names};
use crate::App;

const MAX: usize = 128;

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("common_passwords.txt")
        .lines()
        .filter(|line| !line.is_empty())
        .collect()
});

/// What is wrong with a new password of `account`, if anything is.
pub(super) fn check(app: &App, account: &AccountRow, password: &str) -> Result<(), FieldError> {
    let least = app.settings().password.min_length;
    let length = password.nfkc().count();
    let refuse = |text: String| Err(FieldError::new("password", text));
    if length < least {
        return refuse(format!(
            "The password has {length} characters; at least {least} are needed. A few words do well."
        ));
    }
    if length > MAX {
        return refuse(format!("The password has {length} characters; at most {MAX} fit."));
    }
    let key = names::key(password);
    if is_common(&key) {
        return refuse(
            "This password is on the list of common ones, which are tried first. Choose another.".to_owned(),
        );
    }
    let person = account.person();
    let own = [person.name.as_str(), &person.username, &person.email, "whodid"];
    if own
        .iter()
        .any(|own| !own.is_empty() && is_repeated(&key, &names::key(own)))
    {
        return refuse("The password is made of your own name or address. Choose another.".to_owned());
    }
    Ok(())
}

/// A new salt.
pub(super) fn salt(app: &App) -> [u8; 16] {
    let mut salt = [0; 16];
    app.rng().fill(&mut salt);
    salt
}

/// Whether a password is on the list, or is one of the list or at most three characters over and over.
fn is_common(key: &str) -> bool {
    if COMMON.contains(key) {
        return true;
    }
    let chars: Vec<char> = key.chars().collect();
    let period = (1..chars.len()).find(|&period| chars.iter().skip(period).eq(chars.iter().take(chars.len() - period)));
    period.is_some_and(|period| period <= 3 || COMMON.contains(chars[..period].iter().collect::<String>().as_str()))
}

/// Whether `key` is `unit` over and over, the last time perhaps cut, with nothing but digits and marks after it.
fn is_repeated(key: &str, unit: &str) -> bool {
    let letters = key.trim_end_matches(|c: char| !c.is_alphabetic());
    !letters.is_empty()
        && unit.chars().cycle().take(letters.chars().count()).eq(letters.chars())
        && letters.len() >= unit.trim_end_matches(|c: char| !c.is_alphabetic()).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_at_least_three_thousand_lines_and_all_are_keys() {
        assert!(COMMON.len() >= 3_000, "{}", COMMON.len());
        for line in COMMON.iter() {
            assert_eq!(*line, names::key(line), "a line that no password can equal");
        }
    }

    #[test]
    fn common_words_are_refused_also_over_and_over() {
        for common in [
            "password",
            "passwordpassword",
            "123456789012345",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabca",
            "qwertyuiopasdfgh",
        ] {
            assert!(is_common(common), "{common}");
        }
        for rare in [
            "correct horse battery staple",
            "seven green kettles",
            "ümläut über alles hier",
        ] {
            assert!(!is_common(rare), "{rare}");
        }
    }

    #[test]
    fn ones_own_name_is_refused_also_with_a_year_after_it() {
        assert!(is_repeated("sam.jones@example.com", "sam.jones@example.com"));
        assert!(is_repeated("whodidwhodidwho2026!", "whodid"));
        assert!(!is_repeated("sam likes long walks", "sam"));
    }
}
