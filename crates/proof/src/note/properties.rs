//! What holds for every note that somebody may show.

use proptest::prelude::*;

use super::*;
use crate::support::{damaged, key};

fn text() -> impl Strategy<Value = String> {
    "([^\\x00-\\x1f]{0,12}\n){1,5}"
}

fn name() -> impl Strategy<Value = String> {
    "[^\\s+\\x00-\\x1f]{1,12}"
}

proptest! {
    #[test]
    fn a_note_survives_its_bytes(text in text(), name in name(), seeds in prop::collection::btree_set(any::<u8>(), 1..5)) {
        let name: KeyName = name.parse().unwrap();
        let keys: Vec<_> = seeds.iter().map(|seed| SigningKey::from_seed(name.clone(), &[*seed; 32])).collect();
        let note = Note::sign(text.clone(), &keys.iter().collect::<Vec<_>>()).unwrap();
        let read = Note::parse(note.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read, &note);
        let known: Vec<_> = keys.iter().map(|key| key.public().clone()).collect();
        let verified = read.verify(&known).unwrap();
        prop_assert_eq!(verified.text, text);
        prop_assert_eq!(verified.by.len(), keys.len());
    }

    #[test]
    fn keys_survive_their_text(name in name(), seed in any::<[u8; 32]>()) {
        let secret = SigningKey::from_seed(name.parse().unwrap(), &seed);
        let public: VerifyingKey = secret.public().to_string().parse().unwrap();
        prop_assert_eq!(&public, secret.public());
        let read = SigningKey::parse(&secret.to_secret_text()).unwrap();
        prop_assert_eq!(read.public(), &public);
    }

    #[test]
    fn a_note_whose_bytes_were_changed_says_what_was_signed_or_nothing(
        bytes in damaged(Note::sign("example.com/log\n7\nwords\n".into(), &[&key(1), &key(2)]).unwrap().to_string().into_bytes()),
    ) {
        if let Ok(note) = Note::parse(&bytes) {
            prop_assert_eq!(note.to_string().into_bytes(), bytes);
            if let Ok(verified) = note.verify(&[key(1).public().clone(), key(2).public().clone()]) {
                prop_assert_eq!(verified.text, "example.com/log\n7\nwords\n");
            }
        }
    }

    #[test]
    fn any_text_is_a_key_of_one_spelling_or_none(text in "(PRIVATE\\+KEY\\+)?[a\\PC]{0,6}\\+[0-9a-fA-F]{7,9}\\+[A-Za-z0-9+/=]{0,50}") {
        if let Ok(public) = text.parse::<VerifyingKey>() {
            prop_assert_eq!(public.to_string(), text.clone());
        }
        if let Ok(secret) = SigningKey::parse(&text) {
            prop_assert_eq!(secret.to_secret_text(), text);
        }
    }
}
