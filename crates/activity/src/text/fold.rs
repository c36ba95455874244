//! The forms in which texts are compared. Owns which differences between letters do not count.

use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// The form in which texts are compared: compatibility-composed, without case (`ß` is `ss`, `ς` is `σ`), and without
/// the accents of Latin, Greek and Cyrillic letters. Marks that are vowels, as in Indic scripts and Thai, stay.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    without_accents(&exact(text))
}

/// Like [`fold`], but with accents.
#[must_use]
pub fn exact(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let composed: String = text.nfkc().filter(|c| !is_ignorable(*c)).collect();
    let folded = CaseMapper::new().fold_string(&composed);
    let again: String = folded.nfkc().collect();
    // The small letter of the Turkish `İ` is `i`; folding alone would leave a dot above it.
    match again.contains("i\u{307}") {
        true => again.replace("i\u{307}", "i"),
        false => again,
    }
}

/// A text in the form of [`exact`] in that of [`fold`].
pub(super) fn without_accents(exact: &str) -> String {
    if exact.is_ascii() {
        return exact.to_owned();
    }
    let mut after_letter = false;
    let letters = exact.nfd().filter(|c| {
        if matches!(c, '\u{300}'..='\u{36f}') {
            return !after_letter;
        }
        // A mark of another kind may stand between a letter and its accent.
        if c.is_ascii() || !is_combining_mark(*c) {
            after_letter = takes_accents(*c);
        }
        true
    });
    let mut base = String::with_capacity(exact.len());
    letters.for_each(|c| match base_of(c) {
        Some(letters) => base.push_str(letters),
        None => base.push(c),
    });
    if base.is_ascii() { base } else { base.nfc().collect() }
}

/// Whether the accents of a letter are none that must be typed.
fn takes_accents(c: char) -> bool {
    c.is_ascii_alphabetic()
        || (!c.is_ascii() && matches!(c.script(), Script::Latin | Script::Greek | Script::Cyrillic))
}

/// The letters of a keyboard for a small Latin letter that Unicode does not take apart, as Unicode's Latin-ASCII
/// transliteration has them.
fn base_of(c: char) -> Option<&'static str> {
    Some(match c {
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ł' | 'ƚ' | 'ɫ' => "l",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ħ' => "h",
        'ı' | 'ɨ' => "i",
        'ĸ' | 'ƙ' => "k",
        'ŋ' | 'ɲ' => "n",
        'ŧ' => "t",
        'ƀ' | 'ɓ' => "b",
        'ƈ' => "c",
        'ɠ' | 'ǥ' => "g",
        'ƶ' => "z",
        'ƴ' | 'ɏ' => "y",
        _ => return None,
    })
}

/// Whether a character has no look of its own: joiners, directions and selectors, which nobody types when searching.
fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}
