//! Appending inside a caller's transaction.

use activity::Time;
use activity::query::Expr;

use store::log::activity_type;

use super::{Bed, START, facts, many, seqs};
use crate::{LogError, Order};

#[tokio::test(flavor = "multi_thread")]
async fn an_append_is_visible_with_the_change_it_tells_of_and_not_before() {
    let bed = Bed::new(1000).await;
    let mut tx = bed.store.begin().await.unwrap();
    activity_type::ensure(&mut tx, "thing.changed", START).await.unwrap();
    assert_eq!(bed.log.append(&mut tx, many(0..3)).await.unwrap(), 0..3);
    assert_eq!(bed.log.append(&mut tx, many(3..5)).await.unwrap(), 3..5);
    let before = bed.page(&Expr::All, Order::Newest, None, 10).await;
    assert!(before.rows.is_empty());
    assert_eq!(before.complete_through.size, 0);
    assert!(!bed.log.recorded_since().await.unwrap().contains_key("thing.changed"));
    tx.commit().await.unwrap();
    assert!(bed.log.recorded_since().await.unwrap().contains_key("thing.changed"));
    let after = bed.page(&Expr::All, Order::Newest, None, 10).await;
    assert_eq!(seqs(&after.rows), [4, 3, 2, 1, 0]);
    assert_eq!(after.complete_through.size, 5);
    assert_eq!(*bed.log.watch().borrow(), 5);
    bed.assert_root().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_leaves_nothing_and_no_gap() {
    let bed = Bed::new(1000).await;
    bed.append(many(0..2)).await;
    for explicit in [true, false] {
        let mut tx = bed.store.begin().await.unwrap();
        let mut stranger = facts(9);
        stranger.kind = "invoice.paid".into();
        stranger.user.as_mut().unwrap().id = "usr_stranger".to_owned();
        assert_eq!(bed.log.append(&mut tx, vec![stranger]).await.unwrap(), 2..3);
        if explicit { tx.rollback().await } else { drop(tx) }
    }
    assert_eq!(bed.log.head().await.unwrap().through.size, 2);
    assert!(!bed.log.recorded_since().await.unwrap().contains_key("invoice.paid"));
    assert_eq!(bed.append(many(2..3)).await, 2..3);
    bed.assert_root().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_at_never_goes_back_even_if_the_clock_does() {
    let bed = Bed::new(1000).await;
    bed.append(many(0..1)).await;
    bed.clock.advance(-Time::DAY);
    bed.append(many(1..2)).await;
    bed.clock.set(START.plus(Time::SECOND));
    bed.append(many(2..3)).await;
    let rows = bed.all(&Expr::All, Order::Recorded, 10).await;
    let times: Vec<Time> = rows.iter().map(|row| row.recorded_at).collect();
    assert_eq!(times, [START, START, START.plus(Time::SECOND)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn completeness_waits_for_an_append_under_way() {
    let bed = Bed::embedded(1000).await;
    let mut tx = bed.store.begin().await.unwrap();
    bed.log.append(&mut tx, many(0..1)).await.unwrap();
    bed.clock.advance(Time::SECOND);
    let held = bed.page(&Expr::All, Order::Newest, None, 1).await.complete_through;
    assert_eq!(
        (held.size, held.at),
        (0, START),
        "an activity of {START} may still come"
    );
    tx.commit().await.unwrap();
    let free = bed.page(&Expr::All, Order::Newest, None, 1).await.complete_through;
    assert_eq!((free.size, free.at), (1, START.plus(Time::SECOND)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_is_recorded_since_its_first_activity() {
    let bed = Bed::new(1000).await;
    bed.append(many(0..1)).await;
    bed.clock.advance(Time::DAY);
    bed.append(many(1..5)).await;
    let since = bed.log.recorded_since().await.unwrap();
    assert_eq!(since.get("user.login"), Some(&START));
    assert_eq!(since.get("user.login_failed"), Some(&START.plus(Time::DAY)));
    assert_eq!(since.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_after_reopening() {
    let bed = Bed::new(1000).await;
    bed.append(many(0..50)).await;
    let before = bed.all(&Expr::All, Order::Newest, 7).await;
    let bed = bed.reopen(1000).await;
    assert_eq!(bed.all(&Expr::All, Order::Newest, 7).await, before);
    assert_eq!(bed.append(many(50..51)).await, 50..51);
    bed.assert_root().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_log_takes_nothing() {
    let bed = Bed::new(1000).await;
    bed.log.close().await;
    let refused = bed.log.ingest(super::reporter(many(0..1))).await;
    assert!(matches!(
        refused,
        Err(crate::IngestError::Unavailable(LogError::Closed))
    ));
}
