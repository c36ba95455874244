//! Work in the background survives its own faults and ends with the process; a file in whose making something panics
//! does not end like a whole one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use activity::{Facts, Time};
use app::activity::{LogScope, ViewRequest};
use app::exports::{self, Format, State, ViewExport};
use app::{App, Caller, Settings, ZoneChoice, mail, sessions};
use engine::{Clock, Log, LogSettings, SeededRng};
use futures::FutureExt as _;
use store::{Store, StoreUrl};

/// A clock that panics once when it is told to: all work in the background asks for the time.
#[derive(Debug, Default)]
struct Faulty {
    armed: AtomicBool,
    asked: AtomicU64,
}

impl Clock for Faulty {
    fn now(&self) -> Time {
        self.asked.fetch_add(1, Ordering::SeqCst);
        assert!(!self.armed.swap(false, Ordering::SeqCst), "a fault, made by the test");
        Time(1_800_000_000_000_000)
    }
}

impl Faulty {
    /// Lets the next question panic.
    fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    /// Waits until it has panicked and time is asked for again.
    async fn panics_once_and_is_asked_again(&self) {
        let begun = Instant::now();
        while self.armed.load(Ordering::SeqCst) {
            assert!(
                begun.elapsed() < Duration::from_secs(40),
                "it does not ask for the time"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let asked = self.asked.load(Ordering::SeqCst);
        while self.asked.load(Ordering::SeqCst) == asked {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "it never worked again after its panic"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

struct Bed {
    app: App,
    log: Log,
    clock: Arc<Faulty>,
    _dir: testkit::Place,
}

async fn bed() -> Bed {
    let dir = testkit::Place::new(Store::prepare);
    let (clock, rng) = (Arc::new(Faulty::default()), Arc::new(SeededRng::new(7)));
    let store = Store::open(&StoreUrl::parse(&dir.database()))
        .await
        .expect("a new store can be made");
    let settings = LogSettings {
        background: false,
        ..LogSettings::new(dir.path().join("volumes"))
    };
    // The log's own clock is another, so that only the use cases meet the fault.
    let time = Arc::new(engine::ManualClock::new(Time(1_800_000_000_000_000)));
    let log = Log::open(store.clone(), settings, time, rng.clone())
        .await
        .expect("a new log can be made");
    let mut settings = Settings::default();
    settings.exports.dir = dir.path().join("exports");
    // Nobody listens there: what is due is tried again and again.
    settings.mail.smtp_url = Some("smtp://127.0.0.1:9".to_owned());
    Bed {
        app: App::new(
            store,
            log.clone(),
            clock.clone(),
            rng,
            settings,
            app::SecretKey::new(&[7; 32]),
        ),
        log,
        clock,
        _dir: dir,
    }
}

async fn survives(start: impl FnOnce(&App)) {
    let bed = bed().await;
    start(&bed.app);
    bed.clock.arm();
    goes_on(bed).await;
}

/// Work that met a fault is taken up again, and ends with the app.
async fn goes_on(bed: Bed) {
    bed.clock.panics_once_and_is_asked_again().await;
    let begun = Instant::now();
    bed.app.close().await;
    assert!(begun.elapsed() < Duration::from_secs(5), "it ends when it is told to");
    let asked = bed.clock.asked.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(
        bed.clock.asked.load(Ordering::SeqCst),
        asked,
        "and does nothing afterwards"
    );
    bed.log.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_maker_of_exports_works_again_after_a_panic() {
    survives(exports::start).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_is_looked_after_again_after_a_panic() {
    survives(sessions::keep_presence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_is_looked_after_again_after_a_panic() {
    let bed = bed().await;
    // Before it is begun: once it has looked, it looks again in minutes only.
    bed.clock.arm();
    app::retention::keep_applying(&bed.app);
    goes_on(bed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_are_sent_again_after_a_panic() {
    survives(|app| assert!(mail::start(app).unwrap())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_attempts_are_written_again_after_a_panic() {
    survives(app::refusals::keep_writing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_whose_making_something_panics_is_made_anew_and_whole() {
    for format in Format::ALL {
        let bed = bed().await;
        let facts = (0..5_000).map(|n| Facts::new("user.login", Time(1_800_000_000_000_000 + n)));
        let batch = engine::Batch {
            facts: facts.collect(),
            idempotency: None,
            source: engine::IdSpace::Reporter("test".to_owned()),
            numbers: Vec::new(),
        };
        bed.log.ingest(batch).await.unwrap();
        let asked = ViewExport {
            view: ViewRequest::default(),
            format,
            columns: Vec::new(),
            zone: ZoneChoice::utc(),
            has_mark: true,
        };
        let caller = Caller::command_line();
        let ask = exports::create(&bed.app, &caller, &LogScope::Everything, &asked);
        let arm = async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            bed.clock.armed.store(true, Ordering::SeqCst);
        };
        // Wherever the fault strikes, in the asking or in the making.
        let (asking, ()) = tokio::join!(std::panic::AssertUnwindSafe(ask).catch_unwind(), arm);
        let Ok(asking) = asking else { continue };
        let mut export = asking.unwrap();
        let begun = Instant::now();
        while !export.state.is_finished() {
            assert!(begun.elapsed() < Duration::from_secs(90), "{format:?}: {export:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
            let known = exports::get(&bed.app, &caller, &export.id).await.unwrap();
            export = known.unwrap();
        }
        assert_eq!((export.state, export.progress.rows), (State::Done, 5_000), "{format:?}");
    }
}
