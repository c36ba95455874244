//! Checkpoints against the specification's example, and what it calls malformed.

use proptest::prelude::*;

use super::*;
use crate::note::VerifyingKey;
use crate::support::{checkpoint, damaged, key, log_key, origin};

const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const SIGNATURE: &str = "\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

fn known() -> [VerifyingKey; 1] {
    [log_key().public().clone()]
}

#[test]
fn the_specifications_example_is_read_and_written_exactly() {
    let whole = format!("{EXAMPLE}\n{SIGNATURE}");
    let read = SignedCheckpoint::parse(whole.as_bytes()).unwrap();
    assert_eq!(read.to_string(), whole);
    let said = read.unverified();
    assert_eq!(
        (said.origin().as_ref(), said.size()),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(said.root()[..3], [0x0a, 0xc5, 0x18]);
    assert_eq!(said.to_string(), EXAMPLE);
}

#[test]
fn what_is_no_checkpoint_is_refused_with_its_reason() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    for (text, error) in [
        ("".into(), CheckpointError::Lines),
        (format!("a\n7\n{root}"), CheckpointError::Lines),
        ("a\n7\n".into(), CheckpointError::Lines),
        (format!("\n7\n{root}\n"), CheckpointError::Origin),
        (format!("a\n07\n{root}\n"), CheckpointError::Size),
        (format!("a\n+7\n{root}\n"), CheckpointError::Size),
        (format!("a\n-0\n{root}\n"), CheckpointError::Size),
        (format!("a\n18446744073709551616\n{root}\n"), CheckpointError::Size),
        ("a\n7\nAAAA\n".into(), CheckpointError::Root),
        // The same bytes in another spelling.
        (format!("a\n7\n{}\n", root.replace("2I=", "2J=")), CheckpointError::Root),
        (format!("a\n7\n{}\n", root.trim_end_matches('=')), CheckpointError::Root),
        (format!("a\n7\n{root}\n\n"), CheckpointError::Extension),
        (format!("a\n7\n{root}\nmore\n\nmore\n"), CheckpointError::Extension),
    ] {
        assert_eq!(text.parse::<Checkpoint>(), Err(error), "{text:?}");
    }
    let most = format!("a\n18446744073709551615\n{root}\n").parse::<Checkpoint>();
    assert_eq!(most.unwrap().size(), u64::MAX);
}

#[test]
fn a_checkpoint_is_believed_of_its_log_and_its_key_alone() {
    let signed = checkpoint(7);
    assert_eq!(signed.verify(&origin(), &known()).unwrap().size(), 7);
    let stranger = [key(2).public().clone()];
    assert_eq!(signed.verify(&origin(), &stranger), Err(NoteError::Unknown(1).into()));
    let other: Origin = "example.com/other".parse().unwrap();
    let refused = signed.verify(&other, &known()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the checkpoint is of `example.com/log`, not of `example.com/other`"
    );
    assert_eq!(signed.unverified().sign(&[]).unwrap_err(), NoteError::Unsigned);
}

#[test]
fn during_a_rotation_the_old_and_the_new_key_both_verify() {
    let signed = checkpoint(7).unverified().sign(&[&key(1), &key(2)]).unwrap();
    for seed in [1, 2] {
        assert!(signed.verify(&origin(), &[key(seed).public().clone()]).is_ok());
    }
}

proptest! {
    #[test]
    fn a_checkpoint_survives_its_text(
        origin in "[^\\x00-\\x1f]{1,20}", size in any::<u64>(), root in any::<Hash>(),
        extensions in prop::collection::vec("[^\\x00-\\x1f]{1,9}", 0..4),
    ) {
        let checkpoint = Checkpoint::new(origin.parse().unwrap(), size, root).with_extensions(extensions).unwrap();
        prop_assert_eq!(&checkpoint.to_string().parse::<Checkpoint>().unwrap(), &checkpoint);
        let signed = checkpoint.sign(&[&log_key()]).unwrap();
        prop_assert_eq!(SignedCheckpoint::parse(signed.to_string().as_bytes()).unwrap(), signed);
    }

    #[test]
    fn a_changed_checkpoint_says_what_was_signed_or_nothing(bytes in damaged(checkpoint(7).to_string().into_bytes())) {
        if let Ok(read) = SignedCheckpoint::parse(&bytes) {
            prop_assert_eq!(read.to_string().into_bytes(), bytes);
            if let Ok(said) = read.verify(&origin(), &known()) {
                prop_assert_eq!(said.to_string(), checkpoint(7).unverified().to_string());
            }
        }
    }
}
