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
/// In front of a run that is compressed as a whole: its length before, then the rest.
const PACKED: u8 = b'z';

/// From this many bytes on a run is compressed: what is not is held at full length by whoever builds or merges an
/// index, and usual runs are far shorter.
const LONG: usize = 4 << 10;
/// A run is far below this; more means that the bytes are none.
const MOST: usize = 16 << 20;

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
    if out.len() >= LONG {
        pack(out);
    }
}

/// Compresses a run, if it becomes shorter.
fn pack(run: &mut Vec<u8>) {
    let (Ok(length), Ok(packed)) = (u32::try_from(run.len()), zstd::bulk::compress(run, 1)) else {
        return;
    };
    if packed.len() + 5 < run.len() {
        run.clear();
        run.push(PACKED);
        run.extend_from_slice(&length.to_le_bytes());
        run.extend_from_slice(&packed);
    }
}

/// Whether both have the same free-form parts.
pub(crate) fn are_same(one: &Facts, other: &Facts) -> bool {
    one.description == other.description
        && one.external_id == other.external_id
        && one.metadata == other.metadata
        && one.changes == other.changes
        && one.raw == other.raw
}

/// Whether there are none.
pub(crate) fn are_none(facts: &Facts) -> bool {
    let texts = [&facts.description, &facts.external_id, &facts.raw];
    texts.into_iter().all(Option::is_none) && facts.metadata.is_empty() && facts.changes.is_empty()
}

/// Puts back what [`encode`] wrote; `None` if it cannot have.
pub(crate) fn decode(bytes: &[u8], facts: &mut Facts) -> Option<()> {
    let Some(packed) = bytes.strip_prefix(&[PACKED]) else {
        return decode_run(bytes, facts);
    };
    let (length, packed) = packed.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let run = zstd::bulk::decompress(packed, Some(length).filter(|length| *length <= MOST)?).ok()?;
    decode_run(&run, facts)
}

fn decode_run(mut bytes: &[u8], facts: &mut Facts) -> Option<()> {
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

#[cfg(test)]
mod tests {
    use activity::Time;

    use super::*;

    /// So many changes, each of other texts.
    fn changed(count: usize) -> Facts {
        let mut facts = Facts::new("test.changed", Time(0));
        let change = |n: usize| Change {
            field: format!("field {n}"),
            before: Some("before ".repeat(30)),
            after: Some(format!("after {n}")),
        };
        facts.changes = (0..count).map(change).collect();
        facts
    }

    #[test]
    fn a_long_run_is_kept_short_and_every_run_comes_back() {
        for count in [0, 1, 17, 100] {
            let (facts, mut run) = (changed(count), Vec::new());
            encode(&facts, &mut run);
            assert!(run.len() < LONG, "{count} take {} bytes", run.len());
            let mut again = changed(0);
            decode(&run, &mut again).unwrap();
            assert_eq!(again, facts);
        }
    }

    #[test]
    fn bytes_that_are_no_run_are_refused_whatever_length_they_claim() {
        let mut facts = changed(0);
        for wrong in [&b"z"[..], b"z\xff\xff\xff\xff", b"z\x01\0\0\0x", b"q\x01x"] {
            assert_eq!(decode(wrong, &mut facts), None, "{wrong:?}");
        }
    }
}
