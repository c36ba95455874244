//! The forms in which texts are compared. Owns which differences between letters do not count.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};
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
    let composed = composed(text);
    let folded = CaseMapper::new().fold_string(&composed);
    let again = match is_nfkc_quick(folded.chars()) {
        IsNormalized::Yes => folded.into_owned(),
        IsNormalized::No | IsNormalized::Maybe => folded.nfkc().collect(),
    };
    // The small letter of the Turkish `İ` is `i`; folding alone would leave a dot above it.
    match again.contains("i\u{307}") {
        true => again.replace("i\u{307}", "i"),
        false => again,
    }
}

fn composed(text: &str) -> Cow<'_, str> {
    if text.contains(is_ignorable) {
        return text.nfkc().filter(|c| !is_ignorable(*c)).collect();
    }
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => text.nfkc().collect(),
    }
}

/// A text in the form of [`exact`] in that of [`fold`].
pub(super) fn without_accents(exact: &str) -> String {
    let mut base = String::with_capacity(exact.len());
    let mut after_letter = false;
    let mut keep = |c: char| {
        if c.is_ascii() {
            after_letter = c.is_ascii_alphabetic();
            return base.push(c);
        }
        if matches!(c, '\u{300}'..='\u{36f}') && after_letter {
            return;
        }
        // A mark of another kind may stand between a letter and its accent.
        if !is_combining_mark(c) {
            after_letter = takes_accents(c);
        }
        match base_of(c) {
            Some(letters) => base.push_str(letters),
            None => base.push(c),
        }
    };
    for c in exact.chars() {
        match c {
            // Kana, Chinese and Korean have no accents; taken apart they would only be put together again.
            '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => keep(c),
            _ if c.is_ascii() => keep(c),
            _ => decompose_canonical(c, &mut keep),
        }
    }
    match is_nfc_quick(base.chars()) {
        IsNormalized::Yes => base,
        IsNormalized::No | IsNormalized::Maybe => base.nfc().collect(),
    }
}

/// Whether the accents of a letter that is not ASCII are none that must be typed.
fn takes_accents(c: char) -> bool {
    matches!(c.script(), Script::Latin | Script::Greek | Script::Cyrillic)
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
