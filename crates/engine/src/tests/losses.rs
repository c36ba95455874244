//! What is lost before it can be sealed: batches, keys, the values of a row. The log goes on, names what it lacks, and its
//! tree stays the one that was committed.

use activity::Activity;
use activity::query::Expr;
use store::log::{HotBatch, hot_batch, lost_batch};

use super::{Bed, facts, many, seqs};
use crate::{LogError, Order, batch, leaves};

/// Four batches of ten.
async fn bed() -> Bed {
    let bed = Bed::at(testkit::Place::embedded(), |settings| {
        (settings.seal_at, settings.merge_factor) = (50, 0)
    })
    .await;
    for first in [0, 10, 20, 30] {
        bed.append(many(first..first + 10)).await;
    }
    bed
}

impl Bed {
    async fn loses(&self, seqs: std::ops::Range<u64>, of: u64, what: &str) {
        let page = self.page(&Expr::All, Order::Recorded, None, 1_000).await;
        let others: Vec<u64> = (0..of).filter(|seq| !seqs.contains(seq)).collect();
        assert_eq!(super::seqs(&page.rows), others, "{what}");
        assert_eq!(page.unreadable.len(), 1, "{what}: {:?}", page.unreadable);
        assert_eq!(page.unreadable[0].seqs, seqs, "{what}");
        let get = self.log.get(seqs.start).await;
        assert!(matches!(get, Err(LogError::Unreadable(_))), "{what}");
        let verified = self.log.verify(|_| {}).await.unwrap();
        let count = seqs.end - seqs.start;
        assert_eq!((verified.sound, verified.lost), (of - count, 0), "{what}: {verified:?}");
        assert_eq!(verified.faults.len(), 1, "{what}: {verified:?}");
        assert_eq!(
            (verified.faults[0].first_seq, verified.faults[0].count),
            (seqs.start, count)
        );
    }

    async fn is_sound(&self, of: u64, what: &str) {
        let verified = self.log.verify(|_| {}).await.unwrap();
        assert_eq!((verified.sound, &verified.faults[..]), (of, &[][..]), "{what}");
        assert_eq!(self.all(&Expr::All, Order::Newest, 7).await.len() as u64, of, "{what}");
    }
}

const DAMAGES: [&str; 6] = [
    "UPDATE hot_batch SET facts = CAST(facts || x'00' AS BLOB) WHERE first_seq = 10",
    "UPDATE hot_batch SET recorded_at = recorded_at + 1 WHERE first_seq = 10",
    "UPDATE hot_batch SET root = (SELECT root FROM hot_batch WHERE first_seq = 20) WHERE first_seq = 10",
    "UPDATE hot_batch SET count = 9 WHERE first_seq = 10",
    "UPDATE hot_batch SET count = 12 WHERE first_seq = 10",
    // Of its leaves, the facts tell.
    "UPDATE hot_batch SET leaves = (SELECT leaves FROM hot_batch WHERE first_seq = 20) WHERE first_seq = 10",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_damaged_for_good_is_set_aside_and_everything_else_is_sealed_and_read() {
    for damage in DAMAGES {
        let bed = bed().await;
        bed.sql(damage).await;
        let bed = bed.reopened().await;
        bed.loses(10..20, 40, damage).await;
        bed.log.settle(true).await.unwrap();
        assert_eq!(bed.log.head().await.unwrap().sealed, 40, "{damage}");
        bed.loses(10..20, 40, damage).await;
        bed.append(many(40..70)).await;
        bed.log.settle(true).await.unwrap();
        let bed = bed.reopened().await;
        bed.loses(10..20, 70, damage).await;
        let kept = lost_batch::list(&mut bed.store.glance().await.unwrap()).await.unwrap();
        assert_eq!((kept.len(), kept[0].from, kept[0].end), (1, 10, 20), "{damage}");
        let done = bed.log.reindex(true).await.unwrap();
        assert!(done.iter().all(|(_, done)| done.is_ok()), "{damage}: {done:?}");
        bed.loses(10..20, 70, damage).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_was_put_right_before_it_is_due_is_not_lost() {
    let bed = bed().await;
    bed.sql("CREATE TABLE was AS SELECT * FROM hot_batch WHERE first_seq = 10")
        .await;
    bed.sql(DAMAGES[0]).await;
    let bed = bed.reopened().await;
    bed.loses(10..20, 40, "damaged").await;
    bed.sql("DELETE FROM hot_batch WHERE first_seq = 10").await;
    bed.sql("INSERT INTO hot_batch SELECT * FROM was").await;
    bed.log.settle(true).await.unwrap();
    assert_eq!(bed.log.holes().await.unwrap(), []);
    bed.is_sound(40, "put right").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_hole_makes_no_answer_incomplete_and_stays_known() {
    let bed = bed().await;
    bed.sql(DAMAGES[0]).await;
    let bed = bed.reopened().await;
    bed.log.settle(true).await.unwrap();
    let holes = bed.log.holes().await.unwrap();
    let mut tx = bed.store.begin().await.unwrap();
    bed.log.close_hole(&mut tx, &holes[0]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bed.log.holes().await.unwrap(), []);
    let count = bed.log.count(&Expr::All, 1_000).await.unwrap();
    assert_eq!((count.n, count.exact), (30, true));
    assert_eq!(bed.scanned(&Expr::All, Order::Newest).await.len(), 30);
    assert!(matches!(bed.log.get(15).await, Err(LogError::Unreadable(hole)) if hole == holes[0]));
    assert_eq!(bed.log.look().await.unwrap().closed_holes(), holes);
    let verified = bed.log.verify(|_| {}).await.unwrap();
    assert_eq!((verified.sound, verified.lost, verified.faults), (30, 10, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_that_is_sealed_in_part_the_rest_can_be_lost() {
    let bed = Bed::at(testkit::Place::embedded(), |settings| {
        (settings.seal_at, settings.merge_factor) = (50, 0)
    })
    .await;
    bed.append(many(0..80)).await;
    bed.append(many(80..90)).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 50);
    bed.sql("UPDATE hot_batch SET facts = x'00' WHERE first_seq = 0").await;
    let bed = bed.reopened().await;
    bed.log.settle(true).await.unwrap();
    bed.loses(50..80, 90, "the rest").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_was_altered_together_with_its_sum_never_becomes_a_volume() {
    let bed = bed().await;
    let mut glance = bed.store.glance().await.unwrap();
    let found = hot_batch::load(&mut glance, 10, 20, 1).await.unwrap().remove(0);
    let other = hot_batch::load(&mut glance, 20, 30, 1).await.unwrap().remove(0);
    drop(glance);
    let forged = HotBatch {
        facts: other.batch.facts,
        ..found.batch
    };
    bed.sql("DELETE FROM hot_batch WHERE first_seq = 10").await;
    let mut tx = bed.store.begin().await.unwrap();
    hot_batch::insert(&mut tx, forged).await.unwrap();
    tx.commit().await.unwrap();
    let bed = bed.reopened().await;
    bed.log.settle(true).await.unwrap();
    bed.loses(10..20, 40, "forged").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_leaves_nothing_behind_a_damaged_batch_is_sealed_and_nothing_is_deleted() {
    let bed = bed().await;
    bed.sql("UPDATE hot_batch SET facts = x'00', leaves = x'00' WHERE first_seq = 10")
        .await;
    let bed = bed.reopened().await;
    let error = bed.log.settle(true).await.unwrap_err();
    assert!(error.to_string().contains("nothing behind it can be sealed"), "{error}");
    assert_eq!(bed.log.head().await.unwrap().sealed, 10);
    bed.append(many(40..50)).await;
    let page = bed.page(&Expr::All, Order::Recorded, None, 1_000).await;
    assert_eq!(seqs(&page.rows).len(), 40);
    let left = hot_batch::load(&mut bed.store.glance().await.unwrap(), 10, 50, 10)
        .await
        .unwrap();
    assert_eq!(left.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_values_are_gone_is_sealed_merged_and_indexed_with_the_leaf_it_had() {
    let bed = Bed::at(testkit::Place::embedded(), |settings| {
        (settings.seal_at, settings.merge_factor) = (10, 4)
    })
    .await;
    bed.append(many(0..10)).await;
    let root = bed.log.head().await.unwrap().root;
    let found = hot_batch::load(&mut bed.store.glance().await.unwrap(), 0, 10, 1)
        .await
        .unwrap()
        .remove(0);
    let mut rows: Vec<Activity> = batch::unpack(&found).unwrap();
    let person = rows[4].facts.user.as_mut().unwrap();
    (person.name, person.username, person.email) = (String::new(), String::new(), String::new());
    let facts: Vec<_> = rows.iter().map(|row| &row.facts).collect();
    let packed = batch::pack(&facts).unwrap().remove(0);
    let mut kept = leaves::of(found.leaves.as_deref(), &(0..10), 0).unwrap().unwrap();
    kept[4] = volume::Leaf::Kept(*kept[4].hash());
    let erased = HotBatch {
        facts: packed.bytes,
        leaves: Some(leaves::to_bytes(&kept)),
        ..found.batch
    };
    bed.sql("DELETE FROM hot_batch").await;
    let mut tx = bed.store.begin().await.unwrap();
    hot_batch::insert(&mut tx, erased).await.unwrap();
    tx.commit().await.unwrap();
    let bed = bed.reopened().await;
    bed.is_sound(10, "hot").await;
    bed.append(many(10..40)).await;
    bed.log.settle(true).await.unwrap();
    let reindexed = bed.log.reindex(true).await.unwrap();
    assert!(reindexed.iter().all(|(_, done)| done.is_ok()), "{reindexed:?}");
    bed.is_sound(40, "sealed and merged").await;
    assert_eq!(bed.log.get(4).await.unwrap().unwrap().user.as_ref().unwrap().name, "");
    let first = &bed.log.reader().view().await.unwrap().volumes[0].meta().clone();
    assert!(first.count >= 10 && root != first.tree_root);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_destroyed_stops_no_sealing_and_takes_the_proof_of_nobody_else() {
    let bed = bed().await;
    bed.sql("DELETE FROM person_key WHERE person_id = 'usr_1'").await;
    let bed = bed.reopened().await;
    bed.log.settle(true).await.unwrap();
    bed.append(many(40..90)).await;
    bed.log.settle(true).await.unwrap();
    bed.is_sound(90, "sealed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_of_a_key_is_mended_and_a_destroyed_one_is_replaced_for_what_comes() {
    let secret = "(SELECT key FROM person_key WHERE person_id = 'usr_1')";
    let flip =
        format!("UPDATE person_key SET key = CAST(substr({secret}, 1, 31) || x'%' AS BLOB) WHERE person_id = 'usr_1'");
    for (last, holds) in [(1_u8, true), (3, false)] {
        let bed = bed().await;
        let mut glance = bed.store.glance().await.unwrap();
        let keys = store::log::person_key::load(&mut glance, &["usr_1"]).await.unwrap();
        drop(glance);
        let byte = format!("{:02x}", keys["usr_1"].secret[31] ^ last);
        bed.sql(flip.replace('%', &byte).leak()).await;
        let bed = bed.reopened().await;
        bed.append(vec![facts(1), facts(1)]).await;
        let found = store::log::person_key::load(&mut bed.store.glance().await.unwrap(), &["usr_1"])
            .await
            .unwrap();
        assert_eq!(found["usr_1"] == keys["usr_1"], holds);
        assert_eq!(found["usr_1"].since, if holds { 0 } else { 40 });
        let verified = bed.log.verify(|_| {}).await.unwrap();
        assert_eq!((verified.without_key == 0, verified.faults), (holds, vec![]));
        bed.log.settle(true).await.unwrap();
        let bed = bed.reopened().await;
        bed.is_sound(42, "sealed").await;
        let reindexed = bed.log.reindex(true).await.unwrap();
        assert!(reindexed.iter().all(|(_, done)| done.is_ok()), "{reindexed:?}");
        bed.is_sound(42, "indexed").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_appended_to_another_tree_than_was_committed() {
    for damage in [
        "UPDATE log_head SET frontier = sealed_frontier",
        "UPDATE log_head SET root = (SELECT root FROM hot_batch WHERE first_seq = 10)",
        "UPDATE log_head SET size = size + 1",
    ] {
        let bed = bed().await;
        bed.sql(damage).await;
        let mut tx = bed.store.begin().await.unwrap();
        let error = bed.log.append(&mut tx, many(40..41)).await.unwrap_err();
        assert!(matches!(error, LogError::Damaged(_)), "{damage}: {error}");
    }
}
