//! Settings from flags, environment and file over the defaults, in that order of strength. An unknown key is refused
//! with its place and the nearest known one. Owns the file's name and form; each crate owns what its settings mean.

mod apply;
mod environment;
mod error;
mod file;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::StoreUrl;

pub(crate) use error::{ConfigError, Origin};

use crate::cli::{LogFormat, SettingFlags};
use apply::Setting;

/// Settings that name a place and belong to no section.
const PLACES: [&str; 6] = [
    "data_dir",
    DATABASE,
    "secret_key_file",
    "log_key_file",
    "checkpoint_file",
    "erasures_file",
];
/// Where the database is, if not in the data directory.
const DATABASE: &str = "database";
/// The settings file's name in a data directory.
pub(crate) const FILE: &str = "whodid.toml";

/// Everything an installation can set.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The directory of the data.
    pub(crate) data_dir: PathBuf,
    /// Where the database is: in that directory, unless a server has it.
    pub(crate) database: StoreUrl,
    /// The file with the key that wraps secrets at rest.
    pub(crate) secret_key_file: PathBuf,
    /// The file with the keys that sign checkpoints.
    pub(crate) log_key_file: PathBuf,
    /// The file that holds the newest checkpoint outside the data.
    pub(crate) checkpoint_file: PathBuf,
    /// The file that says outside the data that somebody was erased.
    pub(crate) erasures_file: PathBuf,
    /// The use cases.
    pub(crate) app: app::Settings,
    /// The web server.
    pub(crate) web: web::Settings,
    /// The log engine.
    pub(crate) log: engine::LogSettings,
    /// Who is asked to cosign checkpoints.
    pub(crate) witnesses: Vec<engine::Witness>,
    /// The program's own messages.
    pub(crate) diagnostics: Diagnostics,
    /// Whether the public address was set, or is only the default.
    pub(crate) public_url_is_set: bool,
    /// The file that was read.
    pub(crate) file: Option<PathBuf>,
}

/// The program's own messages.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Diagnostics {
    /// `human` or `json`.
    format: String,
    /// What is written, such as `info` or `info,web=debug`.
    pub(crate) filter: String,
}

impl Default for Diagnostics {
    fn default() -> Self {
        Self {
            format: "human".to_owned(),
            filter: "info".to_owned(),
        }
    }
}

impl Diagnostics {
    /// Those of a command without an installation, whose settings are its flags.
    pub(crate) fn of_flags(flags: &SettingFlags) -> Self {
        let mut of = Self::default();
        if flags.log_format == Some(LogFormat::Json) {
            "json".clone_into(&mut of.format);
        }
        of
    }

    /// Whether messages are JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.format == "json"
    }
}

/// Where settings come from besides the defaults.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// `--config`.
    pub(crate) file: Option<PathBuf>,
    /// The data directory by flag or variable.
    pub(crate) data_dir: Option<PathBuf>,
    /// The environment.
    pub(crate) environment: Vec<(String, String)>,
    /// Flags: the flag's name, the key and the value.
    pub(crate) flags: Vec<(&'static str, String, String)>,
}

impl Sources {
    /// The flags of this command line and the environment of this process.
    pub(crate) fn gather(flags: &SettingFlags, data_dir: Option<PathBuf>) -> Result<Self, ConfigError> {
        let mut set = Vec::new();
        for pair in &flags.set {
            let (key, value) = pair.split_once('=').ok_or_else(|| ConfigError::NoValue(pair.clone()))?;
            set.push(("--set", key.trim().to_owned(), value.to_owned()));
        }
        if let Some(format) = flags.log_format {
            let format = if format == LogFormat::Json { "json" } else { "human" };
            set.push(("--log-format", "diagnostics.format".to_owned(), format.to_owned()));
        }
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .collect();
        Ok(Self {
            file: flags.config.clone(),
            data_dir,
            environment,
            flags: set,
        })
    }
}

/// Puts the settings together.
pub(crate) fn load(sources: &Sources) -> Result<Config, ConfigError> {
    let path = match (&sources.file, &sources.data_dir) {
        (Some(path), _) => Some(path.clone()),
        (None, Some(directory)) => Some(directory.join(FILE)).filter(|path| path.exists()),
        (None, None) => None,
    };
    let mut settings = match &path {
        Some(path) => file::read(path)?,
        None => Vec::new(),
    };
    settings.extend(environment::settings(&sources.environment));
    settings.extend(sources.flags.iter().map(|(flag, key, value)| Setting {
        path: key.split('.').map(str::to_owned).collect(),
        value: apply::Given::Text(value.clone()),
        origin: Origin::Flag(flag),
    }));
    let mut tree = defaults();
    for setting in &settings {
        apply::apply(&mut tree, setting)?;
        check(&tree, setting)?;
    }
    build(
        tree,
        sources,
        path,
        settings.iter().any(|setting| setting.path == ["public_url"]),
    )
}

/// The defaults as one tree: its shape is what is known.
fn defaults() -> Value {
    let tree = |value: serde_json::Result<Value>| value.unwrap_or_default();
    let mut root = tree(serde_json::to_value(app::Settings::default()));
    for place in PLACES {
        root[place] = Value::Null;
    }
    root["web"] = tree(serde_json::to_value(web::Settings::default()));
    root["witnesses"] = Value::Array(Vec::new());
    root["log"] = tree(serde_json::to_value(engine::LogSettings::default()));
    root["diagnostics"] = tree(serde_json::to_value(Diagnostics::default()));
    root
}

/// Refuses a value that its section does not take, naming where it was set.
fn check(tree: &Value, setting: &Setting) -> Result<(), ConfigError> {
    let section = setting.path.first().map_or("", String::as_str);
    let checked = match section {
        DATABASE => database(tree).map(drop),
        place if PLACES.contains(&place) => Ok(()),
        "web" => section_of::<web::Settings>(tree, section).map(drop),
        "log" => section_of::<engine::LogSettings>(tree, section).map(drop),
        "witnesses" => witnesses(tree).map(drop),
        "diagnostics" => section_of::<Diagnostics>(tree, section).and_then(|section| section.check()),
        _ => app_settings(tree).map(drop),
    };
    checked.map_err(|why| ConfigError::Value {
        key: setting.key(),
        origin: setting.origin.clone(),
        why,
    })
}

impl Diagnostics {
    fn check(&self) -> Result<(), String> {
        if self.format != "human" && self.format != "json" {
            return Err(format!(
                "`{}` is no form of messages; choose `human` or `json`",
                self.format
            ));
        }
        self.filter
            .parse::<tracing_subscriber::EnvFilter>()
            .map(drop)
            .map_err(|error| error.to_string())
    }
}

fn section_of<T: serde::de::DeserializeOwned>(tree: &Value, section: &str) -> Result<T, String> {
    serde_json::from_value(tree[section].clone()).map_err(|error| error.to_string())
}

fn witnesses(tree: &Value) -> Result<Vec<engine::Witness>, String> {
    let witnesses: Vec<engine::Witness> = section_of(tree, "witnesses")?;
    engine::Witness::check_all(&witnesses)?;
    Ok(witnesses)
}

/// The address of a server's database, if there is one. What is wrong with it is told without saying it: it may hold a
/// password.
fn database(tree: &Value) -> Result<Option<StoreUrl>, String> {
    let Some(address) = tree[DATABASE].as_str() else {
        return Ok(None);
    };
    match StoreUrl::parse(address) {
        place @ StoreUrl::Postgres(_) => Ok(Some(place)),
        StoreUrl::Directory(_) => Err(
            "an address like postgres://user:password@host/name is wanted here; without one the database is in the \
             data directory"
                .to_owned(),
        ),
    }
}

fn app_settings(tree: &Value) -> Result<app::Settings, String> {
    let mut own = tree.clone();
    if let Some(own) = own.as_object_mut() {
        for other in PLACES.into_iter().chain(["web", "log", "witnesses", "diagnostics"]) {
            own.remove(other);
        }
    }
    serde_json::from_value(own).map_err(|error| error.to_string())
}

fn build(
    tree: Value,
    sources: &Sources,
    file: Option<PathBuf>,
    public_url_is_set: bool,
) -> Result<Config, ConfigError> {
    let whole = |why| ConfigError::Whole(why);
    // A relative path among the settings is meant from where their file is.
    let beside_file = |path: &str| {
        file.as_deref()
            .and_then(Path::parent)
            .unwrap_or(Path::new(""))
            .join(path)
    };
    let data_dir = match (&sources.data_dir, tree["data_dir"].as_str()) {
        (Some(directory), _) => directory.clone(),
        (None, Some(directory)) => beside_file(directory),
        (None, None) => return Err(ConfigError::NoDataDir),
    };
    let place = |key: &str, ending: &str| match tree[key].as_str() {
        Some(path) => beside_file(path),
        None => beside(&data_dir, ending),
    };
    let secret_key_file = place("secret_key_file", ".key");
    let log_key_file = place("log_key_file", ".log-key");
    let checkpoint_file = place("checkpoint_file", ".checkpoint");
    let erasures_file = place("erasures_file", ".erasures");
    let mut app = app_settings(&tree).map_err(whole)?;
    let web: web::Settings = section_of(&tree, "web").map_err(whole)?;
    let mut log: engine::LogSettings = section_of(&tree, "log").map_err(whole)?;
    log.volumes_dir = data_dir.join(&log.volumes_dir);
    app.exports.dir = data_dir.join(&app.exports.dir);
    let witnesses = witnesses(&tree).map_err(whole)?;
    let diagnostics = section_of(&tree, "diagnostics").map_err(whole)?;
    let database = database(&tree).map_err(whole)?;
    let mut config = Config {
        database: database.unwrap_or_else(|| StoreUrl::directory(&data_dir)),
        data_dir,
        secret_key_file,
        log_key_file,
        checkpoint_file,
        erasures_file,
        app,
        web,
        log,
        witnesses,
        diagnostics,
        public_url_is_set,
        file,
    };
    config.derive_public_url();
    Ok(config)
}

/// Where the key is kept if nobody says: beside the data directory, so that a copy of the data is not a copy of the key.
fn beside(data_dir: &Path, ending: &str) -> PathBuf {
    // `.` and `..` have a name only once they are resolved.
    let whole = std::fs::canonicalize(data_dir).or_else(|_| std::path::absolute(data_dir));
    let whole = whole.unwrap_or_else(|_| data_dir.to_owned());
    let mut name = whole.file_name().unwrap_or(std::ffi::OsStr::new("whodid")).to_owned();
    name.push(ending);
    whole.with_file_name(name)
}

impl Config {
    /// Refuses what is only done with a database in the data directory.
    pub(crate) fn needs_own_database(&self, command: &str) -> Result<(), ConfigError> {
        match self.database {
            StoreUrl::Directory(_) => Ok(()),
            StoreUrl::Postgres(_) => Err(ConfigError::Whole(format!(
                "`whodid {command}` is for a database in the data directory, and this one is a server's: copy it by that \
                 server's own means, and the data directory after it"
            ))),
        }
    }

    /// Refuses to serve on every address without an address to tell people.
    pub(crate) fn check_public_url(&self) -> Result<(), ConfigError> {
        if self.web.listen.ip().is_unspecified() && !self.public_url_is_set {
            return Err(ConfigError::NoPublicUrl(self.web.listen));
        }
        Ok(())
    }

    /// Without a public address, the one that is listened on has to do: it works on this machine.
    pub(crate) fn derive_public_url(&mut self) {
        if self.public_url_is_set {
            return;
        }
        let listen = self.web.listen;
        self.app.public_url = if listen.ip().is_unspecified() {
            format!("http://localhost:{}", listen.port())
        } else {
            format!("http://{listen}")
        };
    }
}
