//! The walk in the order of time, against sorting everything.

use activity::Time;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{BLOCK, Key, Places, TimeMap, Walk, Within, file};
use crate::{Cursor, Order, Rank};

const FIRST_SEQ: u64 = 1_000;
const ALWAYS: Within = Within { from: None, to: None };

fn map(times: &[i64]) -> TimeMap {
    TimeMap::read(u32::try_from(times.len()).unwrap(), |from, out| {
        out.copy_from_slice(&times[from as usize..][..out.len()]);
    })
}

fn places(newest: bool) -> Places {
    Places {
        order: if newest { Order::Newest } else { Order::Oldest },
        first_seq: FIRST_SEQ,
    }
}

fn keys(times: &[i64]) -> impl Iterator<Item = Key> {
    times.iter().copied().zip(0..)
}

/// Everything a walk gives, and how many documents it looked at for that.
fn walked(times: &[i64], mut walk: Walk, places: Places, rows: u32, most: usize) -> (Vec<Key>, usize) {
    let map = map(times);
    let (mut given, mut looked) = (Vec::new(), 0);
    while let Some(window) = walk.next(&map, rows) {
        let docs = window.docs.iter().cloned().flatten();
        let inside = docs.inspect(|_| looked += 1).map(|doc| (times[doc as usize], doc));
        let mut found: Vec<(Rank, Key)> = inside.map(|key| (places.rank(key), key)).collect();
        found.retain(|(rank, _)| *rank >= window.from && window.to.is_none_or(|to| *rank < to));
        found.sort_unstable();
        if found.len() > most {
            found.truncate(most);
            walk.resume_after(found[most - 1].0);
        }
        given.extend(found.into_iter().map(|(_, key)| key));
    }
    (given, looked)
}

/// Times of several senders: each is in order or not, some are late, and some tell of long ago.
fn times() -> impl Strategy<Value = Vec<i64>> {
    let sender = (0..4i64, 0..30i64, any::<bool>());
    let row = (0..4usize, -3..4i64);
    (vec(sender, 4), vec(row, 1..120)).prop_map(|(senders, rows)| {
        let row = |(at, (sender, jitter)): (i64, (usize, i64))| {
            let (age, step, jitters) = senders[sender];
            let jitter = if jitters { jitter } else { 0 };
            at * step / 10 - age * 1_000_000 + jitter
        };
        (0..).zip(rows).map(row).collect()
    })
}

proptest! {
    #[test]
    fn a_walk_gives_what_sorting_gives(
        times in times(),
        newest in any::<bool>(),
        rows in 1u32..20,
        most in 1usize..30,
        cursor in proptest::option::of((0usize..120, -150i64..150)),
        within in proptest::option::of((0usize..120, 0usize..120)),
        end in proptest::option::of((0usize..120, -150i64..150)),
    ) {
        let at = |place: usize| times[place % times.len()];
        let after = cursor.map(|(place, seq)| Cursor {
            occurred_at: Time(at(place)),
            seq: FIRST_SEQ.saturating_add_signed(seq),
        });
        let until = end.map(|(place, seq)| {
            let row = Cursor { occurred_at: Time(at(place)), seq: FIRST_SEQ.saturating_add_signed(seq) };
            Rank::of(places(newest).order, row)
        });
        let bounds = within.map_or((None, None), |(from, to)| (Some(Time(at(from))), Some(Time(at(to)))));
        let mut expected: Vec<Key> = keys(&times)
            .filter(|(time, doc)| {
                let row = Cursor { occurred_at: Time(*time), seq: FIRST_SEQ + u64::from(*doc) };
                after.is_none_or(|after| if newest { row < after } else { row > after })
                    && bounds.0.is_none_or(|from| *time >= from.0)
                    && bounds.1.is_none_or(|to| *time < to.0)
                    && until.is_none_or(|until| places(newest).rank((*time, *doc)) < until)
            })
            .collect();
        expected.sort_unstable();
        if newest {
            expected.reverse();
        }
        let walk = Walk::new(places(newest), Within { from: bounds.0, to: bounds.1 }, after).to(until);
        let (mut given, _) = walked(&times, walk, places(newest), rows, most);
        // A window may reach beyond the bounds of time; the question itself leaves that out.
        given.retain(|(time, _)| bounds.0.is_none_or(|from| *time >= from.0) && bounds.1.is_none_or(|to| *time < to.0));
        prop_assert_eq!(given, expected);
    }

    #[test]
    fn spans_come_back_from_their_file_and_anything_else_is_refused(times in times(), at in any::<prop::sample::Index>()) {
        let map = map(&times);
        let bytes = file::encode(&map);
        prop_assert_eq!(file::decode(&bytes), Some(map));
        prop_assert_eq!(file::decode(&bytes[..at.index(bytes.len())]), None);
    }

    #[test]
    fn the_blocks_between_two_edges_have_no_time_beyond_them(times in times(), mut edges in prop::collection::vec(0usize..120, 2..6)) {
        edges.sort_unstable();
        let mut edges: Vec<Time> = edges.into_iter().map(|at| Time(times[at % times.len()])).collect();
        edges.sort_unstable();
        edges.dedup();
        let bars = map(&times).bars(&edges);
        for (time, doc) in keys(&times) {
            let pair = edges.partition_point(|edge| edge.0 <= time).checked_sub(1).filter(|pair| pair + 1 < edges.len());
            let whole = bars.whole.iter().find(|(docs, _)| docs.contains(&doc)).map(|(_, pair)| *pair);
            if bars.mixed.iter().any(|docs| docs.contains(&doc)) {
                prop_assert_eq!(whole, None);
            } else {
                prop_assert_eq!(whole, pair, "{} at {}", doc, time);
            }
        }
    }

    #[test]
    fn the_blocks_of_a_range_are_those_that_have_a_time_in_it(times in times(), ends in (0usize..120, 0usize..120)) {
        let (from, to) = (times[ends.0 % times.len()], times[ends.1 % times.len()]);
        let blocks = map(&times).blocks(from, to);
        for (time, doc) in keys(&times) {
            let inside = (from..to).contains(&time);
            prop_assert!(!inside || blocks.iter().any(|docs| docs.contains(&doc)));
        }
        for docs in blocks {
            let span = &times[docs.start as usize..docs.end as usize];
            prop_assert!(span.iter().any(|time| *time >= from) && span.iter().any(|time| *time < to));
        }
    }
}

/// Live rows, and last year's between any two of them.
fn interleaved(rows: i64) -> Vec<i64> {
    let year = 365 * 86_400_000_000;
    (0..rows)
        .flat_map(|at| [year + at * 1_000_000, at * 1_000_000])
        .collect()
}

#[test]
fn of_two_streams_row_by_row_only_the_blocks_that_a_page_needs_are_looked_at() {
    let times = interleaved(600);
    let year = 365 * 86_400_000_000;
    for (newest, after) in [
        (true, None),
        (false, None),
        (true, Some(year - 1)),
        (false, Some(year - 1)),
        (true, Some(300_000_000)),
    ] {
        let cursor = after.map(|at| Cursor {
            occurred_at: Time(at),
            seq: 0,
        });
        let mut walk = Walk::new(places(newest), ALWAYS, cursor);
        let window = walk.next(&map(&times), BLOCK).unwrap();
        let looked: usize = window.docs.iter().map(ExactSizeIterator::len).sum();
        // Half of the rows of a block are of the stream that is asked for.
        assert!(
            looked <= 4 * BLOCK as usize,
            "{looked} documents of {} for one page",
            times.len()
        );
    }
    // And everything, in windows: no block more than a few times.
    let walk = Walk::new(places(true), ALWAYS, None);
    let (given, looked) = walked(&times, walk, places(true), 2 * BLOCK, usize::MAX);
    assert_eq!(given.len(), times.len());
    assert!(looked <= 4 * times.len(), "{looked} documents looked at");
}
