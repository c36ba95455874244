//! What erasing a person costs: `cargo run --release -p engine --example erase -- ACTIVITIES [DIRECTORY]`. One activity in
//! a hundred names the person, as user, by or target in turn.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

mod asked;

use std::sync::Arc;
use std::time::Instant;

use activity::{By, Facts, Person, Target, Time};
use asked::answer;
use engine::{Batch, IdSpace, Log, LogSettings, SystemClock, SystemRng};
use store::{Store, StoreUrl};
use testkit::{Generator, GeneratorSettings};

const PERSON: &str = "usr_erased_soon";
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
    let clock = Arc::new(SystemClock);
    let log = Log::open(store.clone(), settings, clock, Arc::new(SystemRng))
        .await
        .unwrap();
    let begun = Instant::now();
    fill(&log, total).await;
    println!("{total} activities in {:?}", begun.elapsed());
    answer(&log, "before").await;
    let begun = Instant::now();
    let mut tx = store.begin().await.unwrap();
    log.erase(&mut tx, PERSON).await.unwrap();
    tx.commit().await.unwrap();
    println!("request {:?}", begun.elapsed());
    answer(&log, "hidden").await;
    println!("hidden and answered {:?} after the request began", begun.elapsed());
    let begun = Instant::now();
    log.settle(false).await.unwrap();
    println!("erased in {:?}: {:?}", begun.elapsed(), log.erasures().await.unwrap());
    answer(&log, "after").await;
    log.close().await;
    store.close().await;
}

async fn fill(log: &Log, total: u64) {
    let end = Time::parse("2026-11-21T00:00:00Z").unwrap();
    let mut facts = Generator::new(7, GeneratorSettings::sized(total, end)).take(usize::try_from(total).unwrap());
    let (mut n, mut batches) = (0, 0);
    loop {
        let mut batch: Vec<Facts> = facts.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        for facts in &mut batch {
            n += 1;
            if n % 100 == 0 {
                name(facts, n / 100);
            }
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
    log.settle(false).await.unwrap();
}

fn name(facts: &mut Facts, n: u64) {
    let person = Person {
        id: PERSON.to_owned(),
        name: "Erased Soon".to_owned(),
        ..Person::default()
    };
    match n % 3 {
        0 => facts.user = Some(person),
        1 => facts.by = By::Administrator(person),
        _ => facts.targets.push(Target {
            kind: Target::USER.to_owned(),
            id: person.id,
            name: person.name,
            ..Target::default()
        }),
    }
}
