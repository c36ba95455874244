//! Load over HTTP: deliveries by eight senders, single activities by many clients, and an export made and read to its end.
//! Activities are made as they are sent.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use activity::Facts;
use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use futures::StreamExt as _;

use crate::say;
use crate::timing::at_share;
use crate::traffic::{DELIVERY, SENDERS, Traffic};

const CLIENTS: usize = 64;
const SINGLES_FOR: Duration = Duration::from_secs(5);
/// How often it is looked whether an export is made, and how long.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const MOST_PATIENCE: Duration = Duration::from_secs(600);
/// How facts end that Whodid recorded. The log says who recorded them, so no reporter may.
const RECORDED_BY: &[u8] = br#","recorded_by":{"kind":"whodid"}}"#;
/// How an answer ends of which every item was taken.
const NONE_REFUSED: &[u8] = br#""refused":0}"#;

/// Where activities are sent, and which.
#[derive(Clone, Debug)]
pub struct Way {
    client: reqwest::Client,
    url: String,
    key: String,
    traffic: Arc<Traffic>,
}

/// What single activities needed.
#[derive(Clone, Copy, Debug)]
pub struct Singles {
    /// Acknowledgements a second.
    pub per_second: f64,
    /// The time within which 99 of 100 were acknowledged, in milliseconds.
    pub p99_ms: f64,
    /// The place of the first activity that was not sent.
    pub next: u64,
}

impl Way {
    pub fn new(server: &str, key: &str, traffic: &Arc<Traffic>) -> Result<Self> {
        Ok(Self {
            client: reqwest::Client::builder().pool_max_idle_per_host(CLIENTS).build()?,
            url: format!("{server}/v1/activities"),
            key: key.to_owned(),
            traffic: Arc::clone(traffic),
        })
    }

    /// Sends these places in deliveries, eight at a time, and gives durable activities a second.
    pub async fn deliver(&self, places: Range<u64>) -> Result<f64> {
        let (started, next) = (Instant::now(), Arc::new(AtomicU64::new(places.start)));
        let senders = (0..SENDERS).map(|_| {
            let (way, next, end) = (self.clone(), Arc::clone(&next), places.end);
            tokio::spawn(async move {
                loop {
                    let from = next.fetch_add(DELIVERY, Ordering::Relaxed);
                    if from >= end {
                        return Ok(());
                    }
                    let body = body(way.traffic.between(from, end.min(from + DELIVERY)))?;
                    way.send("application/x-ndjson", body).await?;
                }
            })
        });
        finish(senders).await?;
        Ok((places.end - places.start) as f64 / started.elapsed().as_secs_f64())
    }

    /// Sends these places one by one from 64 clients, for five seconds at most.
    pub async fn singly(&self, places: Range<u64>) -> Result<Singles> {
        let (started, next) = (Instant::now(), Arc::new(AtomicU64::new(places.start)));
        let times = Arc::new(Mutex::new(Vec::new()));
        let clients = (0..CLIENTS).map(|_| {
            let (way, next, end, times) = (self.clone(), Arc::clone(&next), places.end, Arc::clone(&times));
            tokio::spawn(async move {
                let mut own = Vec::new();
                while started.elapsed() < SINGLES_FOR {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= end {
                        break;
                    }
                    let body = body(way.traffic.between(place, place + 1))?;
                    let sent = Instant::now();
                    way.send("application/json", body).await?;
                    own.push(sent.elapsed().as_secs_f64() * 1000.0);
                }
                times.lock().unwrap_or_else(PoisonError::into_inner).extend(own);
                Ok(())
            })
        });
        finish(clients).await?;
        let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Singles {
            per_second: times.len() as f64 / started.elapsed().as_secs_f64(),
            p99_ms: at_share(&mut times, 0.99),
            next: next.load(Ordering::Relaxed).min(places.end),
        })
    }

    async fn send(&self, media: &str, body: Bytes) -> Result<()> {
        let request = self.client.post(&self.url).bearer_auth(&self.key);
        let answer = request.header("content-type", media).body(body).send().await?;
        let (status, text) = (answer.status(), answer.bytes().await?);
        if !status.is_success() || !text.ends_with(NONE_REFUSED) {
            let begins = String::from_utf8_lossy(&text[..text.len().min(2000)]).into_owned();
            bail!("{status}: {begins}");
        }
        Ok(())
    }
}

/// Activities as NDJSON.
fn body(facts: impl Iterator<Item = Facts>) -> Result<Bytes> {
    let mut body = Vec::new();
    for facts in facts {
        serde_json::to_writer(&mut body, &facts)?;
        ensure!(
            body.ends_with(RECORDED_BY),
            "an activity does not end with who recorded it"
        );
        body.truncate(body.len() - RECORDED_BY.len());
        body.extend_from_slice(b"}\n");
    }
    Ok(body.into())
}

/// How many activities a second one thread makes ready to be sent: what loading costs beside the server.
pub fn made_per_second(traffic: &Traffic) -> Result<f64> {
    let (started, mut made) = (Instant::now(), 0);
    while started.elapsed() < Duration::from_millis(500) {
        let from = made % traffic.course.rows;
        let to = traffic.course.rows.min(from + DELIVERY);
        std::hint::black_box(body(traffic.between(from, to))?);
        made += to - from;
    }
    Ok(made as f64 / started.elapsed().as_secs_f64())
}

async fn finish(tasks: impl Iterator<Item = tokio::task::JoinHandle<Result<()>>>) -> Result<()> {
    for task in tasks.collect::<Vec<_>>() {
        task.await??;
    }
    Ok(())
}

/// Asks for an export, waits until it is made, reads it to its end and gives the line feeds in it a second, all told.
pub async fn lines_per_second(client: &reqwest::Client, url: &str) -> Result<(f64, u64)> {
    let started = Instant::now();
    let asked = client
        .post(url)
        .header("sec-fetch-site", "same-origin")
        .form(&[("format", "csv"), ("zone", "UTC")])
        .send()
        .await?
        .error_for_status()?;
    let location = asked
        .headers()
        .get("location")
        .context("the answer does not lead to the export's page")?;
    let page = asked.url().join(location.to_str()?)?;
    let file = format!("{page}/download");
    while !client
        .get(page.clone())
        .send()
        .await?
        .text()
        .await?
        .contains("/download")
    {
        ensure!(started.elapsed() < MOST_PATIENCE, "the export at {page} is not made");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    say::progress(&format!(
        "Export made after {:.1} s; reading it",
        started.elapsed().as_secs_f64()
    ));
    let answer = client.get(file).send().await?.error_for_status()?;
    let (mut parts, mut lines) = (answer.bytes_stream(), 0_u64);
    while let Some(part) = parts.next().await {
        lines += part?.iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    Ok((lines as f64 / started.elapsed().as_secs_f64(), lines))
}

#[cfg(test)]
mod tests {
    use activity::Time;

    use super::*;
    use crate::traffic::Course;

    #[test]
    fn a_body_has_a_line_for_each_activity_and_does_not_say_who_recorded_it() {
        let traffic = Traffic::new(7, Course::new(1_000, Time(1_790_000_000 * Time::SECOND)));
        let body = body(traffic.between(10, 30)).expect("facts are JSON");
        let lines: Vec<&[u8]> = body
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(lines.len(), 20);
        for (line, facts) in lines.into_iter().zip(traffic.between(10, 30)) {
            let read: Facts = serde_json::from_slice(line).expect("facts");
            assert_eq!(read, facts);
            assert!(!String::from_utf8_lossy(line).contains("recorded_by"));
        }
    }
}
