//! Where a character that shows nothing by itself changes how its neighbours look: between letters that join, in an
//! emoji, behind a Chinese character. It looks no farther than a few characters, however long the text is.

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_properties::UnicodeEmoji as _;
use unicode_script::{Script, UnicodeScript as _};

const ZERO_WIDTH_JOINER: char = '\u{200d}';
const EMOJI_STYLE: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';
const BLACK_FLAG: char = '\u{1f3f4}';
/// What follows a black flag in those of England, Scotland and Wales: letters that show nothing elsewhere. Others are
/// drawn nowhere, so that anything could be hidden behind a flag.
const FLAGS: [&str; 3] = [
    "\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];
/// The characters of each.
const FLAG_LETTERS: usize = 6;
/// The most marks on a letter that are looked past.
const MARKS: usize = 4;
/// The combining class of what takes the vowel from an Indic letter.
const VIRAMA: u8 = 9;

/// Whether a character that shows nothing by itself has work to do between what stands before and after it.
pub(super) fn is_at_work(c: char, before: &str, after: &str) -> bool {
    let (Some(last), next) = (before.chars().next_back(), after.chars().next()) else {
        return false;
    };
    match c {
        '\u{200c}' | ZERO_WIDTH_JOINER => {
            joins_indic(c, last, next)
                || joins_cursive(before, next)
                || (c == ZERO_WIDTH_JOINER && joins_emoji(before, next))
        }
        '\u{fe0e}' | EMOJI_STYLE => is_emoji(last) || (next == Some(KEYCAP) && is_on_keycap(last)),
        '\u{fe00}'..='\u{fe0d}' | '\u{e0100}'..='\u{e01ef}' => last.script() == Script::Han,
        '\u{180b}'..='\u{180d}' | '\u{180f}' => is_letter_of(last, Script::Mongolian),
        '\u{180e}' => {
            is_letter_of(last, Script::Mongolian) && next.is_some_and(|next| is_letter_of(next, Script::Mongolian))
        }
        '\u{e0020}'..='\u{e007f}' => is_of_flag(c, before, after),
        _ => false,
    }
}

/// RFC 5892 A.1 and A.2: behind a virama. The joiner may end a word there, and stand before a virama as well.
fn joins_indic(c: char, last: char, next: Option<char>) -> bool {
    let joiner = c == ZERO_WIDTH_JOINER;
    if is_virama(last) {
        let ends = |next: char| !next.is_alphanumeric() && next.script() == Script::Common;
        return match next {
            Some(next) => next.script() == last.script() || (joiner && ends(next)),
            None => joiner,
        };
    }
    joiner && next.is_some_and(|next| is_virama(next) && is_letter_of(last, next.script()))
}

/// RFC 5892 A.1, a little wider: between two letters of a script whose letters join, whether these would or not.
fn joins_cursive(before: &str, next: Option<char>) -> bool {
    let mut letters = before.chars().rev().take(MARKS + 1);
    let letter = letters.find(|c| !is_combining_mark(*c));
    let (Some(letter), Some(next)) = (letter, next) else {
        return false;
    };
    letter.script() == next.script() && is_cursive(letter) && is_cursive(next)
}

fn is_cursive(c: char) -> bool {
    let script = c.script();
    let joins = matches!(
        script,
        Script::Arabic
            | Script::Syriac
            | Script::Mongolian
            | Script::Nko
            | Script::Mandaic
            | Script::Adlam
            | Script::Hanifi_Rohingya
    );
    joins && is_letter_of(c, script)
}

fn joins_emoji(before: &str, next: Option<char>) -> bool {
    let mut back = before.chars().rev();
    let first = match back.next() {
        Some(EMOJI_STYLE) => back.next(),
        last => last,
    };
    first.is_some_and(is_emoji) && next.is_some_and(is_emoji)
}

fn is_of_flag(c: char, before: &str, after: &str) -> bool {
    let mut letters: Vec<char> = before
        .chars()
        .rev()
        .take_while(|c| *c != BLACK_FLAG)
        .take(FLAG_LETTERS)
        .collect();
    if before.chars().rev().nth(letters.len()) != Some(BLACK_FLAG) {
        return false;
    }
    letters.reverse();
    letters.push(c);
    let missing = FLAG_LETTERS.saturating_sub(letters.len());
    letters.extend(after.chars().take(missing));
    FLAGS.iter().any(|flag| flag.chars().eq(letters.iter().copied()))
}

fn is_virama(c: char) -> bool {
    canonical_combining_class(c) == VIRAMA
}

fn is_letter_of(c: char, script: Script) -> bool {
    c.script() == script && c.is_alphabetic() && !is_combining_mark(c)
}

/// Digits are emoji by the letter of the standard, and are none here.
fn is_emoji(c: char) -> bool {
    !c.is_ascii() && c.is_emoji_char()
}

fn is_on_keycap(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '#' | '*')
}
