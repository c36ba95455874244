//! A whole application on the database that is chosen for the run, with a clock that tests move.
#![allow(dead_code, reason = "each test file uses what it needs of it")]

pub(crate) mod authenticator;

use std::sync::Arc;

use activity::query::Expr;
use activity::{Activity, Time};
use app::accounts::{self, Activation, LoginStatus, NewUser, Order};
use app::logging_in::{self, LogIn, LogInRefused, LogInStep, SignedIn};
use app::{App, Caller, Origin, Roles, Settings, Visitor};
use engine::{Log, LogSettings, ManualClock, SeededRng};
use store::accounts::mail::MailRow;
use store::{PageFrom, Store, StoreUrl};
use testkit::Place;

pub(crate) const GOOD: &str = "seven green kettles sing";
pub(crate) const OTHER: &str = "nine grey herons wait here";
pub(crate) const WRONG: &str = "this is not the password";
pub(crate) const MINUTE: i64 = 60 * Time::SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) log: Log,
    pub(crate) store: Store,
    dir: Place,
}

/// Every order of users.
pub(crate) const ORDERS: [Order; 5] = [
    Order::Name,
    Order::Username,
    Order::Email,
    Order::LastLogin,
    Order::Created,
];

impl TestApp {
    /// A new account of somebody with these names, not yet activated: its id.
    pub(crate) async fn named(&self, username: &str, given_name: &str, family_name: &str) -> String {
        let new = NewUser {
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            username: username.to_owned(),
            email: format!("{username}@example.com"),
            activation: Activation::Later,
            ..NewUser::default()
        };
        let created = accounts::create_user(&self.app, &Caller::command_line(), new).await;
        created.unwrap().person.id
    }

    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// On SQLite, whatever is chosen: for what is written in its words.
    pub(crate) async fn embedded() -> Self {
        Self::at(Place::embedded(), |_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::at(Place::new(Store::prepare), change).await
    }

    async fn at(dir: Place, change: impl FnOnce(&mut Settings)) -> Self {
        let clock = Arc::new(ManualClock::new(Time::parse("2026-11-21T12:00:00Z").unwrap()));
        let rng = Arc::new(SeededRng::new(7));
        let store = Store::open(&StoreUrl::parse(&dir.database())).await.unwrap();
        let settings = LogSettings {
            background: false,
            ..LogSettings::new(dir.path().join("volumes"))
        };
        let log = Log::open(store.clone(), settings, clock.clone(), rng.clone())
            .await
            .unwrap();
        let mut settings = Settings::default();
        settings.password.argon2_memory_kib = 64;
        settings.password.argon2_passes = 1;
        settings.exports.dir = dir.path().join("exports");
        settings.sms.outbox = true;
        settings.public_url = "https://whodid.example.com".to_owned();
        change(&mut settings);
        let app = App::new(store.clone(), log.clone(), clock.clone(), rng, settings, secret_key());
        Self {
            app,
            clock,
            log,
            store,
            dir,
        }
    }

    /// Where everything is kept.
    pub(crate) fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Has the log signed.
    pub(crate) async fn sign(&self) {
        let name = "test.example/whodid";
        let signer = engine::Signer {
            origin: name.parse().unwrap(),
            keys: vec![engine::SigningKey::from_seed(name.parse().unwrap(), &[7; 32])],
            anchor: None,
        };
        self.log.sign_with(signer, false).await.unwrap();
    }

    /// Takes out of the log whoever is being erased, to the end.
    pub(crate) async fn erased(&self) {
        self.log.settle(true).await.unwrap();
        let erasures = self.log.erasures().await.unwrap();
        assert!(
            erasures.iter().all(|erasure| erasure.finished_at.is_some()),
            "{erasures:?}"
        );
    }

    /// An active account with the password [`GOOD`]; its id.
    pub(crate) async fn active(&self, username: &str, roles: Roles) -> String {
        self.create(username, roles, Activation::Password(GOOD.to_owned()))
            .await
    }

    /// An account that was never activated; its id.
    pub(crate) async fn invited(&self, username: &str) -> String {
        self.create(username, Roles::default(), Activation::Mail).await
    }

    pub(crate) async fn create(&self, username: &str, roles: Roles, activation: Activation) -> String {
        let new = NewUser {
            given_name: capital(username),
            family_name: "Jones".to_owned(),
            username: username.to_owned(),
            email: format!("{username}@example.com"),
            roles,
            service_account: false,
            activation,
        };
        let created = accounts::create_user(&self.app, &Caller::command_line(), new)
            .await
            .unwrap();
        // The next mail is newer than this one's.
        self.clock.advance(1_000);
        created.person.id
    }

    pub(crate) async fn log_in(&self, login: &str, password: &str) -> Result<SignedIn, LogInRefused> {
        self.log_in_on(login, password, None).await
    }

    pub(crate) async fn log_in_on(
        &self,
        login: &str,
        password: &str,
        known_device: Option<&str>,
    ) -> Result<SignedIn, LogInRefused> {
        let typed = LogIn {
            login: login.to_owned(),
            password: password.to_owned(),
            known_device: known_device.map(str::to_owned),
        };
        match logging_in::log_in(&self.app, &visitor(), typed).await? {
            LogInStep::Done(signed_in) => Ok(signed_in),
            step => panic!("a second step is asked for: {step:?}"),
        }
    }

    /// What a right password leads to.
    pub(crate) async fn step(&self, login: &str, password: &str, known_device: Option<&str>) -> LogInStep {
        let typed = LogIn {
            login: login.to_owned(),
            password: password.to_owned(),
            known_device: known_device.map(str::to_owned),
        };
        logging_in::log_in(&self.app, &visitor(), typed).await.unwrap()
    }

    pub(crate) async fn signed_in(&self, username: &str, roles: Roles) -> Caller {
        self.active(username, roles).await;
        self.log_in(username, GOOD).await.unwrap().caller
    }

    pub(crate) async fn admin(&self) -> Caller {
        self.signed_in(
            "ada",
            Roles {
                administrator: true,
                auditor: false,
            },
        )
        .await
    }

    pub(crate) async fn status(&self, id: &str) -> LoginStatus {
        accounts::get_user(&self.app, &Caller::command_line(), id)
            .await
            .unwrap()
            .unwrap()
            .row
            .status
    }

    /// Every activity, oldest first.
    pub(crate) async fn activities(&self) -> Vec<Activity> {
        let search = engine::Search {
            expr: Expr::All,
            order: engine::Order::Recorded,
            after: None,
            limit: 10_000,
        };
        self.log.search(&search).await.unwrap().rows
    }

    /// The codes of the activities of one user's log, oldest first.
    pub(crate) async fn codes_of(&self, id: &str) -> Vec<String> {
        let all = self.activities().await;
        let of_user = all
            .iter()
            .filter(|activity| activity.user.as_ref().is_some_and(|user| user.id == id));
        of_user.map(|activity| activity.kind.to_string()).collect()
    }

    pub(crate) async fn count(&self, code: &str) -> usize {
        self.activities()
            .await
            .iter()
            .filter(|activity| &*activity.kind == code)
            .count()
    }

    /// Subject and text of every mail, newest first.
    pub(crate) async fn mails(&self) -> Vec<(String, String)> {
        let rows = self.mail_rows().await;
        rows.into_iter().map(|row| (row.subject.clone(), body(&row))).collect()
    }

    /// Every mail as it is kept, newest first.
    pub(crate) async fn mail_rows(&self) -> Vec<MailRow> {
        let mut read = self.store.glance().await.unwrap();
        store::accounts::mail::newest(&mut read, &PageFrom::First, 1_000)
            .await
            .unwrap()
    }

    /// The token of the link in the newest mail with this subject.
    pub(crate) async fn token_of(&self, subject: &str) -> String {
        let mails = self.mails().await;
        let (_, body) = mails.iter().find(|(found, _)| found == subject).unwrap();
        let line = body.lines().find(|line| line.contains("?token=")).unwrap();
        line.split_once("?token=").unwrap().1.to_owned()
    }
}

/// The text of a mail, as who has the key reads it; empty once it is not kept any more.
pub(crate) fn body(row: &MailRow) -> String {
    let sealed = row.sealed_body.as_deref();
    let text = sealed.map(|sealed| secret_key().open(app::Cell::mail_body(&row.id), sealed).unwrap());
    String::from_utf8(text.unwrap_or_default()).unwrap()
}

/// The key that wraps the secrets of every test.
pub(crate) fn secret_key() -> app::SecretKey {
    app::SecretKey::new(&[7; 32])
}

pub(crate) fn visitor() -> Visitor {
    Visitor {
        origin: origin("203.0.113.7"),
        application: None,
        device_token: None,
    }
}

pub(crate) fn origin(ip: &str) -> Origin {
    Origin {
        ip: Some(ip.parse().unwrap()),
        user_agent: Some("Mozilla/5.0".to_owned()),
        device: Some("Firefox on Linux".to_owned()),
        request_id: "test".to_owned(),
        idempotency_key: None,
        trace_id: None,
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
