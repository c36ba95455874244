//! What holding a whole log against its tree costs: `cargo run --release -p engine --example verify -- DIRECTORY`, of an
//! installation that nobody uses meanwhile.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use engine::{Log, LogSettings, SystemClock, SystemRng};
use store::{Store, StoreUrl};

#[tokio::main]
async fn main() {
    let dir = PathBuf::from(std::env::args().nth(1).unwrap());
    let store = Store::open(&StoreUrl::directory(&dir)).await.unwrap();
    let settings = LogSettings {
        background: false,
        ..LogSettings::new(dir.join("volumes"))
    };
    let clock = Arc::new(SystemClock);
    let log = Log::open(store.clone(), settings, clock, Arc::new(SystemRng))
        .await
        .unwrap();
    let begun = Instant::now();
    let found = log.verify(|_| {}).await.unwrap();
    println!("{} of {} hold, read in {:?}", found.sound, found.size, begun.elapsed());
    assert_eq!(found.faults, []);
    log.close().await;
    store.close().await;
}
