//! An installation with two groups that have nothing to do with each other, made once and copied for every use of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use activity::{Activity, Named};
use app::accounts::{self, Activation, NewUser};
use app::activity::{LogScope, ViewRequest};
use app::applications::{self, NewApplication};
use app::groups::{self, GroupRole, Invite, NewGroup};
use app::logging_in::{self, LogIn, LogInStep, SignedIn};
use app::saved_searches::{self, LogKind, NewSavedSearch};
use app::sessions::{self, EditSession, NewSession};
use app::{App, Caller, Roles, Scopes, Visitor, ZoneChoice, api_keys, connections, exports, mail};
use reqwest::header::COOKIE;
use reqwest::{Client, Method, RequestBuilder, Response};
use sqlx::{AnyConnection, Row as _};
use store::{Store, StoreUrl};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use web::{AppState, Policy, Settings};

use crate::callers::Who;

const PASSWORD: &str = "correct horse battery staple";

/// What a caller shows who they are with.
#[derive(Clone, Debug)]
enum Shows {
    Nothing,
    Cookie(String),
    Bearer(String),
}

/// A closed installation, and what is in it.
pub(crate) struct Template {
    directory: TempDir,
    /// What the words beginning with `$` in the tables stand for.
    names: BTreeMap<&'static str, String>,
    /// In a browser and as a program.
    callers: BTreeMap<Who, (Shows, Shows)>,
}

/// A running copy of it.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) log: engine::Log,
    /// A connection that notices when another one has written.
    watcher: tokio::sync::Mutex<AnyConnection>,
    address: SocketAddr,
    client: Client,
    stop: Option<oneshot::Sender<()>>,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
    _directory: TempDir,
}

impl Template {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (app, store, log) = open(directory.path()).await;
        let mut making = Making {
            app: &app,
            names: BTreeMap::new(),
            callers: BTreeMap::new(),
        };
        making.people().await;
        making.groups().await;
        making.callers().await;
        making.sessions().await;
        making.connections().await;
        making.records(&store).await;
        making.saved_searches().await;
        let (names, callers) = (making.names, making.callers);
        drop(app);
        log.close().await;
        store.close().await;
        Self {
            directory,
            names,
            callers,
        }
    }

    pub(crate) async fn open(&self) -> World {
        let directory = tempfile::tempdir().unwrap();
        copy(self.directory.path(), directory.path());
        let (app, store, log) = open(directory.path()).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = Settings::default();
        settings.limits.secrets_per_minute = 100_000;
        settings.limits.application_secrets_per_minute = 100_000;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(web::serve(AppState::new(app, settings), listener, async move {
            let _ = stopped.await;
        }));
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let watcher = store.beside().await.unwrap();
        World {
            store,
            log,
            watcher: tokio::sync::Mutex::new(watcher),
            address,
            client,
            stop: Some(stop),
            served,
            _directory: directory,
        }
    }

    /// The text with the words that begin with `$` filled in.
    pub(crate) fn fill(&self, text: &str) -> String {
        // The longest first: one may begin with another.
        let mut names: Vec<_> = self.names.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        names
            .into_iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(*name, value))
    }

    /// A path of the route table with its parameters filled in: what each stands for is said by the word before it.
    pub(crate) fn path(&self, template: &str) -> String {
        let mut before = "";
        let mut parts = Vec::new();
        for part in template.split('/') {
            parts.push(if part.starts_with('{') {
                let name = format!("${}", singular(before));
                assert!(
                    self.names.contains_key(&*name),
                    "{template}: nothing of the world is called {name}"
                );
                self.names[&*name].clone()
            } else {
                part.to_owned()
            });
            before = part;
        }
        parts.join("/")
    }

    /// The request as this caller, where the route has this policy.
    pub(crate) fn authorize(&self, request: RequestBuilder, who: Who, policy: Policy) -> RequestBuilder {
        let (browser, program) = &self.callers[&who];
        let shows = match policy {
            Policy::Program | Policy::Key(_) | Policy::Reporter | Policy::Application => program,
            Policy::Public | Policy::SignedIn | Policy::Administrator | Policy::ReaderOfAll => browser,
        };
        match shows {
            Shows::Nothing => request,
            Shows::Cookie(token) => request.header(COOKIE, format!("__Host-device={token}")),
            Shows::Bearer(token) => request.bearer_auth(token),
        }
    }
}

/// What a parameter of a path after this word is called.
fn singular(word: &str) -> &str {
    match word {
        "members" | "users" | "connections" => "tina",
        "memberships" => "group",
        "activities" => "activity",
        "saved-searches" => "saved_search",
        word => word.strip_suffix('s').unwrap_or(word),
    }
}

impl World {
    pub(crate) fn request(&self, method: &Method, path: &str) -> RequestBuilder {
        self.client
            .request(method.clone(), format!("http://{}{path}", self.address))
    }

    /// Sends it; a stream is left as soon as it has begun.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Response {
        request.send().await.unwrap()
    }

    /// The activities from `seq` on.
    pub(crate) async fn activities_from(&self, seq: u64) -> Vec<Activity> {
        let search = engine::Search {
            expr: activity::query::Expr::All,
            order: engine::Order::Recorded,
            after: None,
            limit: 10_000,
        };
        let mut found = self.log.search(&search).await.unwrap().rows;
        found.retain(|activity| activity.seq >= seq);
        found
    }

    /// Another number whenever anything was written.
    pub(crate) async fn version(&self) -> i64 {
        let mut watcher = self.watcher.lock().await;
        let row = sqlx::query("PRAGMA data_version").fetch_one(&mut *watcher).await;
        row.unwrap().try_get(0).unwrap()
    }

    pub(crate) async fn size(&self) -> u64 {
        self.log.head().await.unwrap().through.size
    }

    pub(crate) async fn close(mut self) {
        drop(self.stop.take());
        self.served.await.unwrap().unwrap();
        drop(self.watcher);
        self.log.close().await;
        self.store.close().await;
    }
}

/// The template on its way.
struct Making<'a> {
    app: &'a App,
    names: BTreeMap<&'static str, String>,
    callers: BTreeMap<Who, (Shows, Shows)>,
}

impl Making<'_> {
    async fn people(&mut self) {
        for (word, is_administrator, is_service, is_active) in [
            ("$ada", true, false, true),
            ("$olga", false, false, true),
            ("$adam", false, false, true),
            ("$mia", false, false, true),
            ("$tina", false, false, true),
            ("$otto", false, false, true),
            ("$tess", false, false, true),
            ("$ines", false, false, true),
            ("$rita", false, false, true),
            ("$dora", false, false, true),
            ("$noa", false, false, false),
            ("$robot_outside", false, true, false),
            ("$robot_inside", false, true, false),
        ] {
            let username = &word[1..];
            let new = NewUser {
                given_name: username.to_owned(),
                family_name: "Jones".to_owned(),
                username: username.to_owned(),
                email: format!("{username}@example.com"),
                roles: Roles {
                    administrator: is_administrator,
                    auditor: false,
                },
                service_account: is_service,
                activation: match is_active {
                    true => Activation::Password(PASSWORD.to_owned()),
                    false => Activation::Mail,
                },
            };
            let made = accounts::create_user(self.app, &Caller::command_line(), new)
                .await
                .unwrap();
            self.names.insert(word, made.person.id);
        }
    }

    /// One of Olga's, of the log of a group, that hers shares.
    async fn saved_searches(&mut self) {
        let olga = self.signed_in("$olga", None).await.caller;
        let new = NewSavedSearch {
            kind: LogKind::Group,
            name: "Failures of the choir".to_owned(),
            query: "outcome:failure".to_owned(),
            zone: jiff::tz::TimeZone::UTC,
            from: String::new(),
            to: String::new(),
            columns: String::new(),
            density: String::new(),
            shows_reads: false,
            shared_with: Some(self.names["$group"].clone()),
            is_default: false,
        };
        let saved = saved_searches::create(self.app, &olga, new).await.unwrap();
        self.names.insert("$saved_search", saved.id);
    }

    async fn groups(&mut self) {
        let command_line = Caller::command_line();
        for (word, name, owner) in [("$group", "Choir", "$olga"), ("$other_group", "Orchestra", "$otto")] {
            let new = NewGroup {
                name: name.to_owned(),
                owner: Some(self.names[owner].clone()),
                ..NewGroup::default()
            };
            let group = groups::create(self.app, &command_line, new).await.unwrap();
            self.names.insert(word, group.id);
        }
        for (group, who, role) in [
            ("$group", "$adam", GroupRole::Administrator),
            ("$group", "$mia", GroupRole::Member),
            ("$group", "$tina", GroupRole::Member),
            ("$group", "$dora", GroupRole::Owner),
            ("$group", "$noa", GroupRole::Administrator),
            ("$group", "$robot_inside", GroupRole::Administrator),
            ("$other_group", "$tess", GroupRole::Member),
        ] {
            groups::add_member(self.app, &command_line, &self.names[group], &self.names[who], role)
                .await
                .unwrap();
        }
        let invite = Invite {
            addresses: "ines@example.com".to_owned(),
            role: GroupRole::Member,
        };
        for (word, group) in [("$invitation", "$group"), ("$other_invitation", "$other_group")] {
            let lines = groups::invite(self.app, &command_line, &self.names[group], invite.clone()).await;
            let groups::InviteOutcome::Invited { id, .. } = &lines.unwrap()[0].outcome else {
                panic!()
            };
            self.names.insert(word, id.clone());
        }
    }

    async fn callers(&mut self) {
        let ada = self.signed_in("$ada", None).await.caller;
        let new = NewApplication {
            name: "Phone".to_owned(),
            single_device: false,
        };
        let phone = applications::register(self.app, &ada, new).await.unwrap();
        let application = Named {
            id: phone.application.id.clone(),
            name: phone.application.name.clone(),
        };
        self.names.insert("$application", phone.application.id);
        let through = Some(application);
        for (who, word) in [
            (Who::Owner, "$olga"),
            (Who::Administrator, "$adam"),
            (Who::Member, "$mia"),
            (Who::Stranger, "$otto"),
            (Who::Disabled, "$dora"),
        ] {
            let browser = self.signed_in(word, None).await.device_token;
            let program = self.signed_in(word, through.clone()).await.device_token;
            self.callers
                .insert(who, (Shows::Cookie(browser), Shows::Bearer(program)));
        }
        let browser = self.signed_in("$ada", None).await.device_token;
        let program = self.signed_in("$ada", through).await.device_token;
        let key = Shows::Bearer(self.key(&ada, "$ada").await);
        self.callers.insert(Who::Installation, (Shows::Cookie(browser), key));
        let as_cookie = Shows::Cookie(program.clone());
        self.callers
            .insert(Who::ThroughApplication, (as_cookie, Shows::Bearer(program)));
        for (who, word) in [
            (Who::Service, "$robot_outside"),
            (Who::ServiceInside, "$robot_inside"),
            (Who::NotActivated, "$noa"),
        ] {
            let key = Shows::Bearer(self.key(&ada, word).await);
            self.callers.insert(who, (key.clone(), key));
        }
        self.callers.insert(Who::Nobody, (Shows::Nothing, Shows::Nothing));
        let tina = self.signed_in("$tina", None).await.caller;
        self.names.insert("$device", tina.via.device_id().unwrap().to_owned());
        let dora = self.names["$dora"].clone();
        accounts::set_login_enabled(self.app, &ada, &dora, false).await.unwrap();
    }

    /// A session that runs, one that is locked, one that is planned, and one of the other group.
    async fn sessions(&mut self) {
        for (word, group, host, start) in [
            ("$session", "$group", "$olga", true),
            ("$locked_session", "$group", "$olga", true),
            ("$planned_session", "$group", "$tina", false),
            ("$other_session", "$other_group", "$otto", true),
        ] {
            let host = self.signed_in(host, None).await.caller;
            let new = NewSession {
                group_id: self.names[group].clone(),
                name: "Rehearsal".to_owned(),
                password: None,
                start,
            };
            let session = sessions::create(self.app, &host, new).await.unwrap();
            if word == "$locked_session" {
                let lock = EditSession {
                    locked: Some(true),
                    ..EditSession::default()
                };
                sessions::edit(self.app, &host, &session.id, lock).await.unwrap();
            }
            self.names.insert(word, session.id);
        }
    }

    /// Everybody who can is asked by Tina, asked Tess, is connected with Ines and blocks Dora.
    async fn connections(&mut self) {
        let tina = self.signed_in("$tina", None).await.caller;
        let ines = self.signed_in("$ines", None).await.caller;
        for word in ["$ada", "$olga", "$adam", "$mia", "$otto"] {
            let who = self.signed_in(word, None).await.caller;
            connections::request(self.app, &tina, &word[1..]).await.unwrap();
            connections::request(self.app, &who, "tess").await.unwrap();
            connections::request(self.app, &who, "ines").await.unwrap();
            connections::accept(self.app, &ines, &who.person.id).await.unwrap();
            connections::block(self.app, &who, &self.names["$dora"]).await.unwrap();
        }
    }

    /// What else there is that is somebody's: an activity of the group, an export of Tina's log, a mail, a key, and a
    /// passkey of Tina's.
    async fn records(&mut self, store: &Store) {
        let ada = self.signed_in("$ada", None).await.caller;
        let started = self.seq_of("session.started", "$olga").await;
        self.names.insert("$activity", started);
        let zone = ZoneChoice::utc();
        let export = exports::generate_user_csv(self.app, &ada, &self.names["$tina"], &zone, None).await;
        let export = export.unwrap();
        assert_eq!(export.state, exports::State::Done);
        self.names.insert("$export", export.id);
        let mails = mail::list(self.app, &ada, None).await.unwrap().rows;
        self.names.insert("$outbox", mails[0].id.clone());
        let keys = api_keys::list(self.app, &ada).await.unwrap();
        self.names.insert("$api-key", keys[0].id.clone());
        let mut beside = store.beside().await.unwrap();
        sqlx::query(
            "INSERT INTO passkey (id, account_id, credential_id, name, credential, counter, created_at)
             VALUES ('pky_of_tina', $1, x'01', 'Phone', '{}', 0, 0)",
        )
        .bind(&self.names["$tina"])
        .execute(&mut beside)
        .await
        .unwrap();
        self.names.insert("$passkey", "pky_of_tina".to_owned());
    }

    /// The id of the first activity of this kind in this person's log.
    async fn seq_of(&self, code: &str, word: &str) -> String {
        let person = self.signed_in(word, None).await.caller;
        let request = ViewRequest {
            q: format!("activity:{code}"),
            ..ViewRequest::default()
        };
        let found = app::activity::view(self.app, &person, &LogScope::Me, &request)
            .await
            .unwrap();
        found.rows[0].seq.to_string()
    }

    async fn signed_in(&self, word: &str, application: Option<Named>) -> SignedIn {
        let typed = LogIn {
            login: word[1..].to_owned(),
            password: PASSWORD.to_owned(),
            known_device: None,
        };
        let visitor = Visitor {
            application,
            ..Visitor::default()
        };
        match logging_in::log_in(self.app, &visitor, typed).await.unwrap() {
            LogInStep::Done(signed_in) => signed_in,
            LogInStep::SecondFactor(_) | LogInStep::SetUp(_) => panic!("{word} has no second factor"),
        }
    }

    /// A key that acts as this account: made by an administrator for a service account, else by the account itself.
    async fn key(&self, ada: &Caller, word: &str) -> String {
        let id = &self.names[word];
        let is_service = word.starts_with("$robot");
        let request = api_keys::NewKeyRequest {
            name: word[1..].to_owned(),
            scopes: Scopes {
                write: true,
                read: true,
                export: true,
                admin: true,
            },
            user_id: Some(id.clone()),
            ..api_keys::NewKeyRequest::default()
        };
        let mut maker = ada.clone();
        if !is_service {
            maker.person.id.clone_from(id);
        }
        api_keys::create(self.app, &maker, request)
            .await
            .unwrap()
            .token
            .unwrap()
    }
}

async fn open(directory: &Path) -> (App, Store, engine::Log) {
    let (clock, rng) = (Arc::new(engine::SystemClock), Arc::new(engine::SystemRng));
    let store = Store::open(&StoreUrl::directory(directory)).await.unwrap();
    let settings = engine::LogSettings {
        background: false,
        ..engine::LogSettings::new(directory.join("volumes"))
    };
    let log = engine::Log::open(store.clone(), settings, clock.clone(), rng.clone())
        .await
        .unwrap();
    let mut settings = app::Settings::default();
    settings.password.argon2_memory_kib = 8;
    settings.password.argon2_passes = 1;
    settings.exports.dir = directory.join("exports");
    let app = App::new(
        store.clone(),
        log.clone(),
        clock,
        rng,
        settings,
        app::SecretKey::new(&[7; 32]),
    );
    (app, store, log)
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, target) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        if path.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&path, &target);
        } else {
            std::fs::copy(path, target).unwrap();
        }
    }
}
