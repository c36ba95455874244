//! Sending an import to a running server: a batch at a time, each with an `Idempotency-Key`, and with a mark of how far it
//! is, so that what was broken off goes on from there. Owns the requests; what lines say is read as for a data directory.

mod wire;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use activity::Time;
use anyhow::{Context as _, Result, bail};
use app::import::{Destination, Found, Import, ImportError, Origin, Summary, Taken, Watch, read};
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Method, StatusCode, redirect};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use wire::{Answer, row, taken};

use super::files::Files;
use super::import::Report;
use crate::compose;
use crate::failure::Misuse;
use crate::terminal::{note, visible};

/// Where the key is, unless a file holds it. On the command line every process of the machine could read it.
const KEY: &str = "WHODID_API_KEY";
/// Bytes and activities of one request.
const BYTES: usize = 2 << 20;
const ITEMS: usize = 1_000;
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a request is repeated that was not taken for a reason that passes, and how long it waits at most each time.
const REPEATS: u32 = 10;
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// A running server, and a key for it.
pub(super) struct Server {
    url: String,
    key: String,
    client: Client,
}

impl Server {
    /// The server at this address, with the key that the file or the environment holds.
    pub(super) fn of(url: &str, key_file: Option<&Path>) -> Result<Self> {
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
    async fn ask(&self, path: &str, body: &Value, of: Option<&str>, report: &Waiting<'_>) -> Result<Answer> {
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
struct Waiting<'a> {
    say: &'a (dyn Fn(&str) + Send + Sync),
    stop: &'a AtomicBool,
}

impl Waiting<'_> {
    fn say(&self, text: &str) {
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

/// Sends all that these files hold.
pub(super) async fn send(server: &Server, request: &Import, files: &Files, report: &mut Report) -> Result<Summary> {
    let now = compose::clock().now();
    let (say, stop) = report.voice();
    let waiting = Waiting { say: &say, stop: &stop };
    let begin = request.begin(&files.inputs);
    let body = json!({ "format": begin.format, "source": begin.source, "files": begin.files });
    let begun = server.ask("/v1/imports", &body, None, &waiting).await?.good()?;
    let id = begun["id"]
        .as_u64()
        .context("the server does not say the import's number")?;
    let mark = begun["mark"].as_str().and_then(Mark::parse);
    let skipped = match mark {
        Some(mark) => sent_before(now, request, files, (&mark, &stop)).await?,
        None => 0,
    };
    if skipped > 0 {
        waiting.say(&format!(
            "import {id} goes on after {skipped} activities that were sent before"
        ));
    }
    files.read.store(0, Ordering::Relaxed);
    let mut sending = Sending {
        server,
        waiting,
        id,
        mark: Mark::default(),
        skipped,
        refused: 0,
        most: ITEMS,
    };
    let mut summary = Summary::default();
    let done = read(now, request, &files.inputs, &mut sending, (&mut summary, report)).await;
    // Whatever ended it, the server is told what it recorded.
    let end = json!({
        "whole": done.is_ok() && !summary.stopped,
        // The server counted what it refused itself.
        "unreadable": (summary.unreadable - sending.refused).min(u64::from(u32::MAX)),
    });
    let told = server
        .ask(&format!("/v1/imports/{id}/end"), &end, None, &sending.waiting)
        .await;
    done?;
    told?.good()?;
    Ok(summary)
}

/// How many of the activities that these files hold were sent before: those up to the mark, if they are the same.
async fn sent_before(
    now: Time,
    request: &Import,
    files: &Files,
    (mark, stop): (&Mark, &Arc<AtomicBool>),
) -> Result<u64> {
    let (mut summary, reached) = (Summary::default(), Arc::new(AtomicBool::new(false)));
    let mut counting = Counting {
        of: mark.count,
        mark: Mark::default(),
        reached: Arc::clone(&reached),
    };
    let mut silent = Silent(reached, Arc::clone(stop));
    read(now, request, &files.inputs, &mut counting, (&mut summary, &mut silent)).await?;
    Ok(if counting.mark == *mark { mark.count } else { 0 })
}

/// How far an import is: how many activities were sent, and a digest that tells which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Mark {
    count: u64,
    digest: [u8; 32],
}

impl Mark {
    fn add(&mut self, found: &Found) {
        let id = found.facts.external_id.as_deref().unwrap_or_default();
        self.count += 1;
        self.digest = Sha256::new()
            .chain_update(self.digest)
            .chain_update(id)
            .finalize()
            .into();
    }

    fn text(&self) -> String {
        format!("{}-{}", self.count, data_encoding::HEXLOWER.encode(&self.digest))
    }

    fn parse(text: &str) -> Option<Self> {
        let (count, digest) = text.split_once('-')?;
        let digest = data_encoding::HEXLOWER.decode(digest.as_bytes()).ok()?;
        Some(Self {
            count: count.parse().ok()?,
            digest: digest.try_into().ok()?,
        })
    }
}

/// Goes through what was sent before.
struct Counting {
    of: u64,
    mark: Mark,
    reached: Arc<AtomicBool>,
}

impl Destination for Counting {
    async fn take(&mut self, batch: Vec<Found>) -> Result<Taken, ImportError> {
        for found in batch
            .iter()
            .take(usize::try_from(self.of - self.mark.count).unwrap_or(usize::MAX))
        {
            self.mark.add(found);
        }
        self.reached.store(self.mark.count == self.of, Ordering::Relaxed);
        Ok(Taken::default())
    }
}

/// Says nothing, and stops when all that was sent before was seen, or it is asked to.
struct Silent(Arc<AtomicBool>, Arc<AtomicBool>);

impl Watch for Silent {
    fn progress(&mut self, _: u64, _: u64) {}
    fn unreadable(&mut self, _: Origin, _: &str) {}
    fn stops(&self) -> bool {
        self.0.load(Ordering::Relaxed) || self.1.load(Ordering::Relaxed)
    }
}

/// Sends what was not sent before.
struct Sending<'a> {
    server: &'a Server,
    waiting: Waiting<'a>,
    id: u64,
    mark: Mark,
    /// How many, from the first, are passed over.
    skipped: u64,
    /// How many the server refused.
    refused: u64,
    /// Activities of one request.
    most: usize,
}

impl Destination for Sending<'_> {
    async fn take(&mut self, batch: Vec<Found>) -> Result<Taken, ImportError> {
        let mut all = Taken::default();
        let (mut rows, mut bytes, mut first) = (Vec::new(), 0, 0);
        for (place, found) in batch.into_iter().enumerate() {
            self.mark.add(&found);
            if self.mark.count <= self.skipped {
                all.known += 1;
                first = place + 1;
                continue;
            }
            let row = row(found);
            bytes += row.to_string().len();
            rows.push(row);
            if bytes >= BYTES || rows.len() >= self.most {
                let sent = self.part(std::mem::take(&mut rows), first).await;
                add(&mut all, sent?);
                (bytes, first) = (0, place + 1);
            }
        }
        if !rows.is_empty() {
            let sent = self.part(rows, first).await;
            add(&mut all, sent?);
        }
        Ok(all)
    }
}

fn add(all: &mut Taken, part: Taken) {
    all.recorded += part.recorded;
    all.known += part.known;
    all.refused.extend(part.refused);
}

impl Sending<'_> {
    /// Sends these, of which the first stands at this place of its batch: in halves, where a server takes less at once.
    async fn part(&mut self, rows: Vec<Value>, first: usize) -> Result<Taken, ImportError> {
        let (mut all, mut due) = (Taken::default(), vec![(rows, first)]);
        while let Some((rows, first)) = due.pop() {
            let count = rows.len();
            let body = Value::Array(rows);
            // How far it is, is only said once all before it was taken.
            let answer = self.post(&body, due.is_empty()).await;
            let answer = answer.map_err(|error| ImportError::Elsewhere(error.into()))?;
            if let (true, Value::Array(mut rows)) = (answer.is_too_large() && count > 1, body) {
                let rest = rows.split_off(count / 2);
                self.most = self.most.min(rest.len());
                due.push((rest, first + rows.len()));
                due.push((rows, first));
                continue;
            }
            let mut taken = taken(answer, count).map_err(|error| ImportError::Elsewhere(error.into()))?;
            for (place, _) in &mut taken.refused {
                *place += first;
            }
            self.refused += taken.refused.len() as u64;
            add(&mut all, taken);
        }
        Ok(all)
    }

    async fn post(&self, rows: &Value, marked: bool) -> Result<Answer> {
        let mut path = format!("/v1/activities?import={}&mapping=none", self.id);
        if marked {
            path.push_str(&format!("&mark={}", self.mark.text()));
        }
        // The same part has the same key, and another one has another, also where only what is said of the same ids differs.
        let digest = Sha256::digest(rows.to_string());
        let key = format!("import-{}-{}", self.id, data_encoding::HEXLOWER.encode(&digest));
        self.server.ask(&path, rows, Some(&key), &self.waiting).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_back_from_its_text_and_tells_which_activities_it_is_of() {
        let found = |id: &str| {
            let mut facts = activity::Facts::new("a.b", Time(0));
            facts.external_id = Some(id.to_owned());
            Found::new(Origin::default(), facts)
        };
        let of = |ids: &[&str]| {
            let mut mark = Mark::default();
            ids.iter().for_each(|id| mark.add(&found(id)));
            mark
        };
        let mark = of(&["a", "b"]);
        assert_eq!(Mark::parse(&mark.text()), Some(mark.clone()));
        assert_eq!(mark.text().split_once('-').unwrap().0, "2");
        assert!(mark.text().len() <= 200 && mark.text().bytes().all(|byte| byte.is_ascii_graphic()));
        for other in [&["b", "a"][..], &["a", "c"], &["a"], &["a", "b", "c"]] {
            assert_ne!(of(other), mark);
        }
        for wrong in ["", "2", "2-", "x-00", "2-zz", "-1-00"] {
            assert_eq!(Mark::parse(wrong), None, "{wrong}");
        }
    }

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
