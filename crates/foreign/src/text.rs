//! The text of a line as machines write it: not always UTF-8, and with NUL bytes where power was lost.

use std::borrow::Cow;

/// The text of a line. NUL bytes are left out; what is not UTF-8 is read as Latin-1, which every byte is.
#[must_use]
pub fn of_line(bytes: &[u8]) -> Cow<'_, str> {
    if !bytes.contains(&0) {
        return match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(latin_1(bytes)),
        };
    }
    let kept: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    Cow::Owned(String::from_utf8(kept).unwrap_or_else(|error| latin_1(error.as_bytes())))
}

fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whatever_its_bytes_are() {
        assert_eq!(of_line("Jörg".as_bytes()), "Jörg");
        assert_eq!(of_line(b"J\xf6rg"), "Jörg");
        assert_eq!(of_line(b"\0\0\0Nov 20"), "Nov 20");
        assert_eq!(of_line(b"J\xf6\0rg"), "Jörg");
    }
}
