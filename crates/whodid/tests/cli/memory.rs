//! What loads made to fill the server's memory cost at most, from their first byte until they are sealed and read.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app::Scopes;
use async_compression::tokio::bufread::GzipEncoder;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

use crate::support::{Home, Server, key};

/// Clients that send at once.
const SENDERS: usize = 6;
/// Bodies they send: a tenth of the whole load, which takes five minutes and some more memory, by the volumes that are
/// not merged yet.
const BODIES: usize = 20;
/// Activities of one body, of 48 KB each: 16 MB that gzip makes 87 to 166 KB of.
const ACTIVITIES: usize = 330;
/// The most memory the server may have taken.
const MOST_MIB: u64 = 300;

/// The most memory the server has taken so far, in MiB.
fn highest(server: &Server) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("the server runs");
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or_else(|| panic!("no VmHWM in {text}")) / 1024
}

/// An activity of about 48 KB: one long text, many of one letter, or many of words.
fn heavy(sort: usize) -> Value {
    if sort == 0 {
        return json!({ "activity": "test.heavy", "raw": "x".repeat(48_000) });
    }
    let words = (0..60).fold(String::new(), |mut words, n| {
        let _ = write!(words, "w{n} ");
        words
    });
    let text = if sort == 1 { "x".repeat(240) } else { words };
    let change = json!({ "field": "f", "before": text, "after": text });
    json!({ "activity": "test.heavy", "changes": vec![change; 97] })
}

/// A body of heavy activities, each with a little that cannot be compressed, so that the whole is not refused.
async fn hostile(sort: usize) -> Vec<u8> {
    let mut word = sort as u64 + 1;
    let mut next = || {
        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        format!("{:016x}", word ^ (word >> 29))
    };
    let one = |_| {
        let mut one = heavy(sort);
        one["description"] = (0..16).map(|_| next()).collect::<String>().into();
        one
    };
    let body = serde_json::to_vec(&(0..ACTIVITIES).map(one).collect::<Vec<_>>()).expect("it is JSON");
    let mut packed = Vec::new();
    let mut encoder = GzipEncoder::new(&body[..]);
    encoder.read_to_end(&mut packed).await.expect("memory takes everything");
    packed
}

/// Sends one body, again as long as it is told to come later.
async fn send(request: impl Fn() -> RequestBuilder) {
    loop {
        match request().send().await.expect("the server answers").status() {
            StatusCode::ACCEPTED => return,
            StatusCode::SERVICE_UNAVAILABLE => tokio::time::sleep(Duration::from_millis(200)).await,
            other => panic!("{other}"),
        }
    }
}

fn scopes() -> Scopes {
    Scopes {
        write: true,
        read: true,
        ..Scopes::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_made_to_fill_the_memory_does_not() {
    let home = Home::new();
    let key = key(&home, scopes()).await;
    let server = home.serve(&[]);
    let url = format!("{}/v1/activities", server.url);
    let bodies = Arc::new([hostile(0).await, hostile(1).await, hostile(2).await]);
    let next = Arc::new(AtomicUsize::new(0));
    let sending: Vec<_> = (0..SENDERS)
        .map(|_| {
            let (next, bodies, url, key) = (Arc::clone(&next), Arc::clone(&bodies), url.clone(), key.clone());
            tokio::spawn(async move {
                let http = Client::new();
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    if at >= BODIES {
                        return;
                    }
                    let request = || {
                        let request = http.post(&url).bearer_auth(&key).header("content-encoding", "gzip");
                        request.body(bodies[at % bodies.len()].clone())
                    };
                    send(request).await;
                }
            })
        })
        .collect();
    for sender in sending {
        sender.await.expect("a sender asserts only what must hold");
    }
    let page = Client::new().get(format!("{url}?limit=1000")).bearer_auth(&key);
    let page = page.send().await.expect("the server answers");
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.bytes().await.expect("the page is whole");
    assert!(page.len() < 6 << 20, "{}", page.len());
    let highest = highest(&server);
    assert!(highest <= MOST_MIB, "{highest} MiB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_million_unknown_keys_cost_little_more_than_their_bytes() {
    let home = Home::new();
    let key = key(&home, scopes()).await;
    let server = home.serve(&[]);
    let post = |body: String| {
        let request = Client::new().post(format!("{}/v1/activities", server.url));
        request.bearer_auth(&key).body(body).send()
    };
    // What a first request costs is not asked here.
    let first = post(json!({ "activity": "test.first" }).to_string());
    assert_eq!(first.await.expect("the server answers").status(), StatusCode::ACCEPTED);
    let before = highest(&server);
    let mut body = String::from("{\"activity\":\"test.keys\"");
    (0..2_000_000).for_each(|_| body.push_str(",\"k\":1"));
    body.push('}');
    let length = body.len() as u64 >> 20;
    let answer = post(body).await.expect("the server answers");
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let text = answer.text().await.expect("the answer is whole");
    assert!(text.contains("read no further") && text.len() < 10_000, "{text}");
    let after = highest(&server);
    assert!(after <= before + 3 * length + 8, "{before} MiB and then {after} MiB");
}
