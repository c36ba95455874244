//! Load over HTTP: batches, single activities by many clients, and an export read to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use activity::Facts;
use anyhow::{Result, bail};
use bytes::Bytes;
use futures::StreamExt as _;

const BATCH: usize = 1000;
const LOADERS: usize = 4;
const CLIENTS: usize = 64;
const SINGLES_FOR: Duration = Duration::from_secs(5);

/// The activities as NDJSON bodies of 1,000, made before the clock starts.
pub fn bodies(facts: impl Iterator<Item = Facts>) -> Result<Vec<Bytes>> {
    let mut bodies = Vec::new();
    let mut body = Vec::new();
    let mut count = 0;
    for fact in facts {
        let mut sent = serde_json::to_value(&fact)?;
        // The log gives it, so no reporter may send it.
        sent.as_object_mut()
            .map(|fields| fields.remove(activity::Field::Recorder.key()));
        serde_json::to_writer(&mut body, &sent)?;
        body.push(b'\n');
        count += 1;
        if count == BATCH {
            bodies.push(Bytes::from(std::mem::take(&mut body)));
            count = 0;
        }
    }
    if !body.is_empty() {
        bodies.push(Bytes::from(body));
    }
    Ok(bodies)
}

/// Sends every body and gives durable activities a second.
pub async fn batches(url: &str, key: &str, bodies: Vec<Bytes>, activities: u64) -> Result<f64> {
    let started = Instant::now();
    let (client, next, bodies) = (reqwest::Client::new(), Arc::new(AtomicU64::new(0)), Arc::new(bodies));
    let loaders = (0..LOADERS).map(|_| {
        let (client, next, bodies) = (client.clone(), Arc::clone(&next), Arc::clone(&bodies));
        let (url, key) = (format!("{url}/v1/activities"), key.to_owned());
        tokio::spawn(async move {
            loop {
                let at = usize::try_from(next.fetch_add(1, Ordering::Relaxed))?;
                let Some(body) = bodies.get(at) else { return Ok(()) };
                send(&client, &url, &key, "application/x-ndjson", body.clone()).await?;
            }
        })
    });
    finish(loaders).await?;
    Ok(activities as f64 / started.elapsed().as_secs_f64())
}

/// Sends single activities from 64 clients for five seconds; gives acknowledgements a second and how many there were.
pub async fn singles(url: &str, key: &str) -> Result<(f64, u64)> {
    let (started, done) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let client = reqwest::Client::builder().pool_max_idle_per_host(CLIENTS).build()?;
    let clients = (0..CLIENTS).map(|number| {
        let (client, done) = (client.clone(), Arc::clone(&done));
        let (url, key) = (format!("{url}/v1/activities"), key.to_owned());
        let body = format!(r#"{{"activity":"user.login","user":{{"id":"single{number}","username":"single{number}"}},"ip":"192.0.2.1"}}"#);
        tokio::spawn(async move {
            while started.elapsed() < SINGLES_FOR {
                send(&client, &url, &key, "application/json", Bytes::from(body.clone())).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })
    });
    finish(clients).await?;
    let all = done.load(Ordering::Relaxed);
    Ok((all as f64 / started.elapsed().as_secs_f64(), all))
}

async fn finish(tasks: impl Iterator<Item = tokio::task::JoinHandle<Result<()>>>) -> Result<()> {
    for task in tasks.collect::<Vec<_>>() {
        task.await??;
    }
    Ok(())
}

async fn send(client: &reqwest::Client, url: &str, key: &str, media: &str, body: Bytes) -> Result<()> {
    let request = client
        .post(url)
        .bearer_auth(key)
        .header("content-type", media)
        .body(body);
    let answer = request.send().await?;
    let (status, text) = (answer.status(), answer.bytes().await?);
    if !status.is_success() {
        bail!("{status}: {}", String::from_utf8_lossy(&text));
    }
    Ok(())
}

/// Asks for an export, reads it to its end and gives the line feeds in it a second.
pub async fn lines_per_second(client: &reqwest::Client, url: &str) -> Result<(f64, u64)> {
    let started = Instant::now();
    let answer = client
        .post(url)
        .header("sec-fetch-site", "same-origin")
        .form(&[("format", "csv")])
        .send()
        .await?
        .error_for_status()?;
    let (mut parts, mut lines) = (answer.bytes_stream(), 0_u64);
    while let Some(part) = parts.next().await {
        lines += part?.iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    Ok((lines as f64 / started.elapsed().as_secs_f64(), lines))
}
