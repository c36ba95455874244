//! Which passwords are taken: long enough, not too long, not common, not one's own name. Owns no hashing.

use std::collections::HashSet;
use std::sync::LazyLock;

use store::Read;
use store::accounts::account::{self, AccountRow};
use store::accounts::email_change;
use store::factors::second_factor;
use unicode_normalization::UnicodeNormalization as _;

use crate::{App, FieldError, Tx, Unavailable, factors, names};

const MAX: usize = 128;

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("common_passwords.txt")
        .lines()
        .filter(|line| !line.is_empty())
        .collect()
});

/// What is wrong with a new password of `account`, if anything is. It must do as the only factor.
pub(super) fn check(app: &App, account: &AccountRow, password: &str) -> Result<(), FieldError> {
    check_length(account, password, app.settings().password.min_length)
}

/// The same for an account that exists and may have a second factor: then fewer characters are enough.
pub(super) async fn check_of(
    app: &App,
    read: &mut Read,
    account: &AccountRow,
    password: &str,
) -> Result<Result<(), FieldError>, Unavailable> {
    let least = least_of(app, read, &account.id).await?;
    Ok(check_length(account, password, least))
}

/// Least characters of a password of an account that exists.
pub(super) async fn least_of(app: &App, read: &mut Read, account_id: &str) -> Result<usize, Unavailable> {
    let settings = &app.settings().password;
    Ok(match factors::has_any(read, account_id).await? {
        true => settings.min_length_with_second_factor.min(settings.min_length),
        false => settings.min_length,
    })
}

/// A password that was typed, and what is kept of it.
pub(super) struct NewPassword<'a> {
    password: &'a str,
    hash: &'a str,
}

impl<'a> NewPassword<'a> {
    pub(super) fn of(password: &'a str, hash: &'a str) -> Self {
        Self { password, hash }
    }
}

/// Sets a password that was checked; checked once more where it counts, since the second factor may be gone by now.
/// Half-finished log-ins end, every browser is asked for the second factor again, and an e-mail address that waits to be
/// confirmed is forgotten: whoever knew the password before may have asked for it.
pub(super) async fn set(
    app: &App,
    tx: &mut Tx,
    account: &AccountRow,
    new: NewPassword<'_>,
) -> Result<Result<(), FieldError>, Unavailable> {
    let NewPassword { password, hash } = new;
    account::hold(tx, &account.id).await?;
    if let Err(error) = check_of(app, tx, account, password).await? {
        return Ok(Err(error));
    }
    let is_short = password.nfkc().count() < app.settings().password.min_length;
    account::set_password(tx, &account.id, hash, app.now()).await?;
    second_factor::set_short_password(tx, &account.id, is_short).await?;
    factors::credentials_changed(tx, &account.id).await?;
    email_change::void_all(tx, &account.id).await?;
    Ok(Ok(()))
}

fn check_length(account: &AccountRow, password: &str, least: usize) -> Result<(), FieldError> {
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
