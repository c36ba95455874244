//! The spans of a volume as a file of its index, so that opening it reads no times.
//!
//! `WDTM1`, the number of documents and of spans as u32, then each span: block u32, rows u32, first and last as time i64 and
//! document u32; all little-endian.

use super::{BLOCK, Key, Span, TimeMap};

pub(super) const NAME: &str = "times";
const MAGIC: &[u8; 5] = b"WDTM1";

pub(super) fn encode(map: &TimeMap) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend(map.docs.to_le_bytes());
    out.extend((map.spans.len() as u32).to_le_bytes());
    for span in &map.spans {
        out.extend(span.block.to_le_bytes());
        out.extend(span.rows.to_le_bytes());
        for (time, doc) in [span.first, span.last] {
            out.extend(time.to_le_bytes());
            out.extend(doc.to_le_bytes());
        }
    }
    out
}

/// `None` if this is not what [`encode`] wrote.
pub(super) fn decode(bytes: &[u8]) -> Option<TimeMap> {
    let mut left = bytes.strip_prefix(MAGIC)?;
    let docs = number(&mut left)?;
    let count = number(&mut left)?;
    let mut spans = Vec::new();
    let mut rows = 0;
    for _ in 0..count {
        let span = Span {
            block: number(&mut left)?,
            rows: number(&mut left)?,
            first: key(&mut left)?,
            last: key(&mut left)?,
        };
        let documents = span.block..span.block.saturating_add(BLOCK).min(docs);
        let lies = |key: &Key| documents.contains(&key.1);
        if !span.block.is_multiple_of(BLOCK) || !lies(&span.first) || !lies(&span.last) || span.first > span.last {
            return None;
        }
        rows += u64::from(span.rows);
        spans.push(span);
    }
    (left.is_empty() && rows == u64::from(docs)).then(|| TimeMap::new(docs, spans))
}

fn number(left: &mut &[u8]) -> Option<u32> {
    let (bytes, rest) = left.split_first_chunk()?;
    *left = rest;
    Some(u32::from_le_bytes(*bytes))
}

fn key(left: &mut &[u8]) -> Option<Key> {
    let (bytes, rest) = left.split_first_chunk()?;
    *left = rest;
    Some((i64::from_le_bytes(*bytes), number(left)?))
}
