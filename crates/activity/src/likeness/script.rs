//! Letters that look like others (UTS 39): what a text looks like, scripts that mix, and what an identifier may hold.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript as _};
use unicode_security::GeneralSecurityProfile as _;
use unicode_security::general_security_profile::IdentifierType;
use unicode_security::mixed_script::AugmentedScriptSet;

use super::hidden::is_invisible;

/// The most marks on a letter of an identifier.
const MARKS: usize = 4;

/// What a text looks like, as it is written: two texts that look alike have the same one, and whoever wants small and
/// capital letters to be alike folds the case before. Not for showing.
#[must_use]
pub fn skeleton(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    unicode_security::skeleton(&seen).collect()
}

/// Whether the letters of a text are of one script, or of those that are written together: Chinese, Japanese or Korean
/// with Latin (UTS 39, *highly restrictive*).
#[must_use]
pub fn is_of_one_script(text: &str) -> bool {
    if text.is_ascii() {
        return true;
    }
    let (mut all, mut without_latin) = (AugmentedScriptSet::default(), AugmentedScriptSet::default());
    for c in text.chars() {
        let set = AugmentedScriptSet::from(c);
        all.intersect_with(set);
        if !set.base.contains_script(Script::Latin) {
            without_latin.intersect_with(set);
        }
    }
    !all.is_empty() || without_latin.hanb || without_latin.jpan || without_latin.kore
}

/// Whether a word of a text mixes scripts that are not written together: its letters may look like others. Two words
/// of two scripts are none: many a name has both.
#[must_use]
pub fn mixes_scripts(text: &str) -> bool {
    let is_between = |c: char| !c.is_alphanumeric() && c.script() == Script::Common;
    !text.is_ascii() && text.split(is_between).any(|word| !is_of_one_script(word))
}

/// The first character that has no place in an identifier: a symbol, an emoji, a letter out of use, one that
/// compatibility forms stand for, or one that cannot be seen. Anything of ASCII but controls has one.
#[must_use]
pub fn no_identifier(text: &str) -> Option<char> {
    text.chars().find(|c| match c.is_ascii() {
        true => c.is_control(),
        false => is_invisible(*c) || !is_in_use(*c),
    })
}

/// Letters that some people write every day are in use, also where UTS 39 advises against them for being few.
fn is_in_use(c: char) -> bool {
    c.identifier_allowed() || c.identifier_type() == Some(IdentifierType::Limited_Use)
}

/// Whether marks stand on a letter where they cannot be told apart: the same one twice, a dot on a letter that has
/// one, or more than anybody writes (UTS 39, 5.4).
#[must_use]
pub fn stacks_marks(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let (mut last, mut marks) = (None, 0);
    for c in text.nfd() {
        let is_mark = is_combining_mark(c);
        marks = if is_mark { marks + 1 } else { 0 };
        let is_dot = c == '\u{307}' && matches!(last, Some('i' | 'j' | 'l' | 'ı' | 'ȷ' | 'і' | 'ј'));
        if is_dot || marks > MARKS || (is_mark && last == Some(c)) {
            return true;
        }
        last = Some(c);
    }
    false
}
