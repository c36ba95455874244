//! What keeps the log from taking activities is measured and said.

use activity::Time;

use super::{Bed, many};
use crate::Obstacle;

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_behind_the_log_a_database_without_room_and_a_sealer_that_fails_are_seen() {
    let bed = Bed::with(|settings| (settings.seal_at, settings.background) = (50, false)).await;
    assert_eq!(bed.log.obstacle().await, None);
    bed.clock.advance(Time::DAY);
    bed.append(many(0..10)).await;
    bed.clock.advance(-Time::DAY);
    assert_eq!(bed.log.obstacle().await, Some(Obstacle::ClockBehind));
    bed.clock.advance(Time::DAY);
    assert_eq!(bed.log.obstacle().await, None);

    bed.store.refuse("UPDATE", "log_head").await.unwrap();
    let mut tx = bed.store.begin().await.unwrap();
    assert!(bed.log.append(&mut tx, many(10..11)).await.is_err());
    drop(tx);
    assert_eq!(bed.log.obstacle().await, Some(Obstacle::NotWriting));
    bed.store.allow("UPDATE", "log_head").await.unwrap();
    assert_eq!(bed.log.obstacle().await, None);

    bed.log.ledger().note_sealing(true);
    assert_eq!(bed.log.obstacle().await, None, "there is room for more");
    bed.append(many(10..200)).await;
    assert_eq!(bed.log.obstacle().await, Some(Obstacle::NotSealing));
    bed.log.ledger().note_sealing(false);
    assert_eq!(bed.log.obstacle().await, None, "it is only slow");
    bed.store.fail("a test");
    assert_eq!(bed.log.obstacle().await, Some(Obstacle::Failed));
}
