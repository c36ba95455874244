//! What removing what was kept long enough costs: `cargo run --release -p engine --example prune -- ACTIVITIES [DIRECTORY]`. The
//! oldest tenth is cut off by age, and then one of the types of all the rest.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

mod asked;

use std::sync::Arc;
use std::time::Instant;

use activity::Heading;
use activity::catalogue::Category;
use activity::{Facts, Time};
use asked::answer;
use engine::{Batch, Clock as _, Cut, IdSpace, Log, LogSettings, ManualClock, Retention, SystemRng};
use store::{Store, StoreUrl};
use testkit::{Generator, GeneratorSettings};

const BATCH: usize = 1_000;

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let total: u64 = args.next().map_or(1 << 20, |n| n.parse().unwrap());
    let root = args.next().map_or_else(std::env::temp_dir, Into::into);
    let dir = tempfile::tempdir_in(root).unwrap();
    let store = Store::open(&StoreUrl::directory(dir.path())).await.unwrap();
    let settings = LogSettings {
        background: false,
        ..LogSettings::new(dir.path().join("volumes"))
    };
    let clock = Arc::new(ManualClock::new(Time::parse("2026-11-21T00:00:00Z").unwrap()));
    let log = Log::open(store.clone(), settings, clock.clone(), Arc::new(SystemRng))
        .await
        .unwrap();
    let begun = Instant::now();
    let end = clock.now();
    let mut facts = Generator::new(7, GeneratorSettings::sized(total, end)).take(usize::try_from(total).unwrap());
    fill(&log, facts.by_ref().take(usize::try_from(total / 10).unwrap())).await;
    clock.advance(40 * Time::DAY);
    let before = clock.now();
    clock.advance(Time::SECOND);
    fill(&log, facts).await;
    println!("{total} activities in {:?}", begun.elapsed());
    answer(&log, "before").await;
    let all = Heading::ALL.map(|heading| Cut { heading, before });
    prune(&store, &log, "the oldest tenth", all.to_vec()).await;
    clock.advance(40 * Time::DAY);
    let one = Cut {
        heading: Heading::Of(Category::Session),
        before: clock.now(),
    };
    prune(&store, &log, "one type of all", vec![one]).await;
    log.close().await;
    store.close().await;
}

async fn prune(store: &Store, log: &Log, what: &str, cuts: Vec<Cut>) {
    let of = Retention {
        cuts,
        held: vec!["usr_held".to_owned()],
    };
    let begun = Instant::now();
    let removals = log.rehearse(&of).await.unwrap();
    let removed: u64 = removals.iter().map(|of| of.removed).sum();
    println!("{what}: rehearsed {removed} in {:?}", begun.elapsed());
    let begun = Instant::now();
    let mut tx = store.begin().await.unwrap();
    log.prune(&mut tx, &of.held, &removals, None).await.unwrap();
    tx.commit().await.unwrap();
    println!("{what}: decided in {:?}", begun.elapsed());
    answer(log, "hidden").await;
    let begun = Instant::now();
    log.settle(false).await.unwrap();
    println!("{what}: out of all files in {:?}", begun.elapsed());
    assert!(log.retention_runs(1).await.unwrap()[0].finished_at.is_some());
    answer(log, "after").await;
}

async fn fill(log: &Log, mut facts: impl Iterator<Item = Facts>) {
    let mut batches = 0;
    loop {
        let batch: Vec<Facts> = facts.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let batch = Batch {
            facts: batch,
            idempotency: None,
            source: IdSpace::Reporter("key_1".to_owned()),
            numbers: Vec::new(),
        };
        log.ingest(batch).await.unwrap();
        batches += 1;
        if batches % 64 == 0 {
            log.settle(false).await.unwrap();
        }
    }
    log.settle(true).await.unwrap();
}
