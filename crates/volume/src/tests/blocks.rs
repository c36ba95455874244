//! Dictionaries of more values than one block of theirs holds: the index gives what the in-memory evaluator gives for
//! the least and the greatest value of every column, for what lies beyond both, for beginnings and for networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use activity::query::{
    ByKind, ByPattern, Entity, Expr, KindPattern, Present, RecorderPattern, Term, Value, Words, parse,
};
use activity::text::{Extent, Phrase};
use activity::{Activity, By, Facts, Field, Named, Person, Recorder, RecorderKind, Reporter, Target, Time};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{expected, open, write};
use crate::{Cursor, Order, Volume};

const FIRST: u64 = 4;

/// What a value may begin with: the least and the greatest character a text can have, and some between.
const HEADS: [&str; 8] = ["", "\0", "\u{1}", "0", "m", "~", "é", "\u{10ffff}"];

/// A text of its own for each number and place, long enough that a few hundred fill several blocks.
fn text(number: u64, place: u64) -> String {
    let mixed = (number ^ place).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    let head = HEADS[usize::try_from(mixed % HEADS.len() as u64).unwrap()];
    format!("{head}{mixed:016x}")
}

fn person(number: u64, place: u64) -> Person {
    Person {
        id: text(number, place),
        name: text(number, place + 1),
        username: text(number, place + 2),
        email: text(number, place + 3),
    }
}

fn named(number: u64, place: u64) -> Named {
    Named {
        id: text(number, place),
        name: text(number, place + 1),
    }
}

fn target(number: u64, place: u64) -> Target {
    let Person {
        id,
        name,
        username,
        email,
    } = person(number, place);
    Target {
        kind: Target::USER.to_owned(),
        id,
        name,
        username,
        email,
    }
}

fn facts(number: u64) -> Facts {
    let mut facts = Facts::new(text(number, 10), Time((number % 1000) as i64));
    facts.user = Some(person(number, 20));
    facts.by = match number % 6 {
        0 => By::Themself,
        1 => By::System,
        2 => By::Administrator(person(number, 30)),
        3 => By::Member(person(number, 30)),
        4 => By::Person(person(number, 30)),
        _ => By::Application(named(number, 30)),
    };
    facts.targets = vec![target(number, 40), target(number, 50)];
    facts.group = Some(named(number, 60));
    facts.application = Some(named(number, 70));
    facts.ip = Some(match number % 2 {
        0 => IpAddr::from(Ipv4Addr::from((number >> 8) as u32)),
        _ => IpAddr::from(Ipv6Addr::from(u128::from(number) << 64 | u128::from(number))),
    });
    for (field, place) in [
        Field::Reason,
        Field::Device,
        Field::UserAgent,
        Field::Country,
        Field::Place,
        Field::TraceId,
    ]
    .into_iter()
    .zip(80..)
    {
        *field.text_mut(&mut facts).unwrap() = Some(text(number, place));
    }
    let Named { id, name } = named(number, 90);
    let kind = RecorderKind::ALL[usize::try_from(number % 5).unwrap()];
    facts.recorder = Recorder::new(kind, Reporter { id, name, ip: facts.ip });
    facts
}

/// The least, the greatest and one between of a column's texts, and texts below and above all of them.
fn telling(mut all: Vec<String>) -> Vec<String> {
    all.sort_unstable();
    let mut telling = vec![String::new(), "\u{10ffff}\u{10ffff}".to_owned()];
    telling.extend(
        [0, all.len() / 2, all.len() - 1]
            .iter()
            .filter_map(|at| all.get(*at).cloned()),
    );
    telling
}

fn column(rows: &[Activity], of: impl Fn(&Facts) -> Option<String>) -> Vec<String> {
    telling(rows.iter().filter_map(|row| of(&row.facts)).collect())
}

/// This value in every way it can be asked for: whole, by its id, by its beginnings.
fn entities(texts: Vec<String>, term: impl Fn(Vec<Entity>) -> Term) -> Vec<Term> {
    let ways = |text: String| {
        let head: String = text.chars().take(2).collect();
        [
            Entity::Id(text.clone()),
            Entity::Is(Value::exact(text.clone())),
            Entity::Is(Value::prefix(text)),
            Entity::Is(Value::prefix(head)),
        ]
    };
    texts
        .into_iter()
        .flat_map(ways)
        .map(|entity| term(vec![entity]))
        .collect()
}

fn values(texts: Vec<String>, term: impl Fn(Vec<Value>) -> Term) -> Vec<Term> {
    let ways = |text: String| [Value::exact(text.clone()), Value::prefix(text)];
    texts
        .into_iter()
        .flat_map(ways)
        .map(|value| term(vec![value]))
        .collect()
}

fn people(rows: &[Activity]) -> Vec<Term> {
    let by = |facts: &Facts| facts.by.person().map(|person| person.id.clone());
    let mut terms = entities(column(rows, |facts| Some(facts.user.as_ref()?.id.clone())), Term::User);
    terms.extend(entities(
        column(rows, |facts| Some(facts.user.as_ref()?.email.clone())),
        Term::User,
    ));
    terms.extend(entities(column(rows, by), |any| {
        Term::By(any.into_iter().map(ByPattern::Is).collect())
    }));
    terms.extend(entities(
        column(rows, |facts| Some(facts.targets[0].id.clone())),
        Term::Target,
    ));
    terms.extend(entities(
        column(rows, |facts| Some(facts.targets[1].id.clone())),
        Term::Target,
    ));
    terms.extend(entities(
        column(rows, |facts| Some(facts.group.as_ref()?.id.clone())),
        Term::Group,
    ));
    terms.extend(entities(
        column(rows, |facts| Some(facts.application.as_ref()?.id.clone())),
        Term::Application,
    ));
    terms.extend(entities(
        column(rows, |facts| Some(facts.recorder.reporter()?.id.clone())),
        |any| Term::Reported(any.into_iter().map(RecorderPattern::Is).collect()),
    ));
    terms
}

fn texts(rows: &[Activity]) -> Vec<Term> {
    let of = |field: Field| column(rows, move |facts| field.text(facts).map(str::to_owned));
    let words = |texts: Vec<String>| -> Vec<Words> {
        let extents = [Extent::Whole, Extent::Beginning, Extent::Part];
        let ways = |text: String| extents.map(|extent| Words::new(Phrase::new(text.clone(), extent)));
        texts.into_iter().flat_map(ways).flatten().collect()
    };
    let mut terms = values(of(Field::Reason), Term::Reason);
    terms.extend(values(of(Field::TraceId), Term::Trace));
    terms.extend(
        words(of(Field::Device))
            .into_iter()
            .map(|words| Term::Device(vec![words])),
    );
    terms.extend(
        words(of(Field::Place))
            .into_iter()
            .map(|words| Term::Place(vec![words])),
    );
    terms.extend(words(of(Field::Reason)).into_iter().map(Term::Text));
    terms.extend(
        of(Field::Country)
            .into_iter()
            .map(|country| Term::Country(vec![country])),
    );
    for code in column(rows, |facts| Some(facts.kind.to_string())) {
        terms.push(Term::Kind(vec![KindPattern::Exact(code.clone())]));
        terms.push(Term::Kind(vec![KindPattern::Prefix(code)]));
    }
    terms
}

/// Closed sorts, which begin values: the last sort ends where the dictionary ends.
fn sorts() -> Vec<Term> {
    let by = ByKind::WORDS
        .into_iter()
        .map(|(_, kind)| Term::By(vec![ByPattern::Kind(kind)]));
    let recorders = RecorderKind::ALL
        .iter()
        .map(|kind| Term::Reported(vec![RecorderPattern::Kind(*kind)]));
    let fields = [Field::User, Field::Ip, Field::UserAgent, Field::Targets, Field::Raw];
    let present = fields.into_iter().map(|field| Term::Has(vec![Present::Field(field)]));
    by.chain(recorders).chain(present).collect()
}

fn networks(rows: &[Activity]) -> Vec<Expr> {
    let mut all: Vec<IpAddr> = rows.iter().filter_map(|row| row.ip).collect();
    all.sort_unstable();
    let (least, greatest) = (all[0], all[all.len() - 1]);
    let mut nets: Vec<String> = [
        "0.0.0.0/0",
        "::/0",
        "::/1",
        "8000::/1",
        "0.0.0.0/32",
        "255.255.255.255/32",
    ]
    .map(str::to_owned)
    .to_vec();
    nets.push("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff".to_owned());
    for ip in [least, greatest] {
        nets.push(ip.to_string());
        nets.push(format!("{ip}/{}", if ip.is_ipv4() { 32 } else { 128 }));
        nets.push(format!("{ip}/1"));
    }
    let read = |net: String| parse(&format!("ip:{net}"), &jiff::tz::TimeZone::UTC).ok();
    nets.into_iter().filter_map(read).collect()
}

fn seqs(volume: &Volume, query: &Expr, order: Order) -> Vec<u64> {
    let chunks = volume.scan(super::asked(query), order, crate::Room::rows(100)).unwrap();
    chunks.flat_map(Result::unwrap).map(|row| row.seq).collect()
}

proptest! {
    // Few cases: each asks hundreds of queries of volumes with hundreds of rows.
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 0, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_ends_of_long_dictionaries_are_found_as_in_memory(numbers in vec(any::<u64>(), 500..600), cut in 200usize..300) {
        let rows: Vec<Activity> = numbers
            .into_iter()
            .zip(FIRST..)
            .map(|(number, seq)| Activity { seq, recorded_at: Time(2000), facts: facts(number) })
            .collect();
        let dir = tempfile::tempdir().unwrap();
        let parts = [&rows[..cut], &rows[cut..]].map(|part| open(dir.path(), &write(dir.path(), part)));
        let merged = super::merge(dir.path(), &parts).unwrap();
        let merged = open(dir.path(), &merged);
        let mut queries: Vec<Expr> = people(&rows).into_iter().chain(texts(&rows)).chain(sorts()).map(Expr::from).collect();
        queries.extend(networks(&rows));
        for query in &queries {
            let expected: Vec<u64> = expected(&rows, query, Order::Newest).iter().map(|row| row.seq).collect();
            prop_assert_eq!(seqs(&merged, query, Order::Newest), expected.clone(), "merged `{}`", query);
            prop_assert_eq!(merged.count(&mut super::asked(query), 1_000_000).unwrap().n, expected.len() as u64, "count `{}`", query);
            let page = merged.search(&mut super::asked(query), Order::Newest, None, crate::Filling::new(crate::Room::rows(7))).unwrap();
            let cursors: Vec<Cursor> = page.iter().map(Cursor::after).collect();
            prop_assert_eq!(cursors.len(), expected.len().min(7), "page `{}`", query);
            let mut apart: Vec<u64> = parts.iter().flat_map(|part| seqs(part, query, Order::Recorded)).collect();
            apart.sort_unstable();
            let mut expected = expected;
            expected.sort_unstable();
            prop_assert_eq!(apart, expected, "parts `{}`", query);
        }
    }
}
