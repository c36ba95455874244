//! Parts of the log that cannot be read: named, while everything else is answered; mended as far as they can be; and found
//! by verification.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering as Atomic};

use activity::query::Expr;

use super::{Bed, many, parse, seqs};
use crate::ledger::heal::Health;
use crate::ledger::rewrite::{Step, Work};
use crate::{LogError, Order};

/// Three volumes of 50, no merging, and some that are hot.
async fn bed() -> Bed {
    let bed = Bed::at(testkit::Place::embedded(), |settings| {
        (settings.seal_at, settings.merge_factor) = (50, 0)
    })
    .await;
    bed.append(many(0..170)).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.volumes_on_disk().len(), 3);
    bed
}

impl Bed {
    /// A file of the second volume, by the end of its name.
    fn file(&self, name: &str) -> PathBuf {
        let volume = self.dir.path().join("volumes").join(&self.volumes_on_disk()[1]);
        let files = [volume.clone(), volume.join("index")].map(|dir| fs::read_dir(dir).unwrap());
        let mut paths = files.into_iter().flatten().map(|entry| entry.unwrap().path());
        paths.find(|path| path.to_string_lossy().ends_with(name)).unwrap()
    }

    fn flip(&self, name: &str) {
        let path = self.file(name);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x20;
        fs::write(&path, bytes).unwrap();
    }

    pub(super) async fn sql(&self, statement: &'static str) {
        let mut beside = self.store.beside().await.unwrap();
        sqlx::query(statement).execute(&mut beside).await.unwrap();
    }

    pub(super) async fn reopened(self) -> Self {
        let Self { dir, clock, store, log } = self;
        log.close().await;
        store.close().await;
        drop((log, store));
        let change = |settings: &mut crate::LogSettings| (settings.seal_at, settings.merge_factor) = (50, 0);
        let (store, log) = super::open(&dir, &clock, change).await;
        Self { dir, clock, store, log }
    }

    /// The second volume's activities cannot be read, all others can.
    async fn assert_hole(&self, what: &str) {
        let page = self.page(&Expr::All, Order::Recorded, None, 1_000).await;
        let others: Vec<u64> = (0..50).chain(100..170).collect();
        assert_eq!(seqs(&page.rows), others, "{what}");
        assert_eq!(page.unreadable.len(), 1, "{what}");
        assert_eq!(page.unreadable[0].seqs, 50..100, "{what}");
        let count = self.log.count(&Expr::All, 1_000).await.unwrap();
        assert_eq!((count.n, count.exact), (120, false), "{what}");
        let count = self.log.count(&parse("user:usr_1"), 1_000).await.unwrap();
        assert!(!count.exact, "{what}");
        assert!(matches!(self.log.get(70).await, Err(LogError::Unreadable(hole)) if hole.seqs == (50..100)));
        assert_eq!(self.log.get(110).await.unwrap().unwrap().seq, 110);
        // A file that would lack them is not made; one of another range is.
        let scan = self.log.scan(Expr::All, Order::Recorded).await;
        assert!(matches!(scan, Err(LogError::Unreadable(_))), "{what}");
        let later = page.rows[60].occurred_at;
        let later = parse(&format!("at:{later}.."));
        assert_eq!(self.scanned(&later, Order::Newest).await.len(), 110 - 50, "{what}");
        let page = self.page(&later, Order::Newest, None, 10).await;
        assert!(page.unreadable.is_empty(), "{what}: the hole is of another time");
        let count = self.log.count(&later, 1_000).await.unwrap();
        assert_eq!((count.n, count.exact), (60, true));
    }

    /// The record of the second volume answers in the place of its index: slowly, and everything.
    async fn assert_answers(&self, what: &str) {
        assert_eq!(self.log.reader().view().await.unwrap().unindexed.len(), 1, "{what}");
        assert_eq!(self.log.holes().await.unwrap(), [], "{what}");
        for order in [Order::Newest, Order::Oldest, Order::Recorded] {
            let rows = self.all(&Expr::All, order, 60).await;
            assert_eq!(rows.len(), 170, "{what} {order:?}");
            assert_eq!(self.scanned(&Expr::All, order).await, rows, "{what} {order:?}");
            let one = parse("user:usr_1");
            let rows = self.all(&one, order, 7).await;
            assert_eq!(self.scanned(&one, order).await, rows, "{what} {order:?}");
            let count = self.log.count(&one, 1_000).await.unwrap();
            assert_eq!((count.n, count.exact), (rows.len() as u64, true), "{what}");
        }
        let by = volume::Breakdown {
            facets: vec![volume::Facet::Kind],
            ..volume::Breakdown::default()
        };
        let kinds = &self.log.summary(&Expr::All, &by, 1).await.unwrap().tops[0];
        assert_eq!(kinds.values[0].1 + kinds.other, 170, "{what}");
        assert_eq!(self.log.get(70).await.unwrap().unwrap().seq, 70, "{what}");
    }

    async fn mend(&self) {
        self.mend_as(&mut Health::default()).await;
    }

    async fn mend_as(&self, health: &mut Health) {
        let ledger = self.log.ledger();
        ledger.as_sealer(ledger.mend_all(health)).await.unwrap();
    }

    async fn assert_whole(&self, what: &str) {
        assert_eq!(self.log.holes().await.unwrap(), [], "{what}");
        assert_eq!(self.all(&Expr::All, Order::Newest, 60).await.len(), 170, "{what}");
        let verified = self.log.verify(|_| {}).await.unwrap();
        assert_eq!((verified.sound, verified.faults), (170, vec![]), "{what}");
        self.assert_root().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_index_is_missing_or_cut_off_the_record_answers_until_it_is_built_anew() {
    for (what, name) in [
        (".fast", "cut off"),
        (".term", "missing"),
        (".idx", "cut off"),
        ("index/meta.json", "missing"),
    ] {
        let bed = bed().await;
        let path = bed.file(what);
        match name {
            "missing" => fs::remove_file(&path).unwrap(),
            _ => {
                let bytes = fs::read(&path).unwrap();
                fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
            }
        }
        let bed = bed.reopened().await;
        bed.assert_answers(what).await;
        bed.append(many(170..171)).await;
        bed.mend().await;
        assert_eq!(bed.log.reader().view().await.unwrap().unindexed.len(), 0, "{what}");
        assert_eq!(bed.log.holes().await.unwrap(), [], "{what}");
        assert_eq!(bed.all(&Expr::All, Order::Newest, 60).await.len(), 171, "{what}");
        bed.assert_root().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_an_older_format_is_built_anew_and_nothing_else_waits_for_it() {
    let bed = bed().await;
    bed.sql("UPDATE volume SET meta = json_set(meta, '$.formats.index', 1) WHERE first_seq = 50")
        .await;
    let bed = bed.reopened().await;
    bed.assert_answers("an older format").await;
    let done = bed.log.reindex(false).await.unwrap();
    assert!(done.len() == 1 && done[0].1.is_ok(), "{done:?}");
    bed.assert_whole("built anew").await;
    let done = bed.log.reindex(true).await.unwrap();
    assert!(done.len() == 3 && done.iter().all(|(_, done)| done.is_ok()), "{done:?}");
    bed.assert_whole("all built anew").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_any_file_is_found_named_and_mended() {
    for name in ["record.parquet", "tree", ".fast", ".term", ".idx", ".pos"] {
        let bed = bed().await;
        bed.flip(name);
        let verified = bed.log.verify(|_| {}).await.unwrap();
        assert_eq!(
            (verified.size, verified.sound, verified.faults.len()),
            (170, 120, 1),
            "{name}: {verified:?}"
        );
        let fault = &verified.faults[0];
        assert_eq!((fault.first_seq, fault.count), (50, 50), "{name}");
        assert!(
            fault.what.contains(name.trim_start_matches("index/")),
            "{name}: {}",
            fault.what
        );
        let mut health = Health::default();
        while bed.log.ledger().check_one(&mut health).await.unwrap() {}
        assert!(health.has_damage(), "{name}");
        bed.mend_as(&mut health).await;
        bed.assert_whole(name).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_of_which_nothing_is_left_stays_a_named_hole_and_holds_up_nothing() {
    let bed = bed().await;
    let volume = bed.file("record.parquet").parent().unwrap().to_owned();
    let aside = bed.dir.path().join("aside");
    fs::rename(&volume, &aside).unwrap();
    let bed = bed.reopened().await;
    bed.assert_hole("gone").await;
    let mut health = Health::default();
    bed.mend_as(&mut health).await;
    bed.assert_hole("still gone").await;
    bed.append(many(170..260)).await;
    bed.log.settle(false).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 250, "sealing goes on");
    let verified = bed.log.verify(|_| {}).await.unwrap();
    assert_eq!((verified.sound, verified.faults.len()), (210, 1), "{verified:?}");
    // Put back from a backup, it is read again.
    fs::rename(&aside, &volume).unwrap();
    let bed = bed.reopened().await;
    assert_eq!(bed.all(&Expr::All, Order::Newest, 60).await.len(), 260);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_missing_in_the_ledger_is_a_named_hole() {
    let bed = bed().await;
    bed.sql("DELETE FROM volume WHERE first_seq = 50").await;
    let bed = bed.reopened().await;
    let page = bed.page(&Expr::All, Order::Newest, None, 1_000).await;
    assert_eq!((page.rows.len(), page.unreadable.len()), (120, 1));
    assert!(bed.log.get(70).await.is_err());
    let holes = bed.log.holes().await.unwrap();
    assert!(
        holes[0].volume.is_none() && holes[0].to_string().contains("activities 50 to 99"),
        "{holes:?}"
    );
    assert_eq!(bed.log.strangers().await.unwrap().len(), 1, "its files are still there");
    let verified = bed.log.verify(|_| {}).await.unwrap();
    assert_eq!((verified.faults[0].first_seq, verified.faults[0].count), (50, 50));
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_reads_everything_and_names_the_hot_batch_that_is_damaged() {
    let bed = bed().await;
    let looked = AtomicU64::new(0);
    let verified = bed.log.verify(|at| looked.store(at, Atomic::Relaxed)).await.unwrap();
    assert_eq!(
        (verified.sound, verified.without_key, looked.into_inner()),
        (170, 0, 170)
    );
    for seq in 170..180 {
        bed.append(many(seq..seq + 1)).await;
    }
    bed.sql("UPDATE hot_batch SET facts = (SELECT facts FROM hot_batch WHERE first_seq = 171) WHERE first_seq = 175")
        .await;
    let verified = bed.log.verify(|_| {}).await.unwrap();
    assert_eq!(verified.faults.len(), 1, "{verified:?}");
    assert_eq!((verified.faults[0].first_seq, verified.faults[0].count), (175, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_hot_batch_is_a_named_hole_and_never_shown_as_true() {
    let bed = Bed::at(testkit::Place::embedded(), |settings| {
        (settings.seal_at, settings.merge_factor) = (50, 0)
    })
    .await;
    for seq in 0..40 {
        bed.append(many(seq..seq + 1)).await;
    }
    let sound = bed.all(&Expr::All, Order::Recorded, 100).await;
    // Every bit of it counts: what it holds, when it was recorded, and where it stands in the tree.
    let flips = [
        "UPDATE hot_batch SET facts = CAST(facts || x'00' AS BLOB) WHERE first_seq = 25",
        "UPDATE hot_batch SET facts = (SELECT facts FROM hot_batch WHERE first_seq = 24) WHERE first_seq = 25",
        "UPDATE hot_batch SET recorded_at = recorded_at + 1 WHERE first_seq = 25",
        "UPDATE hot_batch SET root = (SELECT root FROM hot_batch WHERE first_seq = 24) WHERE first_seq = 25",
    ];
    bed.sql("CREATE TABLE was AS SELECT * FROM hot_batch WHERE first_seq = 25")
        .await;
    let mut bed = bed;
    for flip in flips {
        bed.sql(flip).await;
        bed = bed.reopened().await;
        let page = bed.page(&Expr::All, Order::Recorded, None, 100).await;
        let others: Vec<_> = sound.iter().filter(|row| row.seq != 25).cloned().collect();
        assert_eq!(page.rows, others, "{flip}");
        assert_eq!(page.unreadable.len(), 1, "{flip}");
        assert_eq!(page.unreadable[0].seqs, 25..26, "{flip}");
        assert!(matches!(bed.log.get(25).await, Err(LogError::Unreadable(_))), "{flip}");
        assert_eq!(bed.log.count(&Expr::All, 100).await.unwrap().n, 39);
        let verified = bed.log.verify(|_| {}).await.unwrap();
        assert_eq!(
            (verified.faults[0].first_seq, verified.faults[0].count),
            (25, 1),
            "{flip}"
        );
        bed.sql("DELETE FROM hot_batch WHERE first_seq = 25").await;
        bed.sql("INSERT INTO hot_batch SELECT * FROM was").await;
    }
    bed.sql(flips[0]).await;
    bed = bed.reopened().await;
    // What is before it is sealed, what comes is recorded and read.
    // What is before and behind it is sealed, what comes is recorded and read.
    bed.append(many(40..60)).await;
    bed.log.settle(true).await.unwrap();
    assert_eq!(bed.log.head().await.unwrap().sealed, 60);
    assert_eq!(bed.all(&Expr::All, Order::Newest, 100).await.len(), 59);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_state_of_the_tree_is_made_anew_from_the_log_or_nothing_is_appended() {
    let bed = bed().await;
    bed.append(many(170..175)).await;
    bed.sql("UPDATE log_head SET frontier = sealed_frontier").await;
    let bed = bed.reopened().await;
    bed.append(many(175..180)).await;
    let verified = bed.log.verify(|_| {}).await.unwrap();
    assert_eq!((verified.sound, verified.faults), (180, vec![]));
    bed.sql("UPDATE log_head SET frontier = sealed_frontier, root = (SELECT root FROM hot_batch ORDER BY first_seq LIMIT 1)")
        .await;
    let Bed { dir, clock, store, log } = bed;
    log.close().await;
    let settings = crate::LogSettings::new(dir.path().join("volumes"));
    let error = crate::Log::open(store, settings, clock, super::rng())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("put the database back from a backup"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_gone_stops_neither_reading_nor_merging_and_is_told() {
    let bed = bed().await;
    bed.sql("DELETE FROM person_key WHERE person_id = 'usr_1'").await;
    let bed = bed.reopened().await;
    let verified = bed.log.verify(|_| {}).await.unwrap();
    assert_eq!(
        (verified.faults.len(), verified.without_key > 0),
        (0, true),
        "{verified:?}"
    );
    let done = bed.log.reindex(true).await.unwrap();
    assert!(done.len() == 3 && done.iter().all(|(_, done)| done.is_ok()), "{done:?}");
    assert_eq!(bed.all(&Expr::All, Order::Newest, 60).await.len(), 170);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_of_building_an_index_anew_loses_nothing_and_leaves_nothing() {
    for step in [Step::Noted, Step::Made, Step::Published] {
        let bed = bed().await;
        bed.crash_at(Work::Reindex, step);
        let done = bed.log.reindex(true).await.unwrap();
        assert!(done.iter().all(|(_, done)| done.is_err()), "{step:?}: {done:?}");
        let bed = bed.reopened().await;
        assert_eq!(bed.volumes_on_disk().len(), 3, "{step:?}");
        bed.assert_whole("after a crash").await;
    }
}
