use super::*;

fn listed(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    terms(text, |term| all.push(term.to_owned()));
    all
}

fn found(text: &str, typed: &str) -> bool {
    Phrase::new(typed, Extent::Whole).is_in(text)
}

fn found_quoted(text: &str, typed: &str) -> bool {
    Phrase::new(typed, Extent::Whole).quoted().is_in(text)
}

#[test]
fn terms_are_folded_runs_of_letters_and_digits() {
    let terms = listed("Sam.Jones@Example.com, usr_01 – ＡＢＣ Größe हिन्दी");
    assert_eq!(
        terms,
        ["sam", "jones", "example", "com", "usr", "01", "abc", "grosse", "हिन्दी"]
    );
    assert_eq!(listed(" -- "), Vec::<String>::new());
}

#[test]
fn a_phrase_is_found_only_where_its_words_follow_each_other() {
    for text in [
        "Account locked from failed log-ins",
        "Account locked from failed log-ins ü",
    ] {
        assert!(found(text, "LOCKED from"));
        assert!(Phrase::new("failed log-i", Extent::Beginning).is_in(text));
        for other in ["failed log-i", "locked failed", "ins account"] {
            assert!(!found(text, other), "{other} in {text}");
        }
    }
}

#[test]
fn neither_case_nor_accents_need_to_be_typed() {
    for (text, typed) in [
        ("Zoë Hargreaves", "zoe zoë ZOË Zoe zoe\u{308}"),
        ("Müller", "muller MÜLLER müller"),
        ("Muller", "müller"),
        ("STRASSE", "straße strasse"),
        ("Straße", "STRASSE straße STRAẞE"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς οδυσσευσ ὀδυσσεύς"),
        ("οδυσσεύς", "ΟΔΥΣΣΕΥΣ"),
        ("İSTANBUL", "istanbul ISTANBUL İstanbul"),
        ("istanbul", "İSTANBUL"),
        ("ISPARTA", "ısparta isparta"),
        ("Łódź Ærø Þór", "lodz łódź aero thor"),
        ("Ёлка", "елка ЁЛКА"),
        ("ﬁle Ｎｏ", "file no"),
        ("علی\u{200c}رضا", "علیرضا"),
    ] {
        for typed in typed.split(' ') {
            assert!(found(text, typed), "{typed} in {text}");
        }
    }
}

#[test]
fn marks_that_are_vowels_tell_words_apart() {
    assert!(!found("कि", "क"));
    assert!(!found("เก่า", "เกา"));
    assert!(found("เก่า", "เก่า"));
    assert!(!found("が", "か"), "a voiced kana is another letter");
}

#[test]
fn an_accent_typed_in_quotes_is_demanded() {
    for (text, typed, is_found) in [
        ("Müller", "müller", true),
        ("MÜLLER", "müller", true),
        ("Muller", "müller", false),
        ("Mùller", "müller", false),
        ("Zoë Hargreaves", "zoe hargreaves", true),
        ("Zoë Müller", "zoe müller", true),
        ("Zoë Muller", "zoe müller", false),
        ("Zoë Hargreaves", "zoë h", false),
        ("STRASSE", "straße", true),
        ("Lodz", "łodz", false),
    ] {
        assert_eq!(found_quoted(text, typed), is_found, "{typed} in {text}");
    }
}

#[test]
fn scripts_without_blanks_are_found_by_any_part() {
    for (text, part) in [
        ("東京都庁", "東京 京都 都庁 京 庁 東京都庁"),
        ("Tower東京tower2", "東京 京 tower2 tower東 京tower2"),
        ("カタカナー", "カナ ナー ｶﾅ"),
        ("서울특별시청에서", "특별시 시청"),
        ("ที่นี่ประเทศไทย", "ประเทศ ไทย นี่"),
        ("ព្រះរាជាណាចក្រ", "រាជា"),
    ] {
        for part in part.split(' ') {
            assert!(found(text, part), "{part} in {text}");
        }
    }
    assert!(!found("東京都庁", "東都"));
    assert!(!found("東 京", "東京"));
    assert!(!found("東京tower", "東tower"));
    assert_eq!(listed("東京都 tower庁"), ["東京", "京都", "都", "tower", "庁"]);
}

#[test]
fn any_part_is_found_whatever_it_is_cut_from() {
    let part = |text: &str, part: &str| Phrase::new(part, Extent::Part).is_in(text);
    assert!(part("inv_2026_0042_a", "0042"));
    assert!(part("zoe.hargreaves@example.com", "GREAVES@exa"));
    assert!(part("Zoë.Hargreaves@example.com", "oe.harg"));
    assert!(!part("inv_2026_0042", "0043"));
    assert!(!part("ab", "abc"));
    assert!(!Phrase::new("oë", Extent::Part).quoted().is_in("Zoe"));
    assert!(Phrase::new("oë", Extent::Part).quoted().is_in("ZOË"));
}

#[test]
fn every_character_of_a_run_begins_a_term() {
    let asked = |typed: &str| -> Vec<(String, bool)> {
        let phrase = Phrase::new(typed, Extent::Whole);
        let all = phrase.lookups().into_iter();
        all.map(|lookup| (lookup.term.to_owned(), lookup.is_beginning))
            .collect()
    };
    assert_eq!(asked("庁"), [("庁".to_owned(), true)]);
    assert_eq!(
        asked("東京都"),
        [("東京".to_owned(), false), ("京都".to_owned(), false)]
    );
    assert_eq!(asked("sam"), [("sam".to_owned(), false)]);
    assert_eq!(
        listed("が\u{3099}き\u{3099}"),
        ["が\u{3099}", "ぎ"],
        "a mark alone is a word"
    );
}
