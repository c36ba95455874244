//! What holds for every value and every text.

use proptest::prelude::*;

use super::tests::manifest;
use super::*;
use crate::support::{damaged, log_key};

proptest! {
    #[test]
    fn a_manifest_survives_its_note(
        (query, log, zone, form) in (any::<String>(), any::<String>(), any::<String>(), any::<String>()),
        (from, to) in (any::<Option<String>>(), any::<Option<String>>()),
        columns in prop::collection::vec("[^,]{1,8}", 0..5),
        (bytes, rows, size) in any::<(u64, u64, u64)>(), (sha256, root) in any::<(Hash, Hash)>(),
        proof in prop::option::of("[^/\\\\:\\pC]{1,9}x"), origin in "[^\\x00-\\x1f]{1,9}",
    ) {
        let proof = proof.map(|name| name.parse().unwrap());
        let whole = Manifest {
            query, log, zone, form, from, to, columns, bytes, rows, size, sha256, root, proof,
            origin: origin.parse().unwrap(), ..manifest()
        };
        let note = Note::parse(whole.sign(&[&log_key()]).unwrap().to_string().as_bytes()).unwrap();
        let read = Manifest::verify(&note, &[log_key().public().clone()]).unwrap();
        prop_assert_eq!(&read, &whole);
        // One line for each value, whatever it holds.
        let absent = [read.from.is_none(), read.to.is_none(), read.proof.is_none()].iter().filter(|no| **no).count();
        prop_assert_eq!(read.text().unwrap().lines().count(), 18 - absent);
    }

    #[test]
    fn a_value_has_one_spelling(value in any::<String>(), text in "\"?[\\PC\\\\u0-9a\"]{0,12}\"?") {
        let printed = value::print(&value);
        prop_assert_eq!(value::parse(&printed), Some(value));
        let hidden = |c: char| c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c);
        prop_assert!(!printed.contains(hidden));
        if let Some(value) = value::parse(&text) {
            prop_assert_eq!(value::print(&value), text);
        }
    }

    #[test]
    fn a_changed_manifest_says_what_was_signed_or_nothing(
        bytes in damaged(manifest().sign(&[&log_key()]).unwrap().to_string().into_bytes()),
    ) {
        if let Ok(note) = Note::parse(&bytes) {
            if let Ok(read) = Manifest::parse(note.unverified_text()) {
                prop_assert_eq!(read.text().unwrap(), note.unverified_text());
            }
            if let Ok(read) = Manifest::verify(&note, &[log_key().public().clone()]) {
                prop_assert_eq!(read, manifest());
            }
        }
    }
}
