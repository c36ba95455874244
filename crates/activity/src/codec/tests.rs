use proptest::prelude::*;

use super::*;
use crate::samples::any_facts;

#[test]
fn nothing_and_an_unknown_version_are_refused() {
    assert_eq!(decode_batch(&encode_batch([])), Ok(Vec::new()));
    assert!(decode_batch(&[]).is_err());
    assert_eq!(
        decode_batch(&[9, 0]),
        Err(DecodeError {
            at: 0,
            what: "unknown version"
        })
    );
    assert!(decode_batch(&[VERSION, 0xff, 0xff, 0xff, 0xff, 0x0f]).is_err());
}

proptest! {
    #[test]
    fn facts_come_back_as_they_were(facts in prop::collection::vec(any_facts(), 0..4)) {
        prop_assert_eq!(decode_batch(&encode_batch(&facts)), Ok(facts));
    }

    #[test]
    fn damaged_bytes_never_panic(facts in any_facts(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = to_bytes(&facts);
        let length = bytes.len();
        bytes[at.index(length)] = byte;
        let _ = from_bytes(&bytes);
        prop_assert!(from_bytes(&to_bytes(&facts)[..at.index(length)]).is_err());
    }
}
