//! SIGKILL three hundred times under load: everything that was acknowledged is there, once, and the tree's root is the one of
//! what is there.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use activity::canonical;
use activity::query::Expr;
use app::Scopes;
use engine::{Log, LogSettings, Order, SystemClock};
use serde_json::{Value, json};
use store::{Store, StoreUrl};

use crate::support::{Home, Server, key};

/// How often the server is killed, unless `WHODID_KILLS` says otherwise, as `cargo xtask soak` does.
const ROUNDS: u64 = 300;
/// A usual test run takes no longer for it, but for the first hundred.
const LONGEST: Duration = Duration::from_secs(150);
const LEAST: u64 = 100;
const CLIENTS: u64 = 4;
/// Small volumes, so that kills fall into sealing and merging as well.
pub(crate) const SETTINGS: [&str; 6] = [
    "--set",
    "log.seal_at=1000",
    "--set",
    "log.merge_factor=4",
    "--set",
    "log.seal_after_seconds=1",
];

/// What a client knows for sure: the id of every external id that was acknowledged.
pub(crate) type Acknowledged = HashMap<String, u64>;

/// A client that never gives up: what was not acknowledged is sent again, with the same ids, after the restart.
pub(crate) struct Client {
    number: u64,
    next: u64,
    unanswered: Option<Vec<Value>>,
    pub(crate) acknowledged: Acknowledged,
}

impl Client {
    pub(crate) fn new(number: u64) -> Self {
        Self {
            number,
            next: 0,
            unanswered: None,
            acknowledged: HashMap::new(),
        }
    }

    pub(crate) async fn send_until_cut_off(&mut self, http: &reqwest::Client, url: &str, key: &str) {
        loop {
            let batch = self.unanswered.take().unwrap_or_else(|| self.batch());
            let sent = http
                .post(format!("{url}/v1/activities"))
                .bearer_auth(key)
                .json(&batch)
                .send()
                .await;
            let answer = match sent {
                Ok(answer) => answer.json::<Value>().await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(answer) => self.note(&batch, &answer),
                Err(_) => {
                    self.unanswered = Some(batch);
                    return;
                }
            }
        }
    }

    fn batch(&mut self) -> Vec<Value> {
        let size = 1 + (self.next * 7 + self.number * 13) % 60;
        (0..size)
            .map(|_| {
                self.next += 1;
                json!({
                    "activity": "invoice.paid",
                    "user": {"id": format!("acme-{}", self.next % 50), "name": "Ann"},
                    "metadata": {"number": self.next.to_string()},
                    "external_id": format!("{}-{}", self.number, self.next),
                })
            })
            .collect()
    }

    fn note(&mut self, batch: &[Value], answer: &Value) {
        let items = answer["items"]
            .as_array()
            .unwrap_or_else(|| panic!("an answer without items: {answer}"));
        assert_eq!(items.len(), batch.len());
        for (sent, item) in batch.iter().zip(items) {
            let external = sent["external_id"]
                .as_str()
                .expect("every activity of this test has one")
                .to_owned();
            let id = item["id"]
                .as_u64()
                .unwrap_or_else(|| panic!("{sent} was refused: {item}"));
            if let Some(before) = self.acknowledged.insert(external, id) {
                assert_eq!(before, id, "one activity was acknowledged under two ids");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_kills_under_load_lose_nothing_acknowledged_and_double_nothing() {
    let home = Home::new();
    let write = Scopes {
        write: true,
        ..Scopes::default()
    };
    let key = key(&home, write).await;
    let mut clients: Vec<Client> = (0..CLIENTS).map(Client::new).collect();
    let asked = std::env::var("WHODID_KILLS")
        .ok()
        .and_then(|rounds| rounds.parse().ok());
    let (begun, mut rounds) = (Instant::now(), 0);
    for round in 0..asked.unwrap_or(ROUNDS) {
        if asked.is_none() && round >= LEAST && begun.elapsed() > LONGEST {
            break;
        }
        rounds = round + 1;
        let server = home.serve(&SETTINGS);
        clients = under_load(server, clients, &key, round).await;
    }
    let mut acknowledged = Acknowledged::new();
    for client in clients {
        acknowledged.extend(client.acknowledged);
    }
    assert!(
        acknowledged.len() as u64 > rounds * 20,
        "there was hardly any load: {}",
        acknowledged.len()
    );
    // The last recovery is a server's, and then it is looked at from beside.
    let server = home.serve(&SETTINGS);
    check(&home, &StoreUrl::directory(home.data()), &acknowledged).await;
    assert_eq!(server.terminate(), Some(0));
    check(&home, &StoreUrl::directory(home.data()), &acknowledged).await;
    let verified = home.run(&["verify"]);
    assert_eq!(verified.code, 0, "{verified:?}");
}

/// Sends with all clients at once and kills the server in the middle of it.
async fn under_load(server: Server, clients: Vec<Client>, key: &str, round: u64) -> Vec<Client> {
    let http = reqwest::Client::new();
    let sending = clients.into_iter().map(|mut client| {
        let (http, url, key) = (http.clone(), server.url.clone(), key.to_owned());
        tokio::spawn(async move {
            client.send_until_cut_off(&http, &url, &key).await;
            client
        })
    });
    let sending: Vec<_> = sending.collect();
    tokio::time::sleep(Duration::from_millis(60 + round * 97 % 400)).await;
    server.kill();
    let mut back = Vec::new();
    for client in sending {
        back.push(client.await.expect("a client asserts only what must hold"));
    }
    back
}

/// Reads the whole log in the order of recording and compares.
pub(crate) async fn check(home: &Home, place: &StoreUrl, acknowledged: &Acknowledged) {
    let store = Store::open_reader(place).await.expect("the store can be read");
    let settings = LogSettings::new(home.data().join("volumes"));
    let log = Log::open_reader(store.clone(), settings, Arc::new(SystemClock))
        .await
        .expect("the log can be read");
    let head = log.head().await.expect("the log has a head");
    let mut scan = log.scan(Expr::All, Order::Recorded).await.expect("the log can be read");
    let (mut rows, mut seen) = (Vec::new(), BTreeSet::new());
    while let Some(chunk) = scan.next_chunk().await {
        rows.extend(chunk.expect("the log can be read"));
    }
    assert_eq!(rows.len() as u64, head.through.size);
    assert!(
        head.sealed > 0,
        "some of it was sealed, so kills fell into sealing as well"
    );
    let mut found = Acknowledged::new();
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(row.seq, at as u64, "sequence numbers have no gap");
        let Some(external) = &row.external_id else { continue };
        assert!(seen.insert(external.clone()), "{external} is recorded twice");
        found.insert(external.clone(), row.seq);
    }
    for (external, id) in acknowledged {
        assert_eq!(found.get(external), Some(id), "{external} was acknowledged as {id}");
    }
    let people: BTreeSet<&str> = rows.iter().flat_map(|row| canonical::persons(&row.facts)).collect();
    let people: Vec<&str> = people.into_iter().collect();
    let mut read = store.glance().await.expect("the store can be read");
    let keys = store::log::person_key::load(&mut read, &people)
        .await
        .expect("the keys can be read");
    let mut tree = proof::Frontier::new();
    for row in &rows {
        let leaf = canonical::leaf_of(&row.facts, |person| keys.get(person)?.at(row.seq));
        tree.push(leaf.expect("everybody named has a key"));
    }
    assert_eq!(tree.root(), head.root, "the root is the one of what is there");
}
