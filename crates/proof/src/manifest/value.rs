//! How a value stands in a line: as it is, or as a JSON string where it could be misread. Each has one spelling.

use std::fmt::Write;

/// The value in its line: as it is if all that it holds can be seen, else in quotes.
pub(crate) fn print(value: &str) -> String {
    if value.chars().all(is_plain) && !value.starts_with(['"', ' ']) && !value.ends_with(' ') {
        return value.to_owned();
    }
    let mut quoted = String::from('"');
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            quoted.extend(['\\', c]);
        } else if is_plain(c) {
            quoted.push(c);
        } else {
            // Characters that are not plain have four digits; writing to a string does not fail.
            let _ = write!(quoted, "\\u{:04x}", u32::from(c));
        }
    }
    quoted.push('"');
    quoted
}

/// The value that a line holds; `None` if [`print`] writes none so.
pub(crate) fn parse(text: &str) -> Option<String> {
    let value = match text.strip_prefix('"') {
        Some(quoted) => unquote(quoted.strip_suffix('"')?)?,
        None => text.to_owned(),
    };
    (print(&value) == text).then_some(value)
}

fn unquote(quoted: &str) -> Option<String> {
    let mut value = String::new();
    let mut rest = quoted.chars();
    while let Some(c) = rest.next() {
        value.push(match c {
            '\\' => match rest.next()? {
                c @ ('"' | '\\') => c,
                'u' => {
                    let (digits, after) = rest.as_str().split_at_checked(4)?;
                    rest = after.chars();
                    char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
                }
                _ => return None,
            },
            c => c,
        });
    }
    Some(value)
}

/// Whether a character shows, and only itself: no control, no line or paragraph separator, nothing without width, and
/// nothing that turns the direction of writing. All others have four hexadecimal digits.
fn is_plain(c: char) -> bool {
    let hidden = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}');
    !c.is_control() && !hidden
}
