//! The installation that is measured: its directory, its administrator and a key, made without HTTP.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::accounts::{self, Activation, FirstAdministrator, NewUser};
use app::api_keys::{self, NewKeyRequest};
use app::{App, Caller, Roles, Scopes, SecretKey, Settings};
use engine::{Log, LogSettings, SystemClock, SystemRng};
use store::{Store, StoreUrl};

/// The administrator's username.
pub const USERNAME: &str = "bench";
/// The administrator's password.
pub const PASSWORD: &str = "a password for nothing but loopback";

/// Accounts beside the administrator's: as many as a page has rows.
const PEOPLE: usize = 50;

/// A data directory, and what opens it.
pub struct Installation {
    directory: PathBuf,
    /// An API key that may do everything.
    pub key: String,
}

impl Installation {
    /// Makes an administrator and a key in an empty directory.
    pub async fn create(directory: &Path) -> Result<Self> {
        let (app, log) = open(directory, true).await?;
        let first = FirstAdministrator {
            given_name: "Bench".to_owned(),
            family_name: "Mark".to_owned(),
            username: USERNAME.to_owned(),
            email: "bench@example.com".to_owned(),
            password: Some(PASSWORD.to_owned()),
        };
        let created = accounts::create_first_administrator(&app, first).await?;
        for n in 0..PEOPLE {
            let new = NewUser {
                given_name: format!("Person {n}"),
                family_name: "Mark".to_owned(),
                username: format!("person{n}"),
                email: format!("person{n}@example.com"),
                roles: Roles::default(),
                service_account: false,
                activation: Activation::Mail,
            };
            accounts::create_user(&app, &Caller::command_line(), new).await?;
        }
        let scopes = Scopes {
            write: true,
            read: true,
            export: true,
            admin: true,
        };
        let request = NewKeyRequest {
            name: "bench".to_owned(),
            scopes,
            ..NewKeyRequest::default()
        };
        let maker = Caller {
            person: created.person,
            ..Caller::command_line()
        };
        let key = api_keys::create(&app, &maker, request).await?.token;
        let key = key.context("the key is shown when it is made")?;
        log.close().await;
        Ok(Self {
            directory: directory.to_owned(),
            key,
        })
    }

    /// Opens the log in this process, where nothing is sealed unless it is told to. No server may run on the directory.
    pub async fn open_log(&self) -> Result<Log> {
        Ok(open(&self.directory, false).await?.1)
    }
}

async fn open(directory: &Path, background: bool) -> Result<(App, Log)> {
    let store = Store::open(&StoreUrl::Directory(directory.to_owned())).await?;
    let settings = LogSettings {
        background,
        // What was merged goes at once: it is not part of what the log takes on disk.
        grace_seconds: 0,
        ..LogSettings::new(directory.join("volumes"))
    };
    let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
    let log = Log::open(store.clone(), settings, clock.clone(), rng.clone()).await?;
    Ok((
        App::new(
            store,
            log.clone(),
            clock,
            rng,
            Settings::default(),
            SecretKey::new(&[7; 32]),
        ),
        log,
    ))
}
