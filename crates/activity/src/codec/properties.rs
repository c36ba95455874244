//! What holds for every byte sequence that may be shown as a batch, and for every batch.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::samples::any_facts;

/// The bytes that texts and lists of facts hold on to, wherever they are.
fn held(facts: &[Facts]) -> usize {
    let text = |text: &str| text.len();
    let one = |facts: &Facts| {
        let texts: usize = Field::texts().filter_map(|field| field.text(facts)).map(text).sum();
        let changes: usize = facts.changes.iter().map(|change| change.field.len()).sum();
        let metadata: usize = facts.metadata.iter().map(|(key, value)| key.len() + value.len()).sum();
        let targets: usize = facts
            .targets
            .iter()
            .map(|target| target.id.len() + target.name.len())
            .sum();
        texts + changes + metadata + targets + facts.kind.len()
    };
    facts.iter().map(one).sum()
}

/// What must hold of these bytes, whatever they are.
fn judge(bytes: &[u8]) -> Result<(), TestCaseError> {
    match decode_batch(bytes) {
        Ok(facts) => {
            prop_assert!(held(&facts) <= bytes.len(), "more is held than was there");
            prop_assert!(
                facts.capacity() <= bytes.len(),
                "room for more than the bytes could hold"
            );
            for each in &facts {
                prop_assert!(each.targets.capacity().max(each.changes.capacity()) <= bytes.len().max(4));
            }
            prop_assert_eq!(decode_batch(&encode_batch(&facts)), Ok(facts));
        }
        Err(error) => prop_assert!(error.at <= bytes.len(), "{error:?}"),
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_a_batch_or_an_error_within_them(bytes in prop::collection::vec(any::<u8>(), 0..96), old in any::<bool>()) {
        judge(&bytes)?;
        let version = if old { v1::VERSION } else { VERSION };
        judge(&[&[version, 1], &bytes[..]].concat())?;
    }

    #[test]
    fn damaged_batches_are_a_batch_or_an_error_within_them(
        facts in prop::collection::vec(any_facts(), 0..3),
        damages in prop::collection::vec((any::<Index>(), any::<u8>(), 0_u8..3), 1..6),
    ) {
        let mut bytes = encode_batch(&facts);
        for (at, byte, how) in damages {
            let at = at.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match how {
                0 if !bytes.is_empty() => bytes[at] = byte,
                1 => bytes.truncate(at),
                _ => bytes.insert(at, byte),
            }
        }
        judge(&bytes)?;
    }

    #[test]
    fn a_count_that_the_bytes_cannot_hold_is_refused(count in 100_u64.., bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut hostile = vec![VERSION];
        number(count, &mut hostile);
        hostile.extend(bytes);
        prop_assert!(decode_batch(&hostile).is_err());
    }
}
