use std::collections::{BTreeMap, BTreeSet};

use activity::limits;

use super::course::ROUND_MICROS;
use super::people::PEOPLE;
use super::*;

const END: Time = Time(1_790_000_000 * Time::SECOND);

fn traffic(rows: u64) -> Traffic {
    Traffic::new(7, Course::new(rows, END))
}

fn share(rows: &[Facts], of: impl Fn(&Facts) -> bool) -> f64 {
    rows.iter().filter(|facts| of(facts)).count() as f64 / rows.len() as f64
}

#[test]
fn the_same_seed_gives_the_same_rows_in_any_order() {
    let (one, other) = (traffic(50_000), traffic(50_000));
    for place in (0..50_u64).rev().map(|at| at * 997) {
        assert_eq!(one.facts(place), other.facts(place), "{place}");
    }
    let another = Traffic::new(8, Course::new(50_000, END));
    assert_ne!(one.facts(1), another.facts(1));
}

#[test]
fn every_part_arrives_once() {
    for rows in [1, 99, 1_000, 100_000, 123_457] {
        let course = Course::new(rows, END);
        let parts: Vec<_> = (0..rows).map(|place| course.part(place)).collect();
        let of = |wanted: fn(&Part) -> Option<u64>| parts.iter().filter_map(wanted).collect::<Vec<u64>>();
        let live = of(|part| if let Part::Live(at) = part { Some(*at) } else { None });
        let imported = of(|part| if let Part::Import(at) = part { Some(*at) } else { None });
        assert!(live.iter().copied().eq(0..live.len() as u64), "{rows}");
        assert!(imported.iter().copied().eq(0..imported.len() as u64), "{rows}");
        assert_eq!(imported.len() as u64, rows * 5 / 100, "{rows}");
    }
}

#[test]
fn the_import_comes_at_the_end_alone_and_then_between_live_rows() {
    let rows = 100_000;
    let course = Course::new(rows, END);
    let imports: Vec<u64> = (0..rows)
        .filter(|place| matches!(course.part(*place), Part::Import(_)))
        .collect();
    assert!(imports[0] >= rows * 9 / 10, "{}", imports[0]);
    let jumps = imports.windows(2).filter(|pair| pair[1] > pair[0] + 1).count();
    assert!(jumps > imports.len() * 3 / 10 && jumps < imports.len() / 2, "{jumps}");
    let made: Vec<Time> = imports
        .iter()
        .map(|place| course.occurred(course.part(*place), 0.5))
        .collect();
    assert!(made.is_sorted() && made[0] >= course.begin());
    assert!(made[made.len() - 1] < END.plus(-364 * Time::DAY));
}

#[test]
fn live_rows_are_up_to_five_seconds_late_and_one_of_a_hundred_an_hour() {
    for rows in [100_000, 1_000_000] {
        let traffic = traffic(rows);
        let (mut late, mut live) = (0, 0);
        for place in (0..rows).step_by(7) {
            let Part::Live(at) = traffic.course.part(place) else {
                continue;
            };
            let delivered = traffic.course.delivered(at);
            let behind = delivered.0 - traffic.facts(place).occurred_at.0;
            let hour = if behind > LATE_MICROS { LATE_MICROS } else { 0 };
            assert!((1..=ROUND_MICROS).contains(&(behind - hour)), "{place}: {behind}");
            assert!(delivered <= END, "{place}");
            late += u64::from(hour > 0);
            live += 1;
        }
        let share = late as f64 / live as f64;
        assert!((0.008..0.012).contains(&share), "{share}");
    }
}

#[test]
fn eight_deliveries_overlap_wholly() {
    let course = Course::new(100_000, END);
    let spans: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let first = course.occurred(Part::Live(sender * DELIVERY), 0.0);
            first..course.occurred(Part::Live((sender + 1) * DELIVERY - 1), 0.0)
        })
        .collect();
    let latest_start = spans.iter().map(|span| span.start).max();
    let earliest_end = spans.iter().map(|span| span.end).min();
    let (Some(start), Some(end)) = (latest_start, earliest_end) else {
        panic!("no deliveries")
    };
    assert!(start < end && end.0 - start.0 > ROUND_MICROS * 9 / 10);
    assert!(course.delivered(ROUND_ROWS - 1) < course.occurred(Part::Live(ROUND_ROWS), 0.0).plus(ROUND_MICROS));
}

const ROUND_ROWS: u64 = SENDERS * DELIVERY;

#[test]
fn half_of_the_rows_are_newer_than_the_middle() {
    let traffic = traffic(400_000);
    let middle = traffic.course.middle();
    let rows: Vec<Facts> = (0..400_000).step_by(11).map(|place| traffic.facts(place)).collect();
    let newer = share(&rows, |facts| facts.occurred_at > middle);
    assert!((0.47..0.53).contains(&newer), "{newer}");
}

#[test]
fn the_busiest_of_a_hundred_thousand_do_as_much_as_zipf_says() {
    let traffic = traffic(60_000);
    let mut counts = BTreeMap::<String, u64>::new();
    for facts in traffic.between(0, 60_000) {
        *counts.entry(facts.user.unwrap_or_default().id).or_default() += 1;
    }
    assert_eq!(traffic.people.len(), PEOPLE);
    // 1 / H(100,000) and the first ten of it.
    let busiest = counts[&traffic.people[0].person.id] as f64 / 60_000.0;
    assert!((0.078..0.088).contains(&busiest), "{busiest}");
    let ten: u64 = traffic.people[..10]
        .iter()
        .filter_map(|who| counts.get(&who.person.id))
        .sum();
    assert!((0.23..0.26).contains(&(ten as f64 / 60_000.0)), "{ten}");
    assert!(counts.len() > 10_000, "{}", counts.len());
}

#[test]
fn ids_are_as_random_as_the_products() {
    let traffic = traffic(1_000);
    let ids: BTreeSet<&str> = traffic.people.iter().map(|who| &*who.person.id).collect();
    assert_eq!(ids.len(), PEOPLE);
    // Seventy-four random bits: the last twelve characters begin with each of 32 as often.
    let mut firsts = BTreeMap::<u8, usize>::new();
    for id in ids {
        let (sort, rest) = id.split_once('-').expect("a sort and the rest");
        assert!(sort == "usr" && rest.len() == 26, "{id}");
        *firsts.entry(rest.as_bytes()[14]).or_default() += 1;
    }
    let expected = PEOPLE / 32;
    assert!(
        firsts.len() == 32 && firsts.values().all(|n| n.abs_diff(expected) < expected / 5),
        "{firsts:?}"
    );
}

#[test]
fn the_rows_are_what_the_questions_are_asked_about() {
    let traffic = traffic(100_000);
    let rows: Vec<Facts> = (0..100_000).step_by(3).map(|place| traffic.facts(place)).collect();
    let near = |value: f64, wanted: f64| (value - wanted).abs() < wanted / 6.0;
    let failures = share(&rows, |facts| facts.outcome == Outcome::Failure);
    assert!(near(failures, 0.04), "{failures}");
    let has_word = |facts: &Facts| {
        facts
            .device
            .iter()
            .any(|device| device.to_lowercase().contains(places::COMMON_WORD))
    };
    assert!(near(share(&rows, has_word), 0.3), "{}", share(&rows, has_word));
    let in_group = |facts: &Facts| {
        facts
            .group
            .as_ref()
            .is_some_and(|group| group.id == traffic.group(0.01))
    };
    assert!(near(share(&rows, in_group), 0.01), "{}", share(&rows, in_group));
    let begins = |text: &'static str| move |facts: &Facts| facts.ip.is_some_and(|ip| ip.to_string().starts_with(text));
    assert!(share(&rows, begins(places::NETWORK_BEGINS)) > 0.002);
    assert!(near(
        share(&rows, |facts| facts
            .ip
            .is_some_and(|ip| ip.to_string() == places::GATEWAY)),
        0.01
    ));
    assert!(share(&rows, |facts| facts.ip.is_some_and(|ip| ip.is_ipv6())) > 0.1);
    assert_eq!(
        share(&rows, |facts| facts
            .user
            .as_ref()
            .is_some_and(|user| user.id == traffic.nobody())),
        0.0
    );
}

#[test]
fn all_types_come_and_a_log_takes_every_row() {
    let (traffic, mut codes) = (traffic(100_000), BTreeSet::new());
    assert_eq!((traffic.kinds.len(), traffic.kinds.thousandths()), (30, 1000));
    let (mut scripts, mut sessions) = (BTreeSet::new(), BTreeMap::<String, u64>::new());
    for facts in traffic.between(0, 30_000) {
        limits::check(&facts, END).expect("a row that a log takes");
        scripts.extend(
            facts
                .description
                .iter()
                .flat_map(|note| note.chars())
                .map(|c| c as u32 >> 8),
        );
        for target in facts.targets.iter().filter(|target| target.kind == "session") {
            *sessions.entry(target.id.clone()).or_default() += 1;
        }
        codes.insert(facts.kind.to_string());
    }
    assert_eq!(codes.len(), 30, "{codes:?}");
    // Greek, Thai, kana and Chinese characters.
    assert!(
        [0x03, 0x0E, 0x30, 0x59].iter().all(|block| scripts.contains(block)),
        "{scripts:?}"
    );
    assert!(sessions.len() > 500, "{}", sessions.len());
}
