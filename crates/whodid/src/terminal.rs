//! Text on a terminal: what others wrote is shown so that it cannot move the cursor, forge a line or turn the order of
//! letters around. Owns no command.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use activity::likeness;

/// A text of somebody else with every character that is not seen, or acts on the terminal, written out, as `\n` or `\u{202e}`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !likeness::hides(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for (c, hidden) in likeness::hidden(text) {
        if hidden {
            // Writing to a string cannot fail.
            let _ = if c.is_ascii() {
                write!(out, "{}", c.escape_default())
            } else {
                write!(out, "{}", c.escape_unicode())
            };
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The same for a line of JSON, where it stays the same value: `\u202e`.
pub(crate) fn visible_json(line: &str) -> Cow<'_, str> {
    if !likeness::hides(line) {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len() + 8);
    for (c, hidden) in likeness::hidden(line) {
        if hidden {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// How many columns of a terminal a text takes: nearly always right, and wrong only in the alignment of a table.
pub(crate) fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match u32::from(c) {
            0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5c7 | 0x610..=0x61a | 0x64b..=0x65f | 0x6d6..=0x6ed => 0,
            0x93a | 0x93c | 0x941..=0x948 | 0x94d | 0x200c..=0x200d | 0x20d0..=0x20ff | 0xfe00..=0xfe0f => 0,
            0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
            0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1f64f | 0x1f900..=0x1f9ff | 0x20000..=0x3fffd => 2,
            _ => 1,
        })
        .sum()
}

/// So many bytes, as people say it.
pub(crate) fn size(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}

/// Writes a line to the standard output.
pub(crate) fn say(text: impl AsRef<str>) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{}", text.as_ref())
}

/// Writes a line to the standard error; a closed one is nothing anybody could be told.
pub(crate) fn note(text: impl AsRef<str>) {
    let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_written_out_and_names_stay_as_they_are() {
        for name in ["Zoë 陽子 أحمد", "علی\u{200c}رضا", "👩\u{200d}🚀"] {
            assert_eq!(visible(name), name);
        }
        assert_eq!(
            visible("a\u{1b}[2Jb\r\nc\u{202e}d\u{9b}\u{7f}"),
            r"a\u{1b}[2Jb\r\nc\u{202e}d\u{9b}\u{7f}"
        );
    }

    #[test]
    fn json_keeps_its_meaning() {
        let line = serde_json::to_string("a\u{202e}b\u{9b}c\u{e0041}\u{1b}").unwrap();
        let shown = visible_json(&line);
        assert!(shown.is_ascii(), "{shown}");
        assert_eq!(
            serde_json::from_str::<String>(&shown).unwrap(),
            "a\u{202e}b\u{9b}c\u{e0041}\u{1b}"
        );
    }

    #[test]
    fn wide_letters_take_two_columns_and_marks_none() {
        assert_eq!((width("abc"), width("陽子"), width("e\u{301}")), (3, 4, 1));
    }
}
