//! Texts of every script: the index gives what the in-memory evaluator gives, and people are found.

use activity::query::{ByPattern, Entity, Expr, Term, Value, Words, parse};
use activity::text::{Extent, Phrase, fold};
use activity::{Activity, By, Facts, Named, Person, Target, Time};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{asked, open, property, samples, write};

/// Letters of every kind that is treated in a way of its own, each with its own capitals, marks and separators.
const ALPHABETS: [&str; 9] = [
    "abzABZ012",
    "eéëEÉe\u{301}\u{308}oøØłæßẞﬁſ",
    "iıIİi\u{307}Ii",
    "σςΣΟοόαᾳΆ\u{345}",
    "еёЁйЙґ\u{306}",
    "東京都庁大々一",
    "かがカガｶﾞーと\u{3099}",
    "서울시청각가\u{1100}\u{1161}",
    "กาที่นี้ไทยលមြန်हिन्दीשׁرَ",
];
const BETWEEN: &str = " .-_@/:\u{0}\u{1}\u{200c}\u{200d}\u{fe0f}\u{301}👩🎉€";

fn word() -> impl Strategy<Value = String> {
    let letter = |alphabet: &'static str| select(alphabet.chars().collect::<Vec<_>>());
    let of_one = select(&ALPHABETS[..]).prop_flat_map(move |alphabet| vec(letter(alphabet), 1..5));
    of_one.prop_map(String::from_iter)
}

fn text() -> impl Strategy<Value = String> {
    let between = prop_oneof![
        2 => Just(String::new()),
        3 => select(BETWEEN.chars().collect::<Vec<_>>()).prop_map(String::from),
    ];
    vec((word(), between), 0..4).prop_map(|parts| parts.into_iter().flat_map(|(word, gap)| [word, gap]).collect())
}

/// Few texts, so that queries made of them meet several rows.
fn facts(texts: &[String], choice: &[Index]) -> Facts {
    let text = |nth: usize| choice[nth].get(texts).clone();
    let mut facts = Facts::new("user.login", Time(nth(&choice[0])));
    let person = |from: usize| Person {
        id: text(from),
        name: text(from + 1),
        username: text(from + 2),
        email: text(from + 3),
    };
    facts.user = Some(person(0));
    facts.by = By::Member(person(4));
    facts.targets = vec![Target {
        id: text(8),
        name: text(9),
        ..Target::default()
    }];
    facts.group = Some(Named {
        id: "grp".into(),
        name: text(10),
    });
    facts.user_agent = Some(text(11));
    facts.device = Some(text(12));
    facts.description = Some(text(13));
    facts.metadata.insert("key".into(), text(14));
    facts
}

fn nth(index: &Index) -> i64 {
    i64::try_from(index.index(40)).unwrap()
}

fn activities() -> impl Strategy<Value = (Vec<String>, Vec<Activity>)> {
    let choices = vec(vec(any::<Index>(), 15), 1..25);
    (vec(text(), 1..6), choices).prop_map(|(texts, choices)| {
        let rows = choices.iter().zip(700..).map(|(choice, seq)| Activity {
            seq,
            recorded_at: Time(1000),
            facts: facts(&texts, choice),
        });
        let rows = rows.collect();
        (texts, rows)
    })
}

/// A part of one of these texts, as it stands there or folded.
fn part(texts: &[String], (of, from, to): &(Index, Index, Index), folded: bool) -> String {
    let text = of.get(texts);
    let text = if folded { fold(text) } else { text.clone() };
    let count = text.chars().count();
    let from = from.index(count + 1);
    let length = to.index(count - from + 1);
    text.chars().skip(from).take(length).collect()
}

fn queries(phrase: &Phrase) -> Vec<Expr> {
    let value = || Value::new(phrase.clone());
    let entity = || vec![Entity::Is(value())];
    let mut terms = vec![
        Term::User(entity()),
        Term::By(vec![ByPattern::Is(Entity::Is(value()))]),
        Term::Target(entity()),
        Term::Group(entity()),
        Term::Metadata {
            key: "key".into(),
            values: vec![value()],
        },
    ];
    if let Some(words) = Words::new(phrase.clone()) {
        terms.extend([
            Term::Text(words.clone()),
            Term::Device(vec![words.clone()]),
            Term::UserAgent(vec![words]),
        ]);
    }
    terms.into_iter().map(Expr::from).collect()
}

proptest! {
    #![proptest_config(property::config())]

    #[test]
    fn texts_of_every_script_are_found_as_memory_finds_them(
        (texts, rows) in activities(),
        parts in vec((any::<(Index, Index, Index)>(), any::<bool>()), 12),
        phrases in vec(samples::phrase(text()), 3),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let volume = open(dir.path(), &write(dir.path(), &rows));
        let mut all = phrases;
        for (at, folded) in &parts {
            let part = part(&texts, at, *folded);
            for extent in [Extent::Whole, Extent::Beginning, Extent::Part] {
                let phrase = Phrase::new(part.clone(), extent);
                all.extend([phrase.clone().quoted(), phrase]);
            }
        }
        for expr in all.iter().flat_map(queries) {
            let found = volume.count(&mut asked(&expr), 1000).unwrap().n;
            let expected = rows.iter().filter(|row| expr.matches(row)).count() as u64;
            prop_assert_eq!(found, expected, "{} ({:?}) in {:?}", &expr, &expr, &texts);
        }
        property::check(&*volume, &rows, &queries(&all[0])[0], 3)?;
    }
}

/// Rows of one person each.
fn people(names: &[&str]) -> Vec<Activity> {
    let row = |(nth, name): (u64, &&str)| {
        let mut facts = Facts::new("user.login", Time(0));
        facts.user = Some(Person {
            id: format!("usr_{nth}"),
            name: (*name).into(),
            email: format!("p{nth}.hargreaves@example.com"),
            ..Person::default()
        });
        facts.application = Some(Named {
            id: "app_1".into(),
            name: "Web manager".into(),
        });
        facts.user_agent = Some(format!("curl/8.{nth} (Ubuntu)"));
        facts.ip = Some(format!("10.7.0.{nth}").parse().unwrap());
        facts.metadata.insert("invoice".into(), format!("INV-2026-004{nth}"));
        Activity {
            seq: 700 + nth,
            recorded_at: Time(0),
            facts,
        }
    };
    (0..).zip(names).map(row).collect()
}

#[test]
fn people_are_found_as_they_are_typed() {
    let names = [
        "Zoë Hargreaves",
        "Zoe Adams",
        "Οδυσσεύς",
        "STRASSE",
        "İSTANBUL",
        "東京都庁",
        "ประเทศไทย",
        "서울특별시청",
    ];
    let dir = tempfile::tempdir().unwrap();
    let volume = open(dir.path(), &write(dir.path(), &people(&names)));
    for (typed, found) in [
        ("user:zoë", 2),
        ("user:zoe", 2),
        ("user:\"zoë\"", 1),
        ("user:\"zoe hargreaves\"", 1),
        ("zoe", 2),
        ("\"zoë\"", 1),
        ("application:web", 8),
        ("user:ΟΔΥΣΣΕΥΣ", 1),
        ("οδυσσευς", 1),
        ("user:straße", 1),
        ("istanbul", 1),
        ("user:istanbul", 1),
        ("東京", 1),
        ("user:都庁", 1),
        ("庁", 1),
        ("ไทย", 1),
        ("특별", 1),
        ("*argreav*", 8),
        ("user:*p3.harg*", 1),
        ("user_agent:*8.3*", 1),
        ("user_agent:ubuntu", 8),
        ("ubuntu", 8),
        ("metadata.invoice:*0045*", 1),
        ("*2026-0045*", 1),
        ("*0045*", 1),
        ("*2026-0049*", 0),
        ("7", 8),
        ("\"10.7.0.3\"", 1),
        ("*7.0.3*", 1),
    ] {
        let expr = parse(typed, &jiff::tz::TimeZone::UTC).unwrap();
        assert_eq!(volume.count(&mut asked(&expr), 100).unwrap().n, found, "{typed}");
    }
}
