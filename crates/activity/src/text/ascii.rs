//! Looking for a phrase in a text of ASCII, which needs no folding and so no memory: the usual case, and the hot one.

use super::phrase::{Extent, Wanted};

/// Whether the whole of `field`, its beginning, or a part of it is `wanted`, which is folded.
pub(super) fn is(field: &[u8], wanted: &[u8], extent: Extent) -> bool {
    let begins = |field: &[u8]| {
        let head = field.get(..wanted.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(wanted))
    };
    match extent {
        Extent::Whole => field.len() == wanted.len() && begins(field),
        Extent::Beginning => begins(field),
        Extent::Part => {
            let Some(first) = wanted.first() else { return true };
            let last_start = (field.len() + 1).saturating_sub(wanted.len());
            let mut places = field.get(..last_start).unwrap_or_default().iter().enumerate();
            places.any(|(at, byte)| byte.eq_ignore_ascii_case(first) && begins(&field[at..]))
        }
    }
}

/// Whether `text` holds these words one after the other.
pub(super) fn holds(text: &[u8], words: &[Wanted], extent: Extent) -> bool {
    let Some(first) = words.first().map(|word| word.text.as_bytes()) else {
        return false;
    };
    let Some(last_start) = text.len().checked_sub(first.len()) else {
        return false;
    };
    let Some(letter) = first.first() else { return false };
    // Setting this bit makes capitals small; what else it makes alike is told apart by `follows`.
    let letter = letter | 0x20;
    let begins_word = |at: usize| {
        at.checked_sub(1)
            .is_none_or(|before| !text[before].is_ascii_alphanumeric())
    };
    text[..=last_start]
        .iter()
        .enumerate()
        .any(|(at, byte)| byte | 0x20 == letter && begins_word(at) && follows(text, at, words, extent))
}

fn next(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let start = from + text.get(from..)?.iter().position(u8::is_ascii_alphanumeric)?;
    let end = text[start..].iter().position(|byte| !byte.is_ascii_alphanumeric());
    Some((start, end.map_or(text.len(), |length| start + length)))
}

fn follows(text: &[u8], mut at: usize, words: &[Wanted], extent: Extent) -> bool {
    for (index, wanted) in words.iter().enumerate() {
        let Some((start, end)) = next(text, at) else {
            return false;
        };
        let is_last = index + 1 == words.len();
        let extent = if is_last { extent } else { Extent::Whole };
        if !is(&text[start..end], wanted.text.as_bytes(), extent) {
            return false;
        }
        at = end;
    }
    true
}
