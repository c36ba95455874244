//! Tests of the engine as a whole, on the database that is chosen for the run.

mod append;
mod bounds;
mod checkpoints;
mod clocks;
mod erasing;
mod freezing;
mod holes;
mod ingest;
mod jobs;
mod ledger;
mod losses;
mod model;
mod mutations;
mod numbering;
mod pruning;
mod racing;
mod readiness;
mod reading;
mod sealing;
mod sharing;
mod tree;
mod witnessing;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering as Atomic};
use std::sync::mpsc::{SyncSender, sync_channel};

use activity::query::Expr;
use activity::{Activity, Facts, Named, Person, Time, canonical};
use store::{Store, StoreUrl};
use testkit::Place;
use tokio::task::JoinHandle;

use crate::ledger::rewrite::{Hook, Step, Work};
use crate::reader::freeze::Load;
use crate::{
    Batch, Clock, IdSpace, Idempotency, Log, LogError, LogSettings, ManualClock, Order, Page, Search, SeededRng,
};

const START: Time = Time(1_800_000_000_000_000);

/// A log on a directory of its own.
struct Bed {
    dir: Place,
    clock: Arc<ManualClock>,
    store: Store,
    log: Log,
}

/// Work that stands still.
struct Late<T> {
    go: SyncSender<()>,
    work: JoinHandle<T>,
}

impl<T> Late<T> {
    /// Lets it go on to its end.
    async fn goes_on(self) -> T {
        self.go.send(()).unwrap();
        self.work.await.unwrap()
    }
}

impl Bed {
    async fn new(seal_at: u64) -> Self {
        Self::with(|settings| settings.seal_at = seal_at).await
    }

    async fn with(change: impl Fn(&mut LogSettings)) -> Self {
        Self::at(Place::new(Store::prepare), change).await
    }

    /// On SQLite, whatever is chosen: for what is about the files of the database.
    async fn embedded(seal_at: u64) -> Self {
        Self::at(Place::embedded(), |settings| settings.seal_at = seal_at).await
    }

    async fn at(dir: Place, change: impl Fn(&mut LogSettings)) -> Self {
        let clock = Arc::new(ManualClock::new(START));
        let (store, log) = open(&dir, &clock, change).await;
        Self { dir, clock, store, log }
    }

    /// Closes it and opens it again, as after an orderly end.
    async fn reopen(self, seal_at: u64) -> Self {
        let Self { dir, clock, store, log } = self;
        log.close().await;
        store.close().await;
        drop((log, store));
        let (store, log) = open(&dir, &clock, |settings| settings.seal_at = seal_at).await;
        Self { dir, clock, store, log }
    }

    /// Lets the work end at this step as if the process died.
    fn crash_at(&self, work: Work, step: Step) {
        self.log
            .ledger()
            .at_step(Some(((work, step), Hook(Arc::new(|| Err(LogError::Closed))))));
    }

    /// Begins this work and lets it stand still where it first reaches the step, as a process that is late.
    async fn late<T: Send + 'static>(
        &self,
        at: (Work, Step),
        work: impl Future<Output = T> + Send + 'static,
    ) -> Late<T> {
        let (reached, is_reached) = sync_channel(1);
        let (go, wait) = sync_channel::<()>(1);
        let wait = std::sync::Mutex::new(wait);
        let hook = move || {
            // Only the first time: once nobody listens any more, nothing is held up.
            if reached.send(()).is_ok() {
                let _ = wait.lock().unwrap().recv();
            }
            Ok(())
        };
        self.log.ledger().at_step(Some((at, Hook(Arc::new(hook)))));
        let work = tokio::spawn(work);
        tokio::task::spawn_blocking(move || is_reached.recv().unwrap())
            .await
            .unwrap();
        Late { go, work }
    }

    async fn append(&self, facts: Vec<Facts>) -> std::ops::Range<u64> {
        let mut tx = self.store.begin().await.unwrap();
        let seqs = self.log.append(&mut tx, facts).await.unwrap();
        tx.commit().await.unwrap();
        seqs
    }

    async fn page(&self, expr: &Expr, order: Order, after: Option<crate::Cursor>, limit: usize) -> Page {
        self.log
            .search(&Search {
                expr: expr.clone(),
                order,
                after,
                limit,
            })
            .await
            .unwrap()
    }

    /// Everything, page by page.
    async fn all(&self, expr: &Expr, order: Order, limit: usize) -> Vec<Activity> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = self.page(expr, order, after, limit).await;
            assert!(page.rows.len() <= limit);
            rows.extend(page.rows);
            match page.next {
                Some(next) => after = Some(next),
                None => return rows,
            }
        }
    }

    async fn scanned(&self, expr: &Expr, order: Order) -> Vec<Activity> {
        let mut scan = self.log.scan(expr.clone(), order).await.unwrap();
        let mut rows = Vec::new();
        while let Some(chunk) = scan.next_chunk().await {
            rows.extend(chunk.unwrap());
        }
        rows
    }

    /// Gives the hot tail all the indexes that it would get by itself.
    async fn freeze(&self, load: Load) {
        if load == Load::None {
            return self.log.freeze().await.unwrap();
        }
        let view = self.log.reader().view().await.unwrap();
        while self.log.reader().freeze_next(load).await.unwrap() > 0 {}
        drop(view);
    }

    fn volumes_on_disk(&self) -> Vec<String> {
        let found = self.log.reader().shelf().list().unwrap();
        found.into_iter().map(|(_, name)| name).collect()
    }

    /// Recomputes the tree from the rows and keys and compares it with the head.
    async fn assert_root(&self) {
        let rows = self.all(&Expr::All, Order::Recorded, 1000).await;
        let head = self.log.head().await.unwrap();
        assert_eq!(head.through.size, rows.len() as u64);
        let people: Vec<String> = rows
            .iter()
            .flat_map(|row| {
                canonical::persons(row)
                    .into_iter()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect();
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        let mut read = self.store.glance().await.unwrap();
        let keys = store::log::person_key::load(&mut read, &people).await.unwrap();
        let leaves: Vec<proof::Hash> = rows
            .iter()
            .map(|row| canonical::leaf_of(row, |person| keys.get(person)?.at(row.seq)).unwrap())
            .collect();
        let mut frontier = proof::Frontier::new();
        leaves.iter().for_each(|leaf| frontier.push(*leaf));
        assert_eq!(frontier.root(), head.root);
        assert!(rows.iter().zip(0..).all(|(row, seq)| row.seq == seq), "seq is gapless");
        assert!(
            rows.is_sorted_by_key(|row| row.recorded_at),
            "recorded_at never decreases"
        );
    }
}

async fn open(dir: &Place, clock: &Arc<ManualClock>, change: impl Fn(&mut LogSettings)) -> (Store, Log) {
    open_at(dir, clock.clone(), change).await
}

async fn open_at(dir: &Place, clock: Arc<dyn Clock>, change: impl Fn(&mut LogSettings)) -> (Store, Log) {
    let store = Store::open(&StoreUrl::parse(&dir.database())).await.unwrap();
    let mut settings = LogSettings {
        background: false,
        ..LogSettings::new(dir.path().join("volumes"))
    };
    settings.merge_factor = 4;
    settings.grace_seconds = 0;
    change(&mut settings);
    let log = Log::open(store.clone(), settings, clock, rng()).await.unwrap();
    (store, log)
}

/// Random numbers as a process draws them: no two starts have the same.
fn rng() -> Arc<SeededRng> {
    static STARTS: AtomicU64 = AtomicU64::new(7);
    Arc::new(SeededRng::new(STARTS.fetch_add(1, Atomic::Relaxed)))
}

/// The `n`-th activity of a made-up history: three users, two types, one every second.
fn facts(n: u64) -> Facts {
    let at = START.plus(i64::try_from(n).unwrap() * Time::SECOND);
    let kind = if n % 4 == 3 { "user.login_failed" } else { "user.login" };
    let mut facts = Facts::new(kind, at);
    let user = format!("usr_{}", n % 3);
    facts.user = Some(Person {
        id: user.clone(),
        name: format!("User {}", n % 3),
        username: user,
        email: String::new(),
    });
    facts.application = Some(Named {
        id: "app_web".to_owned(),
        name: "Web manager".to_owned(),
    });
    facts.ip = Some(format!("10.0.0.{}", n % 200).parse().unwrap());
    facts
}

fn many(range: std::ops::Range<u64>) -> Vec<Facts> {
    range.map(facts).collect()
}

fn reporter(facts: Vec<Facts>) -> Batch {
    Batch {
        facts,
        idempotency: None,
        source: IdSpace::Reporter("key_1".to_owned()),
        numbers: Vec::new(),
    }
}

fn keyed(facts: Vec<Facts>, key: &str, fingerprint: u8) -> Batch {
    let idempotency = Idempotency {
        scope: "key_1".to_owned(),
        key: key.to_owned(),
        fingerprint: [fingerprint; 32],
    };
    Batch {
        idempotency: Some(idempotency),
        ..reporter(facts)
    }
}

fn with_id(mut facts: Facts, id: &str) -> Facts {
    facts.external_id = Some(id.to_owned());
    facts
}

fn parse(text: &str) -> Expr {
    activity::query::parse(text, &jiff::tz::TimeZone::UTC).unwrap()
}

fn seqs(rows: &[Activity]) -> Vec<u64> {
    rows.iter().map(|row| row.seq).collect()
}
