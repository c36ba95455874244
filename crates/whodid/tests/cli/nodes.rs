//! Two servers on one PostgreSQL and one directory: what one acknowledged the other shows in its next answer, and one that is
//! killed takes nothing with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use app::Scopes;
use serde_json::{Value, json};
use store::{Store, StoreUrl};
use testkit::postgres::Database;

use crate::kill::{Acknowledged, Client, SETTINGS, check};
use crate::support::{Home, Server, key_in};

/// How often one of the two is killed.
const KILLS: u64 = 6;

struct Pair {
    home: Home,
    database: Database,
    key: String,
}

impl Pair {
    async fn new() -> Self {
        let (home, database) = (Home::new(), Database::filled(Store::prepare));
        let scopes = Scopes {
            write: true,
            read: true,
            ..Scopes::default()
        };
        let key = key_in(&home, &StoreUrl::parse(&database.url()), scopes).await;
        Self { home, database, key }
    }

    fn node(&self) -> Server {
        let database = format!("database={}", self.database.url());
        self.home.serve(&[&["--set", &database], &SETTINGS[..]].concat())
    }
}

/// What a node answers to this question.
async fn asked(node: &Server, key: &str, q: &str) -> Value {
    let question = reqwest::Client::new().get(format!("{}/v1/activities", node.url));
    let answer = question.bearer_auth(key).query(&[("q", q)]).send().await;
    answer.expect("it answers").json().await.expect("with JSON")
}

async fn told(node: &Server, key: &str, number: u64) -> u64 {
    let activity = json!({"activity": "invoice.paid", "user": {"id": "acme-1", "name": "Ann"}, "metadata": {"number": number.to_string()}});
    let sent = reqwest::Client::new().post(format!("{}/v1/activities", node.url));
    let answer = sent.bearer_auth(key).json(&activity).send().await.expect("it answers");
    let answer: Value = answer.json().await.expect("with JSON");
    let id = answer["items"][0]["id"].as_u64().or(answer["id"].as_u64());
    id.unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_acknowledged_the_other_shows_in_its_next_answer() {
    let pair = Pair::new().await;
    let nodes = [pair.node(), pair.node()];
    for number in 0..40 {
        let (here, there) = (&nodes[number % 2], &nodes[(number + 1) % 2]);
        let id = told(here, &pair.key, number as u64).await;
        let found = asked(there, &pair.key, &format!("metadata.number:{number}")).await;
        let rows = found["data"].as_array().unwrap_or_else(|| panic!("{found}"));
        assert_eq!(rows.len(), 1, "{found}");
        assert_eq!(rows[0]["id"].as_u64(), Some(id), "{found}");
    }
    let doctor = pair
        .home
        .run(&["doctor", "--set", &format!("database={}", pair.database.url())]);
    assert!(
        doctor.out.contains("database: PostgreSQL (the PostgreSQL database"),
        "{doctor:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_killed_takes_nothing_with_it_and_the_other_goes_on() {
    let pair = Pair::new().await;
    let stays = pair.node();
    let done = Arc::new(AtomicBool::new(false));
    // One client only ever talks to the node that stays.
    let mut lasting = Client::new(0);
    let goes_on = tokio::spawn({
        let (url, key, done) = (stays.url.clone(), pair.key.clone(), Arc::clone(&done));
        async move {
            let http = reqwest::Client::new();
            while !done.load(Ordering::Relaxed) {
                let sending = lasting.send_until_cut_off(&http, &url, &key);
                let cut = tokio::time::timeout(Duration::from_millis(300), sending).await;
                assert!(cut.is_err(), "the node that stays never cuts anybody off");
            }
            lasting
        }
    });
    let mut client = Client::new(1);
    for round in 0..KILLS {
        let node = pair.node();
        let (http, url, key) = (reqwest::Client::new(), node.url.clone(), pair.key.clone());
        let sending = tokio::spawn(async move {
            client.send_until_cut_off(&http, &url, &key).await;
            client
        });
        tokio::time::sleep(Duration::from_millis(400 + round * 97 % 400)).await;
        node.kill();
        client = sending.await.expect("a client asserts only what must hold");
    }
    done.store(true, Ordering::Relaxed);
    let lasting = goes_on.await.expect("the other node goes on");
    let mut acknowledged = Acknowledged::new();
    for (of, client) in [("the killed", client), ("the other", lasting)] {
        assert!(client.acknowledged.len() > 50, "{of}: {}", client.acknowledged.len());
        acknowledged.extend(client.acknowledged);
    }
    assert_eq!(stays.terminate(), Some(0));
    check(&pair.home, &StoreUrl::parse(&pair.database.url()), &acknowledged).await;
}
