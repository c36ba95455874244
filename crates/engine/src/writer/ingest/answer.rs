//! The bytes of a remembered answer: version, time, then runs of neighbouring places.

use activity::Time;

use super::{IngestResult, Item};
use crate::LogError;

const VERSION: u8 = 1;
const RUN: usize = 1 + 8 + 4;

/// The bytes of an answer.
pub(super) fn encode(result: &IngestResult) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend(result.recorded_at.0.to_le_bytes());
    let mut runs: Vec<(u8, u64, u32)> = Vec::new();
    for item in &result.items {
        let (kind, seq) = match item {
            Item::Recorded { seq } => (0, *seq),
            Item::Duplicate { seq } => (1, *seq),
        };
        match runs.last_mut() {
            Some((of, first, count)) if *of == kind && *first + u64::from(*count) == seq => *count += 1,
            _ => runs.push((kind, seq, 1)),
        }
    }
    for (kind, first, count) in runs {
        bytes.push(kind);
        bytes.extend(first.to_le_bytes());
        bytes.extend(count.to_le_bytes());
    }
    bytes
}

/// The answer, marked as a replay.
pub(super) fn decode(bytes: &[u8]) -> Result<IngestResult, LogError> {
    decoded(bytes).ok_or_else(|| LogError::Damaged("a remembered answer is unreadable".to_owned()))
}

fn decoded(bytes: &[u8]) -> Option<IngestResult> {
    let (version, rest) = bytes.split_first()?;
    let (time, rest) = rest.split_first_chunk::<8>()?;
    if *version != VERSION || rest.len() % RUN != 0 {
        return None;
    }
    let mut items = Vec::new();
    for run in rest.chunks_exact(RUN) {
        let first = u64::from_le_bytes(*run[1..].first_chunk()?);
        let count = u32::from_le_bytes(*run[9..].first_chunk()?);
        let item = |seq| {
            if run[0] == 0 {
                Item::Recorded { seq }
            } else {
                Item::Duplicate { seq }
            }
        };
        items.extend((first..).take(count as usize).map(item));
    }
    Some(IngestResult {
        items,
        recorded_at: Time(i64::from_le_bytes(*time)),
        replayed: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back_from_its_bytes_as_a_replay() {
        let items = vec![
            Item::Recorded { seq: 7 },
            Item::Recorded { seq: 8 },
            Item::Duplicate { seq: 9 },
            Item::Recorded { seq: 9 },
            Item::Duplicate { seq: 2 },
        ];
        let result = IngestResult {
            items,
            recorded_at: Time(-5),
            replayed: false,
        };
        let again = decode(&encode(&result)).unwrap();
        assert_eq!(
            again,
            IngestResult {
                replayed: true,
                ..result
            }
        );
    }

    #[test]
    fn bytes_that_are_no_answer_are_an_error() {
        assert!(decode(&[]).is_err());
        assert!(decode(&[1; 12]).is_err());
        assert!(decode(&[9; 9]).is_err());
    }
}
