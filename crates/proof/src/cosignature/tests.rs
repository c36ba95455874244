//! Cosignatures against one that another implementation made from the specification, and the specification's example.

use proptest::prelude::*;

use super::*;
use crate::note::{SigningKey, VerifyingKey};
use crate::support::{checkpoint, damaged, log_key, origin, witness_key};

const BODY: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const WITNESS: &str = "witness.example/w1+24b5d9fe+BP0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY";
const MADE: &str = "\u{2014} witness.example/w1 JLXZ/gAAAABkGFDLSEwbtADY9t5XeSzDTVuiqYN5nZfoc9NQOUgkPYm4wwjIUL68Nczz1tpzCjnpmnRXttgqVVwOg3WfE7AXqa+DAg==";

fn at(seconds: u64) -> PosixTime {
    PosixTime::new(seconds).unwrap()
}

#[test]
fn a_cosignature_is_the_one_that_another_implementation_makes() {
    let log = SigningKey::from_seed("example.com/behind-the-sofa".parse().unwrap(), &[1; 32]);
    let mut signed = BODY.parse::<crate::Checkpoint>().unwrap().sign(&[&log]).unwrap();
    let key = CosigningKey::from_seed("witness.example/w1".parse().unwrap(), &[9; 32]);
    assert_eq!(key.public().to_string(), WITNESS);
    let cosignature = key.cosign(&signed, at(1_679_315_147));
    assert_eq!(cosignature.to_string(), MADE);
    signed.add(cosignature).unwrap();
    let witnesses = [WITNESS.parse().unwrap()];
    let found = signed.cosignatures(&witnesses).unwrap();
    assert_eq!((found[0].by, found[0].at.seconds()), (&witnesses[0], 1_679_315_147));
}

#[test]
fn the_specifications_example_line_has_the_time_that_its_message_says() {
    let line = "\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==";
    let signature: Signature = line.parse().unwrap();
    assert_eq!(signature.to_string(), line);
    assert_eq!(signature.bytes().len(), 8 + 64);
    assert_eq!(signature.bytes()[..8], 1_679_315_147_u64.to_be_bytes());
}

#[test]
fn a_cosignature_is_no_signature_of_the_log() {
    let mut signed = checkpoint(7);
    let witness = witness_key(2);
    signed.add(witness.cosign(&signed, at(5))).unwrap();
    // The same key as one that signs notes has another id.
    let as_log: [VerifyingKey; 1] = [SigningKey::from_seed(witness.public().name().clone(), &[2; 32])
        .public()
        .clone()];
    assert_eq!(signed.verify(&origin(), &as_log), Err(NoteError::Unknown(2).into()));
}

#[test]
fn of_several_by_one_witness_the_latest_counts() {
    let mut signed = checkpoint(7);
    let (one, two) = (witness_key(2), witness_key(3));
    for (key, seconds) in [(&one, 5), (&two, 7), (&one, 9), (&one, 6)] {
        signed.add(key.cosign(&signed, at(seconds))).unwrap();
    }
    let witnesses = [two.public().clone(), one.public().clone()];
    let found = signed.cosignatures(&witnesses).unwrap();
    let times: Vec<_> = found
        .iter()
        .map(|cosignature| (cosignature.by, cosignature.at.seconds()))
        .collect();
    assert_eq!(times, [(&witnesses[1], 9), (&witnesses[0], 7)]);
    assert!(
        signed
            .cosignatures(&[witness_key(4).public().clone()])
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_cosignature_of_another_time_or_another_tree_is_forged() {
    let signed = checkpoint(7);
    let key = witness_key(2);
    let witnesses = [key.public().clone()];
    let made = key.cosign(&signed, at(5));
    let later = [&6_u64.to_be_bytes()[..], &made.bytes()[8..]].concat();
    let without_time = [&[0; 8][..], &made.bytes()[8..]].concat();
    for bytes in [
        later,
        without_time,
        made.bytes()[..71].to_vec(),
        made.bytes()[..5].to_vec(),
    ] {
        let mut forged = signed.clone();
        forged
            .add(Signature::new(made.name().clone(), made.id(), bytes))
            .unwrap();
        assert!(matches!(forged.cosignatures(&witnesses), Err(NoteError::Forged { .. })));
    }
    let mut other = checkpoint(8);
    other.add(made).unwrap();
    assert!(matches!(other.cosignatures(&witnesses), Err(NoteError::Forged { .. })));
}

#[test]
fn times_have_63_bits_and_are_not_none() {
    assert_eq!(PosixTime::new(0), None);
    assert_eq!(PosixTime::new(1 << 63), None);
    assert_eq!(at((1 << 63) - 1).seconds(), (1 << 63) - 1);
}

fn cosigned() -> SignedCheckpoint {
    let mut signed = checkpoint(7);
    signed.add(witness_key(2).cosign(&signed, at(5))).unwrap();
    signed
}

proptest! {
    #[test]
    fn whoever_has_no_key_of_the_witness_cosigns_nothing(bytes in damaged(cosigned().to_string().into_bytes())) {
        let witnesses = [witness_key(2).public().clone()];
        if let Ok(found) = SignedCheckpoint::parse(&bytes)
            && let Ok(cosignatures) = found.cosignatures(&witnesses)
            && !cosignatures.is_empty()
        {
            prop_assert_eq!(found.unverified().to_string(), checkpoint(7).unverified().to_string());
            prop_assert_eq!(cosignatures[0].at, at(5));
        }
    }
}

#[test]
fn a_witness_that_cosigns_again_takes_the_place_of_its_word_before() {
    let (first, second) = (witness_key(2), witness_key(3));
    let mut checkpoint = checkpoint(7);
    let mut again = |key: &CosigningKey, seconds| {
        let signature = key.cosign(&checkpoint, at(seconds));
        checkpoint.renew(signature).unwrap();
    };
    for seconds in 1..=2 * crate::MAX_SIGNATURES as u64 {
        again(&first, seconds);
        again(&second, seconds);
    }
    assert_eq!(
        checkpoint.note().signatures().len(),
        3,
        "the log's own is there as well"
    );
    let keys = [first.public().clone(), second.public().clone()];
    let found = checkpoint.cosignatures(&keys).unwrap();
    assert_eq!(
        found.iter().map(|found| found.at.seconds()).collect::<Vec<_>>(),
        [200, 200]
    );
    assert!(checkpoint.verify(&origin(), &[log_key().public().clone()]).is_ok());
}
