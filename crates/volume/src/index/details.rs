//! The free-form parts of an activity, which rarely repeat: one run of bytes, in the index under the sequence number.

use activity::{Change, Facts};

const DESCRIPTION: u8 = b'd';
const EXTERNAL_ID: u8 = b'e';
const METADATA: u8 = b'm';
const CHANGE: u8 = b'c';
const BEFORE: u8 = b'b';
const AFTER: u8 = b'a';
/// The raw event, compressed.
const RAW: u8 = b'r';

/// The bytes of what is free-form in `facts`; empty if nothing is.
pub(crate) fn encode(facts: &Facts, out: &mut Vec<u8>) {
    out.clear();
    let mut put = |tag: u8, text: &[u8]| {
        out.push(tag);
        let mut length = text.len();
        while length >= 0x80 {
            out.push(length as u8 | 0x80);
            length >>= 7;
        }
        out.push(length as u8);
        out.extend_from_slice(text);
    };
    if let Some(description) = &facts.description {
        put(DESCRIPTION, description.as_bytes());
    }
    if let Some(id) = &facts.external_id {
        put(EXTERNAL_ID, id.as_bytes());
    }
    for (key, value) in &facts.metadata {
        put(METADATA, key.as_bytes());
        put(METADATA, value.as_bytes());
    }
    for change in &facts.changes {
        put(CHANGE, change.field.as_bytes());
        if let Some(before) = &change.before {
            put(BEFORE, before.as_bytes());
        }
        if let Some(after) = &change.after {
            put(AFTER, after.as_bytes());
        }
    }
    if let Some(raw) = &facts.raw {
        // Compressing into memory cannot fail; an empty run would be taken for damage.
        put(RAW, &zstd::bulk::compress(raw.as_bytes(), 3).unwrap_or_default());
    }
}

/// Puts back what [`encode`] wrote; `None` if it cannot have.
pub(crate) fn decode(mut bytes: &[u8], facts: &mut Facts) -> Option<()> {
    while !bytes.is_empty() {
        let (tag, run) = take(&mut bytes)?;
        if tag == RAW {
            let raw = zstd::bulk::decompress(run, activity::limits::RAW_BYTES).ok()?;
            facts.raw = Some(String::from_utf8(raw).ok()?);
            continue;
        }
        let text = owned(run)?;
        match tag {
            DESCRIPTION => facts.description = Some(text),
            EXTERNAL_ID => facts.external_id = Some(text),
            METADATA => {
                let (_, value) = take(&mut bytes)?;
                facts.metadata.insert(text, owned(value)?);
            }
            CHANGE => facts.changes.push(Change {
                field: text,
                before: None,
                after: None,
            }),
            BEFORE => facts.changes.last_mut()?.before = Some(text),
            AFTER => facts.changes.last_mut()?.after = Some(text),
            _ => return None,
        }
    }
    Some(())
}

fn owned(run: &[u8]) -> Option<String> {
    std::str::from_utf8(run).ok().map(str::to_owned)
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (mut length, mut shift, mut rest) = (0usize, 0, rest);
    loop {
        let (byte, next) = rest.split_first()?;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        rest = next;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    let (run, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some((*tag, run))
}
