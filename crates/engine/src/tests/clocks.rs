//! A clock that is set while the log is open: told of, and nothing that is remembered for a time is forgotten by it.

use std::sync::Arc;

use activity::{By, Facts, Time};

use super::{START, open_at, parse, reporter};
use crate::{Item, ManualClock, SteadyClock};

const HOUR: i64 = 3_600 * Time::SECOND;

fn reported() -> crate::Batch {
    let mut facts = Facts::new("user.login", START);
    facts.external_id = Some("the same".to_owned());
    reporter(vec![facts])
}

#[tokio::test]
async fn a_clock_that_is_set_is_told_of_and_what_is_remembered_stays_remembered() {
    for (jump, back) in [(25 * HOUR, false), (-25 * HOUR, true)] {
        let (dir, hand) = (
            testkit::Place::new(store::Store::prepare),
            Arc::new(ManualClock::new(START)),
        );
        let steady = || Arc::new(SteadyClock::new(hand.clone()));
        let (store, log) = open_at(&dir, steady(), |_| {}).await;
        let first = log.ingest(reported()).await.unwrap();
        hand.jump(jump);
        // At once it is not believed, nor is what comes dated by it.
        let mut other = reported();
        other.facts[0].external_id = None;
        assert_eq!(log.ingest(other).await.unwrap().recorded_at, START);
        hand.advance(61 * Time::SECOND);
        log.shared().clock().now();
        log.ledger().tell_changes().await.unwrap();
        log.ledger().forget().await.unwrap();
        let told = log.look().await.unwrap();
        let count = told.count(&parse("activity:log.clock_changed"), 10).await.unwrap();
        assert_eq!(count.n, 1);
        let row = log.get(2).await.unwrap().unwrap();
        assert_eq!((&*row.kind, &row.by), ("log.clock_changed", &By::System));
        assert_eq!(row.metadata["to"], START.plus(jump + 61 * Time::SECOND).to_string());
        let again = log.ingest(reported()).await.unwrap();
        assert!(matches!(
            (&first.items[0], &again.items[0]),
            (Item::Recorded { seq: 0 }, Item::Duplicate { seq: 0 })
        ));
        // Nor after a restart.
        log.close().await;
        store.close().await;
        let (_store, log) = open_at(&dir, steady(), |_| {}).await;
        assert!(matches!(
            log.ingest(reported()).await.unwrap().items[0],
            Item::Duplicate { seq: 0 }
        ));
        // By what passes it is forgotten all the same.
        hand.advance(25 * HOUR);
        let later = log.ingest(reported()).await.unwrap();
        assert!(matches!(later.items[0], Item::Recorded { .. }), "{back}: {later:?}");
    }
}

#[tokio::test]
async fn an_hour_that_the_clock_says_for_a_second_dates_nothing() {
    let (dir, hand) = (testkit::Place::embedded(), Arc::new(ManualClock::new(START)));
    let (_store, log) = open_at(&dir, Arc::new(SteadyClock::new(hand.clone())), |_| {}).await;
    hand.jump(27_000 * 24 * HOUR);
    hand.advance(Time::SECOND);
    assert_eq!(
        log.ingest(reported()).await.unwrap().recorded_at,
        START.plus(Time::SECOND)
    );
    hand.jump(-27_000 * 24 * HOUR);
    hand.advance(Time::SECOND);
    let head = log.head().await.unwrap();
    assert_eq!(
        (head.last_recorded_at, head.through.at),
        (START.plus(Time::SECOND), START.plus(2 * Time::SECOND))
    );
    log.ledger().tell_changes().await.unwrap();
    assert_eq!(log.head().await.unwrap().through.size, 1);
}
