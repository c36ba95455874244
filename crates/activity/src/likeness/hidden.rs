//! The one list of characters that cannot be seen, and which of those in a text have no work to do.

use super::joined::is_at_work;

/// Whether a character is a control, changes the direction of text, or shows nothing by itself: `General_Category` Cc,
/// Zl and Zp, and Cf but for the signs that span digits; `Default_Ignorable_Code_Point`; what is drawn as a blank.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{13430}'..='\u{1343f}' | '\u{16fe4}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The characters of a text in order, each with whether it cannot be seen and has no work to do where it stands. The
/// joiners of Persian and Indic words, the parts of an emoji and the variants of a Chinese character are at work.
pub fn hidden(text: &str) -> impl Iterator<Item = (char, bool)> {
    text.char_indices().map(|(at, c)| {
        let hidden = is_invisible(c) && !is_at_work(c, &text[..at], &text[at + c.len_utf8()..]);
        (c, hidden)
    })
}

/// Whether a text holds a character that cannot be seen and has no work to do.
#[must_use]
pub fn hides(text: &str) -> bool {
    hidden(text).any(|(_, hidden)| hidden)
}
