//! Proof files: one spelling, and nothing proven that is not.

use proptest::prelude::*;

use super::*;
use crate::hash::leaf_hash;
use crate::inclusion::inclusion_proof;
use crate::note::{NoteError, VerifyingKey};
use crate::support::{checkpoint, damaged, key, leaves, log_key, origin};

fn proof(index: u64, size: usize, extra: &[u8]) -> TlogProof {
    TlogProof {
        extra: extra.to_vec(),
        index,
        path: inclusion_proof(&leaves(size)[..], index, size as u64).unwrap(),
        checkpoint: checkpoint(size),
    }
}

fn keys() -> [VerifyingKey; 1] {
    [log_key().public().clone()]
}

#[test]
fn a_proof_file_has_the_lines_of_the_specification() {
    let l = leaves(3);
    let text = proof(2, 3, b"why").to_string();
    let path = hash_text(&crate::node_hash(&l[0], &l[1]));
    let expected = format!("c2sp.org/tlog-proof@v1\nextra d2h5\nindex 2\n{path}\n\nexample.com/log\n3\n");
    assert!(text.starts_with(&expected), "{text}");
    // A tree of one leaf has an empty path.
    let text = proof(0, 1, b"").to_string();
    assert!(
        text.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com/log\n1\n"),
        "{text}"
    );
    assert!(
        TlogProof::parse(text.as_bytes())
            .unwrap()
            .verify(&leaves(1)[0], &origin(), &keys())
            .is_ok()
    );
}

#[test]
fn a_proof_holds_for_its_leaf_its_log_and_its_key() {
    let proof = TlogProof::parse(proof(5, 9, b"").to_string().as_bytes()).unwrap();
    let leaf = leaves(9)[5];
    assert_eq!(proof.verify(&leaf, &origin(), &keys()).unwrap().size(), 9);
    let not_included = TlogProofError::NotIncluded { index: 5, size: 9 };
    assert_eq!(
        proof.verify(&leaves(9)[4], &origin(), &keys()),
        Err(not_included.clone())
    );
    let elsewhere = TlogProof {
        index: 4,
        ..proof.clone()
    };
    assert_eq!(
        elsewhere.verify(&leaf, &origin(), &keys()),
        Err(TlogProofError::NotIncluded { index: 4, size: 9 })
    );
    let stranger = [key(2).public().clone()];
    let unknown = TlogProofError::Checkpoint(NoteError::Unknown(1).into());
    assert_eq!(proof.verify(&leaf, &origin(), &stranger), Err(unknown));
    assert!(
        proof
            .verify(&leaf, &"example.com/other".parse().unwrap(), &keys())
            .is_err()
    );
}

#[test]
fn what_is_no_proof_file_is_refused_with_its_reason() {
    let whole = proof(5, 9, b"why").to_string();
    let why = |text: String| TlogProof::parse(text.as_bytes()).unwrap_err();
    let first = hash_text(&proof(5, 9, b"").path[0]);
    for (from, to, error) in [
        ("@v1\n", "@v2\n", TlogProofError::Header),
        ("@v1\n", "@v1\r\n", TlogProofError::Header),
        ("extra d2h5", "extra ", TlogProofError::Extra),
        ("extra d2h5", "extra d2h5=", TlogProofError::Extra),
        ("extra d2h5", "extras d2h5", TlogProofError::Extra),
        ("extra d2h5\n", "extra d2h5\nextra d2h5\n", TlogProofError::Index),
        ("index 5", "index 05", TlogProofError::Index),
        ("index 5", "index  5", TlogProofError::Index),
        ("index 5\n", "", TlogProofError::Index),
        (&first, &first[1..], TlogProofError::Hash(1)),
        ("\n\n", "\n", TlogProofError::Hash(5)),
    ] {
        let text = whole.replacen(from, to, 1);
        assert_ne!(text, whole);
        let found = why(text);
        // Without its empty line, the checkpoint is taken for the path, or the text ends in it.
        assert!(found == error || from == "\n\n", "{from:?} to {to:?}: {found}");
    }
    assert_eq!(
        why(whole.replacen(&first, &[&*first; 65].join("\n"), 1)),
        TlogProofError::Many
    );
    assert_eq!(
        TlogProof::parse(&vec![b'a'; MAX_PROOF_BYTES + 1]),
        Err(TlogProofError::Long(MAX_PROOF_BYTES + 1))
    );
    assert_eq!(TlogProof::parse(b"\xff"), Err(TlogProofError::Encoding));
    assert_eq!(why("c2sp.org/tlog-proof@v1\nindex 0\n".into()), TlogProofError::Parts);
}

proptest! {
    #[test]
    fn a_proof_survives_its_file(
        (size, index) in (1_usize..100).prop_flat_map(|size| (Just(size), 0..size as u64)),
        extra in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let proof = proof(index, size, &extra);
        let read = TlogProof::parse(proof.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read, &proof);
        prop_assert!(read.verify(&leaves(size)[index as usize], &origin(), &keys()).is_ok());
    }

    #[test]
    fn a_changed_file_proves_what_it_proved_or_nothing(bytes in damaged(proof(5, 9, b"why").to_string().into_bytes())) {
        if let Ok(read) = TlogProof::parse(&bytes) {
            prop_assert_eq!(read.to_string().into_bytes(), bytes);
            let honest = proof(5, 9, &read.extra);
            let proves = read.verify(&leaves(9)[5], &origin(), &keys()).is_ok();
            prop_assert!(!proves || (read.index, &read.path) == (honest.index, &honest.path));
            prop_assert!(read.verify(&leaf_hash(b"another"), &origin(), &keys()).is_err());
        }
    }
}
