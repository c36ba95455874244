//! What hostile requests cost: small when they are sent, large when they are read, and never more than is set aside.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use app::Scopes;
use serde_json::{Value, json};

use crate::support::{Home, Server, key};

/// What all of it may cost, in bytes.
const MOST: u64 = 300 << 20;
/// Activities of a body, each of nearly 48 KB, the whole nearly as large as a body may be.
const ACTIVITIES: u64 = 330;
/// Bodies: together many times as large as what may be held of them.
const BODIES: u64 = 16;
const CLIENTS: u64 = 4;

/// A body that says little in many bytes, and is sent in few.
fn hostile(number: u64) -> Vec<u8> {
    let activity = |n: u64| {
        let mut seed = number * ACTIVITIES + n + 1;
        let mut random = || {
            // Not to be compressed away: a body may not grow by any factor.
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            format!("{:016x}", seed ^ (seed >> 29))
        };
        let noise: String = (0..24).map(|_| random()).collect();
        let changes: Vec<Value> = (0..5)
            .map(|n| json!({ "field": format!("f{n}"), "before": "b".repeat(4_500), "after": "a".repeat(4_500) }))
            .collect();
        json!({ "activity": "user.login", "user": "usr_hostile", "description": noise, "changes": changes })
    };
    let body: Vec<Value> = (0..ACTIVITIES).map(activity).collect();
    serde_json::to_vec(&body).unwrap()
}

/// `VmHWM` or another line of the process's status, in bytes.
fn status(server: &Server, line: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let found = text.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    let kibibytes = found.and_then(|text| text.trim().strip_suffix(" kB")).unwrap();
    kibibytes.parse::<u64>().unwrap() * 1024
}

/// Sends a body until it is taken; how often it was told to wait.
async fn send(http: &reqwest::Client, url: &str, key: &str, body: Vec<u8>) -> u64 {
    let (begun, mut waits) = (Instant::now(), 0);
    loop {
        let request = http.post(format!("{url}/v1/activities")).bearer_auth(key);
        let request = request
            .header("content-type", "application/json")
            .header("content-encoding", "zstd");
        let answer = request.body(body.clone()).send().await.unwrap();
        match answer.status().as_u16() {
            202 => return waits,
            503 => waits += 1,
            other => panic!("{other}: {}", answer.text().await.unwrap()),
        }
        assert!(begun.elapsed() < Duration::from_secs(240), "it is never taken");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_bodies_and_answers_cost_no_more_than_is_set_aside_for_them() {
    let home = Home::new();
    let scopes = Scopes {
        write: true,
        read: true,
        ..Scopes::default()
    };
    let key = key(&home, scopes).await;
    let server = home.serve(&[]);
    let before = status(&server, "VmRSS");
    let sent = Arc::new(AtomicU64::new(0));
    let clients = (0..CLIENTS).map(|client| {
        let (url, key, sent) = (server.url.clone(), key.clone(), Arc::clone(&sent));
        tokio::spawn(async move {
            let http = reqwest::Client::new();
            for number in (client..BODIES).step_by(CLIENTS as usize) {
                let body = zstd::bulk::compress(&hostile(number), 3).unwrap();
                sent.fetch_add(body.len() as u64, Ordering::Relaxed);
                send(&http, &url, &key, body).await;
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    let written = status(&server, "VmHWM");
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 4 << 20, "{sent} bytes are no small body");

    let http = reqwest::Client::new();
    let (mut after, mut rows) = (None::<String>, 0);
    for order in ["desc", "desc", "asc"] {
        let mut url = format!(
            "{}/v1/activities?limit=1000&order={order}&q=activity:user.login",
            server.url
        );
        if let Some(after) = after.take().filter(|_| order == "desc") {
            url.push_str(&format!("&after={after}"));
        }
        let answer = http.get(url).bearer_auth(&key).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let page: Value = answer.json().await.unwrap();
        let given = page["data"].as_array().unwrap().len();
        assert!((10..200).contains(&given), "{given} rows");
        assert_eq!(
            (&page["page"]["ended_early"], &page["page"]["has_more"]),
            (&json!(true), &json!(true))
        );
        after = page["page"]["next"].as_str().map(str::to_owned);
        rows += given;
    }
    assert!(rows > 100);
    let most = status(&server, "VmHWM");
    let [before, written, most] = [before, written, most].map(|bytes| bytes >> 20);
    println!("{before} MiB at the start, {written} MiB when written, {most} MiB when read");
    assert!(
        most < MOST >> 20,
        "{before} MiB at the start, {written} MiB when written, {most} MiB when read"
    );
}
