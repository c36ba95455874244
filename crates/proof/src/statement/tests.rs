use proptest::prelude::*;

use super::*;
use crate::support::{damaged, key, log_key};

fn lines() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(("[a-z0-9-]{1,12}", any::<String>()), 0..8)
}

fn stated(lines: &[(String, String)]) -> Statement {
    let begun = Statement::new("erasure").unwrap();
    lines
        .iter()
        .try_fold(begun, |said, (key, value)| said.with(key, value.clone()))
        .unwrap()
}

proptest! {
    #[test]
    fn a_statement_survives_its_note_and_has_a_line_for_each_value(lines in lines()) {
        let said = stated(&lines);
        let note = said.sign(&[&log_key()]).unwrap().to_string();
        let read = Statement::open(note.as_bytes(), &[log_key().public().clone()]).unwrap();
        prop_assert_eq!(&read, &said);
        prop_assert_eq!(read.kind(), "erasure");
        prop_assert_eq!(read.text().lines().count(), 1 + lines.len());
        prop_assert!(Statement::open(note.as_bytes(), &[key(9).public().clone()]).is_err());
    }

    #[test]
    fn a_text_has_one_reading_and_a_statement_one_text(
        text in prop_oneof!["whodid-[a-z]{1,4}/v1\n([a-z]{1,3}: [\\PC]{0,6}\n){0,3}", any::<String>()],
    ) {
        if let Ok(read) = Statement::parse(&text) {
            prop_assert_eq!(read.text(), text);
        }
    }

    #[test]
    fn what_was_changed_is_not_taken(
        bytes in lines().prop_flat_map(|lines| {
            let note = stated(&lines).sign(&[&log_key()]).unwrap().to_string().into_bytes();
            (Just(note.clone()), damaged(note))
        }),
    ) {
        let (whole, damaged) = bytes;
        let keys = [log_key().public().clone()];
        let opened = Statement::open(&damaged, &keys);
        // Only the text is signed; what is left whole of it says the same.
        if let Ok(opened) = opened {
            prop_assert_eq!(opened, Statement::open(&whole, &keys).unwrap());
        }
    }
}

#[test]
fn which_log_it_is_of_are_the_last_lines_and_no_others() {
    let log = Checkpoint::new("example.com/whodid".parse().unwrap(), 300, [7; 32]);
    let said = Statement::new("erasure").unwrap().with("erasure", "1").unwrap();
    assert_eq!(said.log(), None);
    let whole = said.clone().of_log(&log);
    assert_eq!(whole.log(), Some(log.clone()));
    assert_eq!(Statement::parse(&whole.text()).unwrap().log(), Some(log.clone()));
    assert_eq!(
        whole.with("more", "x").unwrap().log(),
        None,
        "something was put behind them"
    );
    for (from, to) in [
        ("size: 300", "size: 0300"),
        ("size: 300", "size: x"),
        ("root: BwcH", "root: !"),
        ("root", "toor"),
    ] {
        let text = said.clone().of_log(&log).text().replace(from, to);
        assert_eq!(Statement::parse(&text).unwrap().log(), None, "{text}");
    }
}

#[test]
fn words_are_words() {
    for wrong in ["", "A", "a b", "a:", "a\n", "ä", &"a".repeat(41)] {
        assert!(Statement::new(wrong).is_err(), "{wrong:?}");
        assert!(
            Statement::new("erasure").unwrap().with(wrong, "x").is_err(),
            "{wrong:?}"
        );
    }
    for wrong in [
        "",
        "\n",
        "whodid-erasure/v1",
        "whodid-erasure/v2\n",
        "whodid-/v1\n",
        "whodid-erasure/v1\nkey\n",
    ] {
        assert!(Statement::parse(wrong).is_err(), "{wrong:?}");
    }
}
