//! stub
use crate::Facts;
/// The version written.
pub const VERSION: u8 = 1;
/// Why bytes are not facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bytes of an activity are damaged at {at}: {what}")]
pub struct DecodeError {
    /// Where.
    pub at: usize,
    /// What is wrong.
    pub what: &'static str,
}
/// The bytes of one.
#[must_use]
pub fn to_bytes(facts: &Facts) -> Vec<u8> { let mut out = Vec::new(); encode(facts, &mut out); out }
/// One back from its bytes, which must be used up.
pub fn from_bytes(bytes: &[u8]) -> Result<Facts, DecodeError> {
    let mut list = decode_batch(bytes)?;
    list.pop().ok_or(DecodeError { at: 0, what: "empty" })
}
/// Appends one to `out`.
pub fn encode(facts: &Facts, out: &mut Vec<u8>) { serde_json::to_writer(&mut *out, facts).ok(); out.push(b'\n'); }
/// The bytes of many: one version byte, the count, each in turn.
#[must_use]
pub fn encode_batch<'a>(facts: impl IntoIterator<Item = &'a Facts>) -> Vec<u8> {
    let mut out = Vec::new();
    for each in facts { encode(each, &mut out); }
    out
}
/// Many back from their bytes.
pub fn decode_batch(bytes: &[u8]) -> Result<Vec<Facts>, DecodeError> {
    bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).map_err(|_| DecodeError { at: 0, what: "json" })).collect()
}
