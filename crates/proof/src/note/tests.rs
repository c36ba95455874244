//! Notes and keys against the examples of the specification and of the Go library that it comes from.

use super::*;
use crate::support::{key, witness_key};

const SPEC_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const SPEC_NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const PETER_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const BY_PETER: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const BY_ENOCH: &str =
    "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn note(text: &str) -> Note {
    Note::parse(text.as_bytes()).unwrap()
}

fn public(text: &str) -> VerifyingKey {
    text.parse().unwrap()
}

#[test]
fn the_specifications_example_is_verified_by_its_key() {
    let keys = [public(SPEC_KEY)];
    let read = note(SPEC_NOTE);
    let verified = read.verify(&keys).unwrap();
    assert_eq!(verified.text, "This is an example message.\n");
    assert_eq!(verified.by, [&keys[0]]);
    assert_eq!(
        (read.to_string(), keys[0].to_string()),
        (SPEC_NOTE.into(), SPEC_KEY.into())
    );
}

#[test]
fn the_text_before_the_last_empty_line_may_hold_empty_lines() {
    let text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned \u{e8} subito sera.\n";
    let signature = "\u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    let whole = format!("{text}\n{signature}");
    let read = note(&whole);
    assert_eq!((read.unverified_text(), read.to_string()), (text, whole.clone()));
    assert_eq!(read.signatures()[0].id().to_string(), "367ba04b");
}

#[test]
fn a_secret_key_signs_what_gos_library_signs_byte_for_byte() {
    let secret = SigningKey::parse(PETER_SECRET).unwrap();
    assert_eq!(secret.public().to_string(), PETER);
    assert_eq!(secret.to_secret_text(), PETER_SECRET);
    let signed = Note::sign(TEXT.into(), &[&secret]).unwrap();
    assert_eq!(signed.to_string(), format!("{TEXT}\n{BY_PETER}"));
}

#[test]
fn signatures_of_keys_that_are_not_known_are_passed_over() {
    let both = note(&format!("{TEXT}\n{BY_PETER}{BY_ENOCH}"));
    let keys = [public(ENOCH), public(PETER)];
    assert_eq!(both.verify(&keys).unwrap().by, [&keys[1], &keys[0]]);
    assert_eq!(both.verify(&keys[..1]).unwrap().by, [&keys[0]]);
    assert_eq!(both.verify(&[public(SPEC_KEY)]), Err(NoteError::Unknown(2)));
    let twice = note(&format!("{TEXT}\n{BY_PETER}{BY_PETER}"));
    assert_eq!(twice.verify(&keys).unwrap().by, [&keys[1]]);
}

#[test]
fn a_wrong_signature_of_a_known_key_refuses_the_note_whoever_else_signed() {
    let wrong = BY_ENOCH.replace("2/5n2t", "2/5n3t");
    let keys = [public(PETER), public(ENOCH)];
    let changed = note(&format!("{TEXT}\n{BY_PETER}{wrong}"));
    let forged = NoteError::Forged {
        name: "EnochRoot".parse().unwrap(),
        id: keys[1].id(),
    };
    assert_eq!(changed.verify(&keys), Err(forged.clone()));
    assert!(changed.verify(&keys[..1]).is_ok());
    // Neither a right one before it nor one behind it makes it good.
    for lines in [[BY_ENOCH, &wrong].concat(), [wrong.as_str(), BY_ENOCH].concat()] {
        assert_eq!(note(&format!("{TEXT}\n{lines}")).verify(&keys), Err(forged.clone()));
    }
    let other_text = note(&format!("{}\n{BY_PETER}", TEXT.replace("don't", "do")));
    assert!(matches!(other_text.verify(&keys), Err(NoteError::Forged { .. })));
}

#[test]
fn a_signature_that_only_the_lax_check_takes_is_refused() {
    // R is the neutral point, so that the equation holds; whoever has the key can sign anything twice so.
    let lax = "Nobody chose this.\n\n\u{2014} lax.example/log rzfV7QEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlVLDjpZDlJJngYKX4PkiUKJhZQ9/0E9SapJ3vll0kAc=\n";
    let vkey = "lax.example/log+af37d5ed+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
    let verifier = signed_note::StandardVerifier::new(vkey).unwrap();
    let list = signed_note::VerifierList::new(vec![Box::new(verifier)]);
    assert!(
        signed_note::Note::from_bytes(lax.as_bytes())
            .unwrap()
            .verify(&list)
            .is_ok()
    );
    assert!(matches!(
        note(lax).verify(&[public(vkey)]),
        Err(NoteError::Forged { .. })
    ));
}

#[test]
fn no_part_and_no_change_of_a_keys_text_is_a_key() {
    let secret = |text: &str| SigningKey::parse(text).is_ok();
    let public = |text: &str| text.parse::<VerifyingKey>().is_ok();
    for (whole, reads) in [(PETER_SECRET, &secret as &dyn Fn(&str) -> bool), (PETER, &public)] {
        assert!(reads(whole));
        for from in 0..whole.len() {
            for to in from..=whole.len() {
                assert!((from, to) == (0, whole.len()) || !reads(&whole[from..to]));
            }
        }
        for at in 0..whole.len() {
            let mut bytes = whole.as_bytes().to_vec();
            bytes[at] += 1;
            assert!(!reads(str::from_utf8(&bytes).unwrap()));
        }
    }
}

#[test]
fn why_a_text_is_no_key_is_said() {
    let why = |text: &str| text.parse::<VerifyingKey>().unwrap_err();
    let length = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    assert_eq!(why(length), KeyError::Public);
    assert_eq!(why("a+00000000+AQID"), KeyError::Length(2));
    assert_eq!(why(&PETER.replace("c74f", "C74F")), KeyError::Public);
    assert!(matches!(why(&PETER.replace("c74f", "c74e")), KeyError::Id { .. }));
    assert_eq!(
        why(&PETER.replace("Pet", "Pet ")),
        KeyError::Name(NameError::Character(' '))
    );
    let unknown = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let found = Algorithm::Unknown(0x65);
    let wanted = Algorithm::Ed25519;
    assert_eq!(why(unknown), KeyError::Algorithm { found, wanted });
    let witness = witness_key(2);
    let found = Algorithm::CosignatureV1;
    assert_eq!(
        why(&witness.public().to_string()),
        KeyError::Algorithm { found, wanted }
    );
    // The neutral point, which fits signatures that nobody made, and bytes that are no point.
    for bytes in [[&[1, 1][..], &[0; 31]].concat(), [&[1, 2][..], &[0; 31]].concat()] {
        assert_eq!(
            why(&format!("a+00000000+{}", data_encoding::BASE64.encode(&bytes))),
            KeyError::Point
        );
    }
}

#[test]
fn a_key_of_one_kind_is_not_named_by_signatures_of_the_other() {
    let bytes = [5; 32];
    let name: KeyName = "both.example".parse().unwrap();
    let (signs, cosigns) = (
        SigningKey::from_seed(name.clone(), &bytes),
        CosigningKey::from_seed(name, &bytes),
    );
    assert_ne!(signs.public().id(), cosigns.public().id());
    assert_eq!(signs.public().algorithm(), Algorithm::Ed25519);
    assert_eq!(cosigns.public().algorithm(), Algorithm::CosignatureV1);
    assert_eq!(
        CosigningKey::parse(&cosigns.to_secret_text()).unwrap().public(),
        cosigns.public()
    );
    assert!(matches!(
        SigningKey::parse(&cosigns.to_secret_text()),
        Err(KeyError::Algorithm { .. })
    ));
}

#[test]
fn a_secret_is_not_shown_by_accident() {
    let shown = format!("{:?}", SigningKey::parse(PETER_SECRET).unwrap());
    assert!(
        shown.contains("PeterNeumann") && !shown.contains("129, 10") && !shown.contains("YEKFALV"),
        "{shown}"
    );
    let error = SigningKey::parse(&PETER_SECRET[..60]).unwrap_err();
    assert!(!error.to_string().contains("YEKFALV"));
}

#[test]
fn names_have_no_blanks_of_any_script() {
    for (text, character) in [
        ("a b", ' '),
        ("a\u{3000}b", '\u{3000}'),
        ("a\u{85}", '\u{85}'),
        ("a+b", '+'),
        ("a\0", '\0'),
    ] {
        assert_eq!(text.parse::<KeyName>(), Err(NameError::Character(character)));
    }
    assert_eq!("".parse::<KeyName>(), Err(NameError::Empty));
    assert_eq!(
        "\u{e9}t\u{e9}.example/log".parse::<KeyName>().unwrap().to_string(),
        "\u{e9}t\u{e9}.example/log"
    );
}

#[test]
fn what_is_no_note_is_refused_with_its_reason() {
    let why = |text: &str| Note::parse(text.as_bytes()).unwrap_err();
    assert_eq!(why(TEXT), NoteError::Unsigned);
    assert_eq!(why(&format!("{TEXT}\n")), NoteError::Unsigned);
    assert_eq!(why(&format!("{TEXT}{BY_PETER}")), NoteError::Unsigned);
    assert_eq!(why(&format!("{TEXT}\n{}", BY_PETER.trim_end())), NoteError::Unsigned);
    assert_eq!(
        why(&format!("a\tb\n\n{BY_PETER}")),
        NoteError::Control { byte: 9, at: 1 }
    );
    assert_eq!(Note::parse(b"a\n\xff"), Err(NoteError::Encoding(2)));
    assert_eq!(
        Note::parse(&vec![b'a'; MAX_NOTE_BYTES + 1]),
        Err(NoteError::Long(MAX_NOTE_BYTES + 1))
    );
    for (line, error) in [
        ("- PeterNeumann x08go/ZJ", SignatureError::Shape),
        ("\u{2014} PeterNeumann", SignatureError::Shape),
        ("\u{2014}  x08go/ZJ", SignatureError::Name(NameError::Empty)),
        ("\u{2014} Peter x08go/Z", SignatureError::Bytes),
        ("\u{2014} Peter x08gow==", SignatureError::Bytes),
        ("\u{2014} Peter x08go/ZJ ", SignatureError::Bytes),
        // Two base64 texts, one after the other.
        ("\u{2014} Peter x08go/Y=x08go/ZJ", SignatureError::Bytes),
        ("\u{2014} Peter x08go/Y=x08=", SignatureError::Bytes),
    ] {
        let expected = NoteError::Signature { number: 2, error };
        assert_eq!(why(&format!("{TEXT}\n{BY_PETER}{line}\n")), expected);
    }
}

#[test]
fn only_whole_lines_are_signed_and_only_by_somebody() {
    let sign = |text: &str, keys: &[&SigningKey]| Note::sign(text.into(), keys).map(|_| ());
    let key = key(1);
    assert_eq!(sign("a", &[&key]), Err(NoteError::Text));
    assert_eq!(sign("", &[&key]), Err(NoteError::Text));
    assert_eq!(sign("a\r\n", &[&key]), Err(NoteError::Control { byte: b'\r', at: 1 }));
    assert_eq!(sign("a\n", &[]), Err(NoteError::Unsigned));
    let long = "a".repeat(MAX_NOTE_BYTES - 1) + "\n";
    assert!(matches!(sign(&long, &[&key]), Err(NoteError::Long(bytes)) if bytes > MAX_NOTE_BYTES));
    assert_eq!(sign("a\n\n\n", &[&key]), Ok(()));
}

#[test]
fn a_hundred_signatures_are_read_and_no_more() {
    let keys: Vec<SigningKey> = (1..=101).map(key).collect();
    let known: Vec<VerifyingKey> = keys.iter().map(|key| key.public().clone()).collect();
    let most: Vec<&SigningKey> = keys[..100].iter().collect();
    let mut full = Note::sign(TEXT.into(), &most).unwrap();
    assert_eq!(note(&full.to_string()).verify(&known).unwrap().by.len(), 100);
    let more = Note::sign(TEXT.into(), &[&keys[100]]).unwrap().signatures()[0].clone();
    assert_eq!(full.add(more.clone()), Err(NoteError::Many));
    assert_eq!(full.add(full.signatures()[3].clone()), Ok(()));
    assert_eq!(Note::parse(format!("{full}{more}\n").as_bytes()), Err(NoteError::Many));
}
