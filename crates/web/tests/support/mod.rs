//! A whole Whodid on a temporary directory, listening on a port of this machine, with people of every kind.
#![allow(dead_code, reason = "each test binary uses its part of it")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::accounts::{self, Activation, NewUser};
use app::logging_in::{self, LogIn};
use app::{App, Caller, Roles, Scopes, Visitor};
use reqwest::header::{CONTENT_TYPE, COOKIE};
use reqwest::{Client, RequestBuilder, Response};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use web::{AppState, Scope, Settings};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// Who a test asks as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    Nobody,
    Member,
    Auditor,
    Administrator,
    /// The administrator's key with this scope alone.
    Key(Scope),
    /// A device of the member that is signed in to a registered application.
    Device,
    /// The registered application itself, with its key.
    Application,
}

impl As {
    pub const ALL: [Self; 10] = [
        Self::Nobody,
        Self::Member,
        Self::Auditor,
        Self::Administrator,
        Self::Key(Scope::Write),
        Self::Key(Scope::Read),
        Self::Key(Scope::Export),
        Self::Key(Scope::Admin),
        Self::Device,
        Self::Application,
    ];
}

/// The server and its people.
pub struct TestApp {
    pub address: SocketAddr,
    pub app: App,
    pub client: Client,
    pub directory: tempfile::TempDir,
    pub log: engine::Log,
    keys: Vec<(Scope, String)>,
    /// The key of the application `Headset`.
    pub application: String,
    stop: Option<oneshot::Sender<()>>,
    served: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// Starts where Otto is a member like Mia: an auditor changes nothing.
    pub async fn of_members() -> Self {
        let test = Self::start().await;
        test.make_otto_a_member().await;
        test
    }

    /// Takes from Otto what makes him an auditor.
    pub async fn make_otto_a_member(&self) {
        let otto = self.caller("otto").await.person.id;
        accounts::set_roles(&self.app, &Caller::command_line(), &otto, Roles::default())
            .await
            .unwrap();
    }

    /// Starts with settings changed from the defaults.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::with_both(change, |_| ()).await
    }

    /// The same, and settings of the use cases.
    pub async fn with_both(change: impl FnOnce(&mut Settings), change_app: impl FnOnce(&mut app::Settings)) -> Self {
        Self::with_all(change, change_app, |_| ()).await
    }

    /// Starts with settings of the log changed from the defaults.
    pub async fn with_log(change: impl FnOnce(&mut engine::LogSettings)) -> Self {
        Self::with_all(|_| (), |_| (), change).await
    }

    async fn with_all(
        change: impl FnOnce(&mut Settings),
        change_app: impl FnOnce(&mut app::Settings),
        change_log: impl FnOnce(&mut engine::LogSettings),
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = Settings::default();
        settings.limits.secrets_per_minute = 100_000;
        settings.limits.application_secrets_per_minute = 100_000;
        change(&mut settings);
        let (app, log) = open(directory.path(), address, change_app, change_log).await;
        people(&app).await;
        let (stop, stopped) = oneshot::channel::<()>();
        let state = AppState::new(app.clone(), settings);
        let served = tokio::spawn(web::serve(state, listener, async move {
            let _ = stopped.await;
        }));
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let mut this = Self {
            address,
            app,
            client,
            directory,
            log,
            keys: Vec::new(),
            application: String::new(),
            stop: Some(stop),
            served: Some(served),
        };
        for scope in [Scope::Write, Scope::Read, Scope::Export, Scope::Admin] {
            let key = this.key_of("ada", scope).await;
            this.keys.push((scope, key));
        }
        this.application = this.register("Headset", false).await;
        this
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A new key of this person with one scope.
    pub async fn key_of(&self, username: &str, scope: Scope) -> String {
        let scopes = Scopes {
            write: scope == Scope::Write,
            read: scope == Scope::Read,
            export: scope == Scope::Export,
            admin: scope == Scope::Admin,
        };
        self.key_with(username, scopes).await
    }

    /// A new key of this person with these scopes.
    pub async fn key_with(&self, username: &str, scopes: Scopes) -> String {
        // A key acts as its maker: each made theirs while they were an administrator.
        let maker = Caller {
            person: self.caller(username).await.person,
            ..Caller::command_line()
        };
        let request = app::api_keys::NewKeyRequest {
            name: "test".to_owned(),
            scopes,
            ..app::api_keys::NewKeyRequest::default()
        };
        app::api_keys::create(&self.app, &maker, request)
            .await
            .unwrap()
            .token
            .unwrap()
    }

    pub fn key(&self, scope: Scope) -> &str {
        &self.keys.iter().find(|(known, _)| *known == scope).unwrap().1
    }

    /// Signs this person in without going through the pages.
    pub async fn sign_in(&self, username: &str) -> logging_in::SignedIn {
        let typed = LogIn {
            login: username.to_owned(),
            password: PASSWORD.to_owned(),
            known_device: None,
        };
        match logging_in::log_in(&self.app, &Visitor::default(), typed).await.unwrap() {
            logging_in::LogInStep::Done(signed_in) => signed_in,
            step => panic!("a second step is asked for: {step:?}"),
        }
    }

    /// Registers an application and returns its key.
    pub async fn register(&self, name: &str, single_device: bool) -> String {
        let new = app::applications::NewApplication {
            name: name.to_owned(),
            single_device,
        };
        let registered = app::applications::register(&self.app, &Caller::command_line(), new).await;
        registered.unwrap().key.unwrap()
    }

    /// Signs this person in to the application with this key, without going through the API.
    pub async fn sign_in_to(&self, key: &str, username: &str) -> logging_in::SignedIn {
        let presented = app::applications::authenticate(&self.app, key, app::Origin::default()).await;
        let app::applications::Presented::Application(visitor) = presented.unwrap() else {
            panic!("the key is refused")
        };
        let typed = LogIn {
            login: username.to_owned(),
            password: PASSWORD.to_owned(),
            known_device: None,
        };
        match logging_in::log_in(&self.app, &visitor, typed).await.unwrap() {
            logging_in::LogInStep::Done(signed_in) => signed_in,
            step => panic!("a second step is asked for: {step:?}"),
        }
    }

    /// The text of the newest mail this picks, as an administrator at the machine has it shown.
    pub async fn mail(&self, pick: impl Fn(&app::mail::Mail) -> bool) -> String {
        let at_machine = Caller::command_line();
        let page = app::mail::list(&self.app, &at_machine, None).await.unwrap();
        let mail = page.rows.into_iter().find(pick).unwrap();
        app::mail::show(&self.app, &at_machine, &mail.id).await.unwrap().body
    }

    pub async fn caller(&self, username: &str) -> Caller {
        self.sign_in(username).await.caller
    }

    /// The value of the header `Cookie` of this person, newly signed in.
    pub async fn cookie(&self, username: &str) -> String {
        format!("__Host-device={}", self.sign_in(username).await.device_token)
    }

    /// The request as this kind of caller.
    pub async fn authorized(&self, request: RequestBuilder, who: As) -> RequestBuilder {
        match who {
            As::Nobody => request,
            As::Member => request.header(COOKIE, self.cookie("mia").await),
            As::Auditor => request.header(COOKIE, self.cookie("otto").await),
            As::Administrator => request.header(COOKIE, self.cookie("ada").await),
            As::Key(scope) => request.bearer_auth(self.key(scope)),
            As::Device => {
                let signed_in = self.sign_in_to(&self.application, "mia").await;
                request.bearer_auth(signed_in.device_token)
            }
            As::Application => request.bearer_auth(&self.application),
        }
    }

    pub async fn get(&self, path: &str, who: As) -> Response {
        self.authorized(self.client.get(self.url(path)), who)
            .await
            .send()
            .await
            .unwrap()
    }

    /// Sends a batch with the administrator's key for writing.
    pub async fn post_batch(&self, content_type: &str, body: impl Into<reqwest::Body>) -> Response {
        let request = self
            .client
            .post(self.url("/v1/activities"))
            .bearer_auth(self.key(Scope::Write));
        request
            .header(CONTENT_TYPE, content_type)
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// Puts facts into the log past every check, as an earlier version or a restored log may have them.
    pub async fn append(&self, facts: activity::Facts) {
        let batch = engine::Batch {
            facts: vec![facts],
            idempotency: None,
            source: engine::IdSpace::Reporter("test".to_owned()),
            numbers: Vec::new(),
        };
        self.log.ingest(batch).await.unwrap();
    }

    /// Every activity of this type, oldest first.
    pub async fn of_type(&self, code: &str) -> Vec<activity::Activity> {
        let search = engine::Search {
            expr: activity::query::Expr::All,
            order: engine::Order::Recorded,
            after: None,
            limit: 10_000,
        };
        let mut rows = self.log.search(&search).await.unwrap().rows;
        rows.retain(|activity| &*activity.kind == code);
        rows
    }

    /// Stops the server as a signal would, and waits until it has.
    pub async fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(served) = self.served.take() {
            served.await.unwrap().unwrap();
        }
        self.log.close().await;
    }
}

async fn open(
    directory: &std::path::Path,
    address: SocketAddr,
    change: impl FnOnce(&mut app::Settings),
    change_log: impl FnOnce(&mut engine::LogSettings),
) -> (App, engine::Log) {
    let (clock, rng) = (Arc::new(engine::SystemClock), Arc::new(engine::SystemRng));
    let store = store::Store::open(&store::StoreUrl::directory(directory))
        .await
        .unwrap();
    let mut settings = engine::LogSettings::new(directory.join("volumes"));
    change_log(&mut settings);
    let log = engine::Log::open(store.clone(), settings, clock.clone(), rng.clone())
        .await
        .unwrap();
    let name = "test.example/whodid";
    let signer = engine::Signer {
        origin: name.parse().unwrap(),
        keys: vec![proof::SigningKey::from_seed(name.parse().unwrap(), &[7; 32])],
        anchor: None,
    };
    log.sign_with(signer, false).await.unwrap();
    let mut settings = app::Settings {
        public_url: format!("http://{address}"),
        ..app::Settings::default()
    };
    settings.password.argon2_memory_kib = 8;
    settings.sms.outbox = true;
    settings.exports.dir = directory.join("exports");
    settings.password.argon2_passes = 1;
    change(&mut settings);
    (
        App::new(store, log.clone(), clock, rng, settings, app::SecretKey::new(&[7; 32])),
        log,
    )
}

async fn people(app: &App) {
    let nothing = Roles::default();
    let people = [
        (
            "Ada",
            "Brown",
            "ada",
            Roles {
                administrator: true,
                ..nothing
            },
        ),
        (
            "Otto",
            "Weber",
            "otto",
            Roles {
                auditor: true,
                ..nothing
            },
        ),
        ("Mia", "Silva", "mia", nothing),
    ];
    for (given_name, family_name, username, roles) in people {
        let new = NewUser {
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            username: username.to_owned(),
            email: format!("{username}@example.com"),
            roles,
            service_account: false,
            activation: Activation::Password(PASSWORD.to_owned()),
        };
        accounts::create_user(app, &Caller::command_line(), new).await.unwrap();
    }
}

/// Reads a stream until it holds this, or for so long; what came and whether it is still open.
pub async fn until(stream: &mut Response, wanted: &str, patience: Duration) -> (String, bool) {
    let mut all = String::new();
    let deadline = tokio::time::Instant::now() + patience;
    while !all.contains(wanted) {
        match tokio::time::timeout_at(deadline, stream.chunk()).await {
            Ok(Ok(Some(chunk))) => all.push_str(&String::from_utf8_lossy(&chunk)),
            Ok(Ok(None) | Err(_)) => return (all, false),
            Err(_) => return (all, true),
        }
    }
    (all, true)
}
