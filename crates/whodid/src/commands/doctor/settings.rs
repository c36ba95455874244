//! What the settings alone tell.

use super::Finding::{self, Advice, Good, Wrong};
use crate::config::{Config, FILE};

pub(super) fn look(config: &Config) -> Vec<Finding> {
    vec![
        file(config),
        public_url(config),
        hosts(config),
        mail(config),
        password(config),
        zones(),
        listen(config),
    ]
}

fn file(config: &Config) -> Finding {
    Good(match &config.file {
        Some(path) => format!("settings: {} has no unknown keys", path.display()),
        None => format!(
            "settings: no file; {} would be read",
            config.data_dir.join(FILE).display()
        ),
    })
}

fn public_url(config: &Config) -> Finding {
    let url = &config.app.public_url;
    let loopback = config.web.listen.ip().is_loopback();
    if let Err(error) = config.check_public_url() {
        return Wrong(format!("public_url: {error}"));
    }
    if url.starts_with("https://") {
        Good(format!("public_url: {url}"))
    } else if !url.starts_with("http://") {
        Wrong(format!(
            "public_url: `{url}` begins with neither https:// nor http://; links in mails would not work"
        ))
    } else if config.public_url_is_set || !loopback {
        Advice(format!(
            "public_url: {url} is not https; passwords and cookies cross the network readably. Put a TLS proxy in \
             front and set `public_url = \"https://…\"` and `web.trusted_proxies`"
        ))
    } else {
        Advice(format!(
            "public_url: not set, so links in mails lead to {url}, which only this machine reaches; set it for others"
        ))
    }
}

fn hosts(config: &Config) -> Finding {
    let public = config.app.public_url.split_once("://").map_or("", |(_, rest)| rest);
    let mut hosts = vec![
        public.split('/').next().unwrap_or_default().to_owned(),
        "localhost".to_owned(),
    ];
    hosts.extend(config.web.allowed_hosts.iter().cloned().map(String::from));
    Good(format!(
        "hosts: the server answers to {}; other names go to web.allowed_hosts",
        hosts.join(", ")
    ))
}

fn mail(config: &Config) -> Finding {
    match (&config.app.mail.smtp_url, &config.app.mail.from) {
        (None, _) => Advice(
            "mail.smtp_url: not set; mails (activation, reset, lock) wait in Administration → Outbox for somebody to \
             pass them on"
                .to_owned(),
        ),
        (Some(_), None) => {
            Advice("mail.from: not set; mails come from whodid@localhost, which many servers refuse".to_owned())
        }
        (Some(url), Some(from)) => {
            let server = url.rsplit('@').next().unwrap_or_default();
            Good(format!(
                "mail: from {from} through {}",
                server.split('?').next().unwrap_or_default()
            ))
        }
    }
}

fn password(config: &Config) -> Finding {
    let password = &config.app.password;
    if password.min_length < 15 {
        return Advice(format!(
            "password.min_length: {} is short for a password that is the only factor; 15 or more",
            password.min_length
        ));
    }
    if password.argon2_memory_kib < 19_456 {
        return Advice(format!(
            "password.argon2_memory_kib: {} makes guessing cheap for whoever steals the database; 19456 or more",
            password.argon2_memory_kib
        ));
    }
    Good(format!(
        "passwords: at least {} characters, locked after {} failures",
        password.min_length, password.lock_after
    ))
}

fn zones() -> Finding {
    match jiff::tz::TimeZone::get("Europe/Berlin") {
        Ok(_) => Good("time zones: known".to_owned()),
        Err(_) => Wrong(
            "time zones: this machine has no time zone database; only UTC and EST work. Install the package tzdata"
                .to_owned(),
        ),
    }
}

fn listen(config: &Config) -> Finding {
    let address = config.web.listen;
    match std::net::TcpListener::bind(address) {
        Ok(_) => Good(format!("listen: {address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Advice(format!(
            "listen: {address} is taken; fine if that is the running server"
        )),
        Err(error) => Wrong(format!(
            "listen: {address} cannot be used: {error}; set web.listen or --listen"
        )),
    }
}
