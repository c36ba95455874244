use proptest::prelude::*;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

use super::*;

/// `Default_Ignorable_Code_Point` of DerivedCoreProperties.txt.
const DEFAULT_IGNORABLE: &[std::ops::RangeInclusive<u32>] = &[
    0xad..=0xad,
    0x34f..=0x34f,
    0x61c..=0x61c,
    0x115f..=0x1160,
    0x17b4..=0x17b5,
    0x180b..=0x180f,
    0x200b..=0x200f,
    0x202a..=0x202e,
    0x2060..=0x206f,
    0x3164..=0x3164,
    0xfe00..=0xfe0f,
    0xfeff..=0xfeff,
    0xffa0..=0xffa0,
    0xfff0..=0xfff8,
    0x1bca0..=0x1bca3,
    0x1d173..=0x1d17a,
    0xe0000..=0xe0fff,
];

/// Signs that span the digits behind them, and are seen.
const PREPENDED: &str =
    "\u{600}\u{601}\u{602}\u{603}\u{604}\u{605}\u{6dd}\u{70f}\u{890}\u{891}\u{8e2}\u{110bd}\u{110cd}";

#[test]
fn the_list_has_whatever_the_standard_calls_a_control_a_format_or_ignorable() {
    for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
        let of_a_kind = match c.general_category() {
            GeneralCategory::Control | GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => true,
            GeneralCategory::Format => !PREPENDED.contains(c),
            _ => DEFAULT_IGNORABLE.iter().any(|range| range.contains(&u32::from(c))),
        };
        if of_a_kind {
            assert!(is_invisible(c), "U+{:04X}", u32::from(c));
        }
        if c.is_alphanumeric() && c.general_category() != GeneralCategory::OtherLetter {
            assert!(!is_invisible(c), "U+{:04X}", u32::from(c));
        }
    }
    assert!(
        is_invisible('\u{2800}'),
        "the braille pattern without a dot is a symbol to the standard"
    );
}

#[test]
fn what_looks_like_another_name_has_its_skeleton_or_mixes_scripts() {
    for (typed, like) in [
        ("ıda", "ida"),
        ("sal1", "sall"),
        ("аԁа", "ada"),
        ("ad\u{2800}a", "ada"),
        ("rnarie", "marie"),
    ] {
        assert_eq!(skeleton(typed), skeleton(like), "{typed}");
    }
    for mixed in ["аda", "αda", "jοhn", "раypal", "ada\u{661}"] {
        assert!(!is_of_one_script(mixed) && mixes_scripts(mixed), "{mixed}");
    }
    for one in [
        "sam.jones",
        "müller",
        "мария",
        "γιώργος",
        "株式会社abc",
        "さくらa",
        "김abc",
        "مريم",
        "प्रिया",
    ] {
        assert!(is_of_one_script(one) && !mixes_scripts(one), "{one}");
        assert!(no_identifier(one).is_none() && !stacks_marks(one), "{one}");
    }
    for two in [
        "Анна Smith",
        "Müller-Иванова",
        "陽子 O'Brien",
        "João (Ж)",
        "प्रिया Jones",
        "É. Ж.",
    ] {
        assert!(!mixes_scripts(two), "{two}: one script a word");
    }
}

#[test]
fn what_cannot_be_told_apart_has_no_place_in_an_identifier() {
    for c in "\u{fe0f}\u{3164}\u{34f}\u{e0100}\u{180b}\u{2800}\u{17b4}\u{200d}\u{202e}\u{0}❤ａﬁ²".chars() {
        assert_eq!(no_identifier(&format!("ada{c}")), Some(c), "U+{:04X}", u32::from(c));
    }
    for stacked in ["i\u{307}da", "a\u{301}\u{301}", "e\u{300}\u{301}\u{302}\u{303}\u{304}"] {
        assert!(stacks_marks(stacked), "{stacked:?}");
    }
    for written in ["İda", "nguyễn", "ậ", "ṩ", "q\u{307}\u{323}"] {
        assert!(!stacks_marks(written), "{written:?}");
    }
}

#[test]
fn joiners_and_parts_of_an_emoji_are_seen_where_they_have_work_to_do() {
    for name in [
        "علی\u{200c}رضا",
        "مَ\u{200c}ر",
        "ක්\u{200d}රි",
        "ര്\u{200d}",
        "അനില്\u{200d} കുമാര്\u{200d}",
        "क्\u{200d}ष",
        "क्\u{200c}ष",
        "র\u{200d}্য",
        "👩\u{200d}🚀",
        "👩🏽\u{200d}🚀",
        "❤\u{fe0f}",
        "❤\u{fe0f}\u{200d}🔥",
        "1\u{fe0f}\u{20e3}",
        "🏳\u{fe0f}\u{200d}🌈",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "葛\u{e0100}城",
        "ᠠ\u{180b}ᠷ\u{180e}ᠠ",
    ] {
        assert!(!hides(name), "{name:?}");
    }
}

#[test]
fn elsewhere_they_are_hidden() {
    for name in [
        "a\u{200c}b",
        "a\u{200d}b",
        "\u{200d}",
        "\u{200c}علی",
        "علی\u{200c}",
        "علی\u{200c}\u{200c}رضا",
        "علی\u{200c}a",
        "क्\u{200c}",
        "क्\u{200d}a",
        "क\u{200d}ष",
        "👩\u{200d}",
        "👩\u{200d}a",
        "1\u{200d}🚀",
        "a\u{fe0f}",
        "1\u{fe0f}",
        "❤\u{fe0f}\u{fe0f}",
        "a\u{e0067}",
        "🏴\u{e0067}\u{e0062}\u{e0065}",
        "🏴\u{e0061}\u{e0064}\u{e0061}\u{e007f}",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}\u{e007f}",
        "ada\u{e0100}",
        "ada\u{180b}",
        "ada\u{3164}",
        "ada\u{34f}",
        "ada\u{2800}",
        "ada\u{17b4}",
        "ada\u{202e}",
        "\u{feff}ada",
    ] {
        assert!(hides(name), "{name:?}");
    }
}

#[test]
fn long_texts_of_nothing_to_see_take_no_longer_than_others() {
    for c in ['\u{e0067}', '\u{200c}', '\u{fe0f}', '\u{301}'] {
        let text = format!("🏴م{}", c.to_string().repeat(300_000));
        assert_eq!(
            hidden(&text).filter(|(_, hidden)| *hidden).count() > 200_000,
            c != '\u{301}'
        );
    }
}

/// The whole list; those that people are known to try come more often than by chance.
fn listed() -> impl Strategy<Value = char> {
    let all: Vec<char> = ('\0'..=char::MAX).filter(|c| is_invisible(*c)).collect();
    let known = "\u{fe0f}\u{200b}\u{200c}\u{200d}\u{3164}\u{34f}\u{e0100}\u{e0067}\u{2800}";
    prop_oneof![
        proptest::sample::select(all),
        proptest::sample::select(known.chars().collect::<Vec<_>>())
    ]
}

proptest! {
    #[test]
    fn an_identifier_never_holds_one_of_the_list(before in "\\PC{0,8}", c in listed(), after in "\\PC{0,8}") {
        let typed = format!("{before}{c}{after}");
        prop_assert!(no_identifier(&typed).is_some());
    }

    #[test]
    fn every_character_comes_back_in_order_and_only_those_of_the_list_are_hidden(text in any::<String>()) {
        let all: String = hidden(&text).map(|(c, _)| c).collect();
        prop_assert_eq!(all, text.clone());
        for (c, hidden) in hidden(&text) {
            prop_assert!(!hidden || is_invisible(c));
        }
    }

    #[test]
    fn what_cannot_be_seen_changes_no_likeness(text in "\\PC{0,12}", c in listed(), at in 0_usize..12) {
        let split = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
        let with = format!("{}{c}{}", &text[..split], &text[split..]);
        prop_assert_eq!(skeleton(&with), skeleton(&text));
    }

    #[test]
    fn between_latin_letters_nothing_of_the_list_is_at_work(c in listed()) {
        let typed = format!("ada{c}ada");
        prop_assert!(hides(&typed));
    }
}
