//! How long a question is worked on, and how much one answer holds.

use std::time::Duration;

use activity::query::Expr;
use activity::{Activity, Facts, Time};
use jiff::tz::TimeZone;

use super::{asked, open, write};
use crate::candidates::EVALUATED;
use crate::{Breakdown, Cursor, Deadline, Filling, Order, Overdue, Query, Room, Volume, VolumeError};

/// So many activities, each of about as many bytes as asked for.
fn rows(count: u64, bytes: usize) -> Vec<Activity> {
    let row = |seq: u64| {
        // Out of the order of time, so that every way of reading is met.
        let at = Time(1_800_000_000_000_000 + i64::try_from(seq * 7 % count).unwrap());
        let mut facts = Facts::new("user.login", at);
        facts.description = Some(format!("some words {seq} {}", "x".repeat(bytes)));
        Activity {
            seq,
            recorded_at: Time(1_900_000_000_000_000),
            facts,
        }
    };
    (0..count).map(row).collect()
}

fn volume(rows: &[Activity]) -> (tempfile::TempDir, Volume) {
    let dir = tempfile::tempdir().unwrap();
    let meta = write(dir.path(), rows);
    let volume = open(dir.path(), &meta);
    (dir, volume)
}

/// Decided by the index alone, and by looking at rows.
fn queries() -> [Expr; 3] {
    let parsed = |text: &str| activity::query::parse(text, &TimeZone::UTC).unwrap();
    [Expr::All, parsed("activity:user.*"), parsed("\"some words\"")]
}

fn is(overdue: Overdue) -> impl Fn(VolumeError) -> bool {
    move |error| matches!(error, VolumeError::Overdue(found) if found == overdue)
}

#[test]
fn where_nothing_can_match_no_document_is_looked_at() {
    let (_dir, volume) = volume(&rows(40, 10));
    for text in ["user:nobody", "zzyzx", "activity:nothing.such some", "outcome:failure"] {
        let expr = activity::query::parse(text, &TimeZone::UTC).unwrap();
        let mut query = Query::new(&expr, Deadline::none());
        EVALUATED.set(0);
        for order in [Order::Newest, Order::Oldest, Order::Recorded] {
            let page = volume.search(&mut query, order, None, Filling::new(Room::rows(5)));
            assert!(page.unwrap().is_empty());
            let again = query.another(&expr);
            assert_eq!(volume.scan(again, order, Room::rows(5)).unwrap().count(), 0);
        }
        assert_eq!(volume.count(&mut query, 10).unwrap().n, 0);
        assert_eq!(EVALUATED.get(), 0, "{text}");
    }
    let mut everything = Query::new(&Expr::All, Deadline::none());
    let page = volume.search(&mut everything, Order::Newest, None, Filling::new(Room::rows(5)));
    assert!(page.unwrap().len() == 5 && EVALUATED.get() > 0, "it is counted");
}

#[test]
fn every_way_of_asking_ends_once_its_time_is_over_or_nobody_waits() {
    let (_dir, volume) = volume(&rows(40, 10));
    let given_up = Deadline::none();
    given_up.clone().give_up();
    for (deadline, overdue) in [
        (Deadline::within(Duration::ZERO), Overdue::Time),
        (given_up, Overdue::GivenUp),
    ] {
        for expr in queries() {
            let mut query = Query::new(&expr, deadline.clone());
            for order in [Order::Newest, Order::Oldest, Order::Recorded] {
                assert!(is(overdue)(
                    volume
                        .search(&mut query, order, None, Filling::new(Room::rows(5)))
                        .unwrap_err()
                ));
                let scan = volume.scan(Query::new(&expr, deadline.clone()), order, Room::rows(5));
                assert!(is(overdue)(scan.err().unwrap()));
            }
            assert!(is(overdue)(volume.count(&mut query, 1).unwrap_err()));
            assert!(is(overdue)(
                volume.tally(&mut query, &Breakdown::default()).unwrap_err()
            ));
        }
    }
}

#[test]
fn a_scan_ends_between_two_chunks_when_nobody_waits_any_more() {
    let (_dir, volume) = volume(&rows(40, 10));
    for expr in queries() {
        for order in [Order::Newest, Order::Recorded] {
            let deadline = Deadline::none();
            let mut scan = volume
                .scan(Query::new(&expr, deadline.clone()), order, Room::rows(5))
                .unwrap();
            assert!(scan.next().unwrap().is_ok());
            deadline.give_up();
            assert!(is(Overdue::GivenUp)(scan.next().unwrap().unwrap_err()));
            assert!(scan.next().is_none());
        }
    }
}

#[test]
fn a_page_ends_with_the_row_that_fills_it_and_the_next_goes_on_behind_it() {
    let rows = rows(60, 1000);
    let (_dir, volume) = volume(&rows);
    let room = Room { rows: 50, bytes: 5_000 };
    for expr in queries() {
        for order in [Order::Newest, Order::Oldest, Order::Recorded] {
            let mut paged: Vec<Activity> = Vec::new();
            loop {
                let after = paged.last().map(Cursor::after);
                let page = volume
                    .search(&mut asked(&expr), order, after, Filling::new(room))
                    .unwrap();
                if page.is_empty() {
                    break;
                }
                let bytes: usize = page.iter().map(|row| activity::weight(row)).sum();
                let last = activity::weight(page.last().unwrap());
                assert!(bytes - last < room.bytes, "the row before the last had filled it");
                assert!(
                    page.len() == 5 || paged.len() + page.len() == rows.len(),
                    "{}",
                    page.len()
                );
                paged.extend(page);
            }
            assert_eq!(paged.len(), rows.len(), "{order:?} {expr}");
        }
    }
}

#[test]
fn one_row_beyond_a_full_page_tells_that_there_are_more() {
    let rows = rows(20, 1000);
    let (_dir, volume) = volume(&rows);
    let page = |room| {
        (volume.search(
            &mut asked(&Expr::All),
            Order::Newest,
            None,
            Filling::and_one_beyond(room),
        ))
        .unwrap()
    };
    for (room, fitting, given) in [
        (Room { rows: 50, bytes: 5_000 }, 5, 6),
        (Room { rows: 3, bytes: 5_000 }, 3, 4),
        (Room { rows: 50, bytes: 1 }, 1, 2),
        (
            Room {
                rows: 19,
                bytes: usize::MAX,
            },
            19,
            20,
        ),
        (
            Room {
                rows: 20,
                bytes: usize::MAX,
            },
            20,
            20,
        ),
    ] {
        let found = page(room);
        assert_eq!((room.fitting(&found), found.len()), (fitting, given), "{room:?}");
    }
}

#[test]
fn a_scan_of_large_rows_reads_few_at_a_time() {
    let rows = rows(300, 30_000);
    let (_dir, volume) = volume(&rows);
    let chunk = Room {
        rows: 1000,
        bytes: 150_000,
    };
    for order in [Order::Newest, Order::Recorded] {
        let chunks: Vec<usize> = (volume.scan(asked(&Expr::All), order, chunk).unwrap())
            .map(|chunk| chunk.unwrap().len())
            .collect();
        assert_eq!(chunks.iter().sum::<usize>(), rows.len());
        assert!(chunks.iter().all(|rows| *rows <= 5), "{chunks:?}");
    }
}
