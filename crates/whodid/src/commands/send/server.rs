//! A running server as an import speaks to it: its address, the key, and requests that are repeated as long as it says that it
//! takes them later.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Method, StatusCode, redirect};
use serde_json::Value;

use super::wire::Answer;
use crate::failure::Misuse;
use crate::terminal::{note, visible};

/// Where the key is, unless a file holds it. On the command line every process of the machine could read it.
const KEY: &str = "WHODID_API_KEY";
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a request is repeated that was not taken for a reason that passes, and how long it waits at most each time.
const REPEATS: u32 = 10;
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// A running server, and a key for it.
pub(crate) struct Server {
    url: String,
    key: String,
    client: Client,
}

impl Server {
    /// The server at this address, with the key that the file or the environment holds.
    pub(crate) fn of(url: &str, key_file: Option<&Path>) -> Result<Self> {
        let key = match key_file {
            Some(file) => std::fs::read_to_string(file)
                .with_context(|| format!("cannot read the key in {}", visible(&file.to_string_lossy())))?,
            None => std::env::var(KEY).map_err(|_| {
                Misuse(format!(
                    "an API key is missing: set {KEY}, or name a file that holds it with --key-file"
                ))
            })?,
        };
        let url = url.trim_end_matches('/');
        if !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(Misuse(format!(
                "`{}` is no address of a server, such as https://whodid.example.com",
                visible(url)
            ))
            .into());
        }
        if is_open(url) {
            note("the key and the activities are sent without encryption: use https:// where others can read along");
        }
        // A redirect would lead the key to where nobody sent it.
        let client = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none());
        Ok(Self {
            url: url.to_owned(),
            key: key.trim().to_owned(),
            client: client.build().context("cannot speak HTTP")?,
        })
    }

    /// One request, repeated as long as the server says that it will take it later.
    pub(super) async fn ask(&self, path: &str, body: &Value, of: Option<&str>, report: &Waiting<'_>) -> Result<Answer> {
        let bytes = serde_json::to_vec(body).context("an activity cannot be written as JSON")?;
        let mut wait = SHORTEST_WAIT;
        for repeat in 0.. {
            let mut request = self.client.request(Method::POST, format!("{}{path}", self.url));
            request = request
                .bearer_auth(&self.key)
                .header("content-type", "application/json");
            if let Some(key) = of {
                request = request.header("idempotency-key", key);
            }
            let why = match request.body(bytes.clone()).send().await {
                Ok(answer) if !passes(answer.status()) => return Answer::of(answer).await,
                Ok(answer) => {
                    let asked = answer
                        .headers()
                        .get(RETRY_AFTER)
                        .and_then(|value| value.to_str().ok()?.parse().ok());
                    wait = asked.map_or(wait, Duration::from_secs).max(SHORTEST_WAIT);
                    format!("the server answers {}", answer.status().as_u16())
                }
                // Nothing of it may have arrived, or all: the key of the request tells the server which.
                Err(error) if error.is_builder() => return Err(error.without_url().into()),
                Err(error) => format!("the server does not answer ({})", error.without_url()),
            };
            if repeat == REPEATS || report.stops() {
                bail!("{why}; what was taken before is recorded, and the same command goes on with it");
            }
            wait = wait.min(LONGEST_WAIT);
            report.say(&format!("{why}; it is asked again in {} s", wait.as_secs()));
            report.sleep(wait).await;
            wait *= 2;
        }
        bail!("the server does not take it")
    }
}

/// Whether what is sent to this address crosses a network that others may read.
fn is_open(url: &str) -> bool {
    if !url.starts_with("http://") {
        return false;
    }
    let Ok(url) = reqwest::Url::parse(url) else {
        return true;
    };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback = host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    !is_loopback && host != "localhost"
}

/// Whether the server says that it takes the same later.
fn passes(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || matches!(status.as_u16(), 408 | 502 | 503 | 504)
}

/// Who is told while it is waited, and may stop that.
pub(super) struct Waiting<'a> {
    pub(super) say: &'a (dyn Fn(&str) + Send + Sync),
    pub(super) stop: &'a AtomicBool,
}

impl Waiting<'_> {
    pub(super) fn say(&self, text: &str) {
        (self.say)(text);
    }

    fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Waits so long, or until it is stopped.
    async fn sleep(&self, wait: Duration) {
        const STEP: Duration = Duration::from_millis(200);
        let mut left = wait;
        while !left.is_zero() && !self.stops() {
            let step = left.min(STEP);
            tokio::time::sleep(step).await;
            left -= step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leaves_the_machine_in_the_open_is_said_to() {
        for (url, open) in [
            ("http://whodid.example.com", true),
            ("http://192.0.2.1:8080/x", true),
            ("http://127.0.0.1.example.com", true),
            ("http://", true),
            ("http://127.0.0.1:8080", false),
            ("http://[::1]:8080", false),
            ("http://localhost", false),
            ("https://whodid.example.com", false),
        ] {
            assert_eq!(is_open(url), open, "{url}");
        }
    }

    #[test]
    fn only_what_passes_is_asked_again() {
        for (status, again) in [
            (429, true),
            (503, true),
            (408, true),
            (400, false),
            (401, false),
            (413, false),
            (500, false),
        ] {
            assert_eq!(passes(StatusCode::from_u16(status).unwrap()), again, "{status}");
        }
    }
}
