//! Work in the background survives its own faults and ends with the process; a file in whose making something panics
//! does not end like a whole one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use activity::{Facts, Time};
use app::activity::{LogScope, ViewRequest};
use app::exports::{self, Format, ViewExport, export_view};
use app::{App, Caller, Settings, ZoneChoice, mail, sessions};
use engine::{Clock, Log, LogSettings, SeededRng};
use futures::StreamExt as _;
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
    /// Lets the next question panic, and waits until time is asked for again after it.
    async fn panics_once_and_is_asked_again(&self) {
        self.armed.store(true, Ordering::SeqCst);
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
    _dir: tempfile::TempDir,
}

async fn bed() -> Bed {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let (clock, rng) = (Arc::new(Faulty::default()), Arc::new(SeededRng::new(7)));
    let store = Store::open(&StoreUrl::directory(dir.path()))
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
    bed.clock.armed.store(false, Ordering::SeqCst);
    start(&bed.app);
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
async fn mails_are_sent_again_after_a_panic() {
    survives(|app| assert!(mail::start(app).unwrap())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_attempts_are_written_again_after_a_panic() {
    survives(app::refusals::keep_writing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_streamed_export_breaks_every_format_off() {
    for format in [Format::Csv, Format::Jsonl] {
        let bed = bed().await;
        let facts = (0..5_000).map(|n| Facts::new("user.login", Time(1_800_000_000_000_000 + n)));
        let batch = engine::Batch {
            facts: facts.collect(),
            idempotency: None,
            source: engine::IdSpace::Reporter("test".to_owned()),
        };
        bed.log.ingest(batch).await.unwrap();
        let asked = ViewExport {
            view: ViewRequest::default(),
            format,
            columns: Vec::new(),
            zone: ZoneChoice::utc(),
        };
        let everything = LogScope::Everything;
        let mut streamed = export_view(&bed.app, &Caller::command_line(), &everything, &asked)
            .await
            .unwrap();
        let first = streamed.chunks.next().await.unwrap();
        assert!(first.is_ok());
        bed.clock.armed.store(true, Ordering::SeqCst);
        let rest: Vec<_> = streamed.chunks.collect().await;
        assert!(
            rest.last().is_some_and(Result::is_err),
            "{format:?} ended as if it were whole"
        );
        assert!(streamed.summary.get().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_files_are_on_their_way_at_once_and_a_reader_who_leaves_makes_room() {
    let bed = bed().await;
    let asked = ViewExport {
        view: ViewRequest::default(),
        format: Format::Jsonl,
        columns: Vec::new(),
        zone: ZoneChoice::utc(),
    };
    let each = bed.app.settings().exports.per_account;
    let caller = Caller::command_line();
    let facts = (0..20_000).map(|n| {
        let mut facts = Facts::new("user.login", Time(1_800_000_000_000_000 + n));
        facts.description = Some("x".repeat(100));
        facts
    });
    for part in facts.collect::<Vec<_>>().chunks(10_000) {
        let batch = engine::Batch {
            facts: part.to_vec(),
            idempotency: None,
            source: engine::IdSpace::Reporter("test".to_owned()),
        };
        bed.log.ingest(batch).await.unwrap();
    }
    let mut stalled = Vec::new();
    for _ in 0..each {
        stalled.push(
            export_view(&bed.app, &caller, &LogScope::Everything, &asked)
                .await
                .unwrap(),
        );
    }
    let refused = export_view(&bed.app, &caller, &LogScope::Everything, &asked)
        .await
        .err()
        .unwrap();
    assert!(
        matches!(refused, exports::ExportError::TooMany { yours: true }),
        "{refused}"
    );
    stalled.pop();
    let begun = Instant::now();
    while export_view(&bed.app, &caller, &LogScope::Everything, &asked)
        .await
        .is_err()
    {
        assert!(begun.elapsed() < Duration::from_secs(20), "no place was given back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
