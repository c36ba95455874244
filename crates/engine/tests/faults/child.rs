//! The process to which the faults happen.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use activity::{Facts, Person, Time};
use engine::{Batch, IdSpace, IngestError, Item, Log, LogSettings, SystemClock, SystemRng};
use store::{Store, StoreUrl};

/// Where its data are; it does nothing without.
pub(crate) const DIR: &str = "FAULT_CHILD_DIR";

#[test]
fn works_on_a_log_until_it_is_told_to_stop() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(work(Path::new(&dir)));
}

fn say(line: &str) {
    // Past the harness, so that it is there when the process ends in the next moment.
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .expect("the parent reads what is said");
}

/// What fails is tried again, once: the fault happens once. `None` if the process would have to stop.
async fn opened(dir: &Path) -> Option<(Store, Log)> {
    for _ in 0..2 {
        let store = match Store::open(&StoreUrl::directory(dir)).await {
            Ok(store) => store,
            Err(error) => {
                say(&format!("not opened: {error}"));
                continue;
            }
        };
        let settings = LogSettings {
            background: false,
            seal_at: 30,
            merge_factor: 2,
            grace_seconds: 0,
            ..LogSettings::new(dir.join("volumes"))
        };
        match Log::open(store.clone(), settings, Arc::new(SystemClock), Arc::new(SystemRng)).await {
            Ok(log) => return Some((store, log)),
            Err(error) => say(&format!("not opened: {error}")),
        }
        store.close().await;
    }
    None
}

async fn work(dir: &Path) {
    let Some((store, log)) = opened(dir).await else { return };
    let failed = store.failed();
    for round in 0..2 {
        for part in 0..4 {
            record(&log, &format!("r{round}p{part}"), 9).await;
            if failed.borrow().is_some() {
                return;
            }
        }
        for _ in 0..2 {
            match log.settle(round % 2 == 1).await {
                Ok(()) => break,
                Err(error) => say(&format!("not settled: {error}")),
            }
            if failed.borrow().is_some() {
                return;
            }
        }
    }
    for (volume, done) in log.reindex(true).await.unwrap_or_default() {
        if let Err(error) = done {
            say(&format!("not indexed: {volume}: {error}"));
        }
    }
    if failed.borrow().is_some() {
        return;
    }
    // The fault is over, or happens here, and once: everything works.
    let mut goes_on = record(&log, "last", 3).await || record(&log, "very_last", 3).await;
    if let Err(error) = log.settle(true).await {
        say(&format!("not settled at the end: {error}"));
        goes_on &= log.settle(true).await.is_ok();
    }
    log.close().await;
    store.close().await;
    if goes_on && failed.borrow().is_none() {
        say("\ndone");
    }
}

async fn record(log: &Log, name: &str, count: usize) -> bool {
    let ids: Vec<String> = (0..count).map(|n| format!("{name}n{n}")).collect();
    let facts = ids.iter().map(|id| {
        let mut facts = Facts::new("user.login", Time(1_800_000_000_000_000));
        facts.user = Some(Person {
            id: format!("usr_{name}"),
            name: "Somebody with a name".to_owned(),
            ..Person::default()
        });
        facts.external_id = Some(id.clone());
        facts
    });
    let batch = Batch {
        facts: facts.collect(),
        idempotency: None,
        source: IdSpace::Reporter("key_1".to_owned()),
        numbers: Vec::new(),
    };
    match log.ingest(batch).await {
        Ok(result) => {
            for (id, item) in ids.iter().zip(&result.items) {
                let Item::Recorded { seq } = item else {
                    panic!("{id} was not new: {item:?}")
                };
                say(&format!("kept {id} {seq}"));
            }
            true
        }
        Err(error) => {
            let word = match error {
                IngestError::Unknown(_) => "unknown",
                _ => "refused",
            };
            ids.iter().for_each(|id| say(&format!("{word} {id}")));
            say(&format!("because {error}"));
            false
        }
    }
}
