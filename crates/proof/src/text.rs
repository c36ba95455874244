//! What the text formats share: numbers, hashes and lines that have one spelling each.

use data_encoding::BASE64;

use crate::hash::Hash;

/// The number that these digits are; `None` for signs, leading zeros and what does not fit.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    if digits && canonical { text.parse().ok() } else { None }
}

/// The bytes that this base64 is: padded, and with nothing behind the padding.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    // The decoder takes several padded texts, one after the other, for one.
    if text.trim_end_matches('=').contains('=') {
        return None;
    }
    BASE64.decode(text.as_bytes()).ok()
}

/// The hash that this base64 is.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    // What is longer than a hash is not decoded.
    (text.len() == 44).then(|| base64(text)?.try_into().ok())?
}

/// A hash in base64.
pub(crate) fn hash_text(hash: &Hash) -> String {
    BASE64.encode(hash)
}

/// Whether this can stand as one line of a signed note.
pub(crate) fn is_line(text: &str) -> bool {
    !text.bytes().any(|byte| byte < 0x20)
}

/// The text before the first empty line, without its last line break, and the text after it.
pub(crate) fn split_at_empty_line(text: &str) -> Option<(&str, &str)> {
    text.split_once("\n\n")
}
