//! An app on the database that is chosen for the run, callers, and activities for tests of this crate.

use std::sync::Arc;

use activity::query::{Binding, parse};
use activity::{Activity, Facts, Named, Person, Target, Time};
use engine::{Log, LogSettings, ManualClock, Order, Search, SeededRng};
use store::{Store, StoreUrl};

use crate::{App, Caller, Origin, Roles, Settings, Via};

pub(crate) struct Setup {
    pub(crate) app: App,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) dir: testkit::Place,
    store: Store,
}

impl Setup {
    pub(crate) async fn new() -> Self {
        let clock = Arc::new(ManualClock::new(Time::parse("2026-11-21T14:00:00Z").unwrap()));
        Self::at(testkit::Place::new(Store::prepare), clock, 7).await
    }

    /// The same after its process was killed and started again.
    pub(crate) async fn restarted(self) -> Self {
        let Self { app, clock, dir, store } = self;
        store.close().await;
        drop((app, store));
        Self::at(dir, clock, 8).await
    }

    async fn at(dir: testkit::Place, clock: Arc<ManualClock>, seed: u64) -> Self {
        let store = Store::open(&StoreUrl::parse(&dir.database())).await.unwrap();
        let settings = LogSettings {
            background: false,
            ..LogSettings::new(dir.path().join("volumes"))
        };
        let rng = Arc::new(SeededRng::new(seed));
        let log = Log::open(store.clone(), settings, clock.clone(), rng.clone())
            .await
            .unwrap();
        let mut settings = Settings::default();
        settings.exports.dir = dir.path().join("exports");
        let app = App::new(
            store.clone(),
            log,
            clock.clone(),
            rng,
            settings,
            crate::SecretKey::new(&[7; 32]),
        );
        Self { app, clock, dir, store }
    }

    /// The same with other settings, before it is used.
    pub(crate) fn with(self, change: impl FnOnce(&mut Settings)) -> Self {
        let Self { app, clock, dir, store } = self;
        let mut settings = app.settings().clone();
        change(&mut settings);
        let log = app.log().past_all_scopes().clone();
        let key = crate::SecretKey::new(&[7; 32]);
        let app = App::new(
            store.clone(),
            log,
            clock.clone(),
            Arc::new(SeededRng::new(7)),
            settings,
            key,
        );
        Self { app, clock, dir, store }
    }

    /// Another process on the same database, by whose clock it is `now`.
    pub(crate) fn another_process(&self, now: Time) -> App {
        App::new(
            self.store.clone(),
            self.app.log().past_all_scopes().clone(),
            Arc::new(ManualClock::new(now)),
            Arc::new(SeededRng::new(9)),
            self.app.settings().clone(),
            crate::SecretKey::new(&[7; 32]),
        )
    }

    /// On SQLite, whatever is chosen: for what only that does.
    pub(crate) async fn embedded() -> Self {
        let clock = Arc::new(ManualClock::new(Time::parse("2026-11-21T14:00:00Z").unwrap()));
        Self::at(testkit::Place::embedded(), clock, 7).await
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// A connection beside the app's.
    pub(crate) async fn beside(&self) -> sqlx::AnyConnection {
        self.store.beside().await.unwrap()
    }

    pub(crate) fn now(&self) -> Time {
        self.app.now()
    }

    pub(crate) async fn append(&self, facts: impl IntoIterator<Item = Facts>) {
        let tx = self.app.begin().await.unwrap();
        tx.commit_if_any(facts.into_iter().collect()).await.unwrap();
    }

    /// Everything that matches, newest first, past all scopes.
    pub(crate) async fn all(&self, q: &str) -> Vec<Activity> {
        let binding = Binding {
            now: self.now(),
            me: None,
        };
        let expr = parse(q, &jiff::tz::TimeZone::UTC).unwrap().bind(&binding);
        let search = Search {
            expr,
            order: Order::Newest,
            after: None,
            limit: 10_000,
        };
        self.app.log().past_all_scopes().search(&search).await.unwrap().rows
    }
}

fn caller(id: &str, name: &str, roles: Roles) -> Caller {
    Caller {
        person: Person {
            id: id.to_owned(),
            name: name.to_owned(),
            username: id.trim_start_matches("usr_").to_owned(),
            email: String::new(),
        },
        roles,
        via: Via::Device { id: "dev_1".to_owned() },
        origin: Origin {
            ip: "203.0.113.7".parse().ok(),
            user_agent: None,
            device: Some("Firefox on Linux".to_owned()),
            request_id: "req".to_owned(),
            idempotency_key: None,
            trace_id: None,
        },
    }
}

pub(crate) fn administrator() -> Caller {
    caller(
        "usr_administrator",
        "Maria Silva",
        Roles {
            administrator: true,
            auditor: false,
        },
    )
}

pub(crate) fn auditor() -> Caller {
    caller(
        "usr_auditor",
        "Ada Brown",
        Roles {
            administrator: false,
            auditor: true,
        },
    )
}

pub(crate) fn member(id: &str) -> Caller {
    caller(id, "Sam Jones", Roles::default())
}

/// An ordinary activity in this user's log.
pub(crate) fn of(user: &str, code: &str) -> Facts {
    let mut facts = Facts::new(code, Time::parse("2026-11-21T14:00:00Z").unwrap());
    facts.user = Some(Person {
        id: user.to_owned(),
        name: "Sam Jones".to_owned(),
        username: user.to_owned(),
        email: format!("{user}@example.com"),
    });
    facts.ip = "198.51.100.23".parse().ok();
    facts.device = Some("Firefox on Linux".to_owned());
    facts.application = Some(Named {
        id: "app_web".to_owned(),
        name: "Web manager".to_owned(),
    });
    facts
}

/// An activity with markup, quotes, line ends, control and bidi characters and a formula in every field.
pub(crate) fn hostile() -> Facts {
    let text = "=HYPERLINK(\"http://x\",\"y\")\r\n<script>alert(1)</script>\u{202e}\u{7},;'";
    let mut facts = of("mallory", "user.login");
    facts.user = Some(Person {
        id: "mallory".to_owned(),
        name: text.to_owned(),
        username: format!("@{text}"),
        email: format!("+{text}"),
    });
    facts.device = Some(format!("-{text}"));
    facts.user_agent = Some(text.to_owned());
    facts.reason = Some(text.to_owned());
    facts.description = Some(text.to_owned());
    facts.targets = vec![Target {
        kind: "thing".to_owned(),
        id: text.to_owned(),
        name: text.to_owned(),
        ..Target::default()
    }];
    facts.metadata.insert(text.to_owned(), text.to_owned());
    facts
}
