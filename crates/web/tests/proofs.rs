//! What proves the log to others, over HTTP: checked with the public key alone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use proof::{Hash, SignedCheckpoint, TlogProof, VerifyingKey, root_of, verify_consistency};
use serde_json::{Value, json};
use support::{As, TestApp};
use web::Scope;

async fn fetch(test: &TestApp, path: &str) -> (u16, Vec<u8>) {
    let response = test.client.get(test.url(path)).send().await.unwrap();
    (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
}

async fn asked(test: &TestApp, path: &str) -> (u16, Value) {
    let request = test.client.get(test.url(path)).bearer_auth(test.key(Scope::Read));
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Records so many activities; the receipt.
async fn record(test: &TestApp, count: usize, query: &str) -> Value {
    let item = json!({ "activity": "invoice.paid", "user": { "id": "24" } });
    let request = test.client.post(test.url(&format!("/v1/activities{query}")));
    let request = request.bearer_auth(test.key(Scope::Write)).json(&vec![item; count]);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 202);
    response.json().await.unwrap()
}

async fn keys(test: &TestApp) -> Vec<VerifyingKey> {
    let (status, keys) = fetch(test, "/log/keys").await;
    assert_eq!(status, 200);
    String::from_utf8(keys)
        .unwrap()
        .lines()
        .map(|key| key.parse().unwrap())
        .collect()
}

fn hashes(path: &Value) -> Vec<Hash> {
    let decode = |text: &Value| {
        let bytes = data_encoding::BASE64.decode(text.as_str().unwrap().as_bytes()).unwrap();
        Hash::try_from(bytes).unwrap()
    };
    path.as_array().unwrap().iter().map(decode).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_a_proof_and_the_tiles_agree_and_need_nothing_but_the_key() {
    let test = TestApp::start().await;
    let keys = keys(&test).await;
    let origin = "test.example/whodid".parse().unwrap();
    assert!(
        record(&test, 1, "").await.get("checkpoint").is_none(),
        "only who asks waits for it"
    );
    let recorded = record(&test, 300, "?wait=checkpoint").await;
    let receipt = SignedCheckpoint::parse(recorded["checkpoint"].as_str().unwrap().as_bytes()).unwrap();
    let receipt = receipt.verify(&origin, &keys).unwrap();
    let last = recorded["items"][299]["id"].as_u64().unwrap();
    assert!(receipt.size() > last, "it covers what was sent");
    // One more, so that the proofs are of a later log.
    record(&test, 40, "").await;
    let (status, body) = asked(&test, &format!("/v1/activities/{last}/proof")).await;
    assert_eq!(status, 200, "{body}");
    let file = TlogProof::parse(body["tlog_proof"].as_str().unwrap().as_bytes()).unwrap();
    let leaf: Hash = data_encoding::HEXLOWER
        .decode(body["leaf"].as_str().unwrap().as_bytes())
        .unwrap()
        .try_into()
        .unwrap();
    let later = file.verify(&leaf, &origin, &keys).unwrap();
    assert_eq!((file.index, later.size()), (last, body["size"].as_u64().unwrap()));
    let (from, to) = (receipt.size(), later.size());
    let (status, body) = asked(&test, &format!("/v1/log/consistency?from={from}&to={to}")).await;
    assert_eq!(status, 200, "{body}");
    assert!(verify_consistency(
        from,
        receipt.root(),
        to,
        later.root(),
        &hashes(&body["path"])
    ));
    // The tree, whole, from its lowest tiles.
    let mut leaves = Vec::new();
    for (at, width) in (0..to.div_ceil(256)).map(|at| (at, (to - at * 256).min(256))) {
        let part = if width < 256 {
            format!(".p/{width}")
        } else {
            String::new()
        };
        let (status, bytes) = fetch(&test, &format!("/log/tile/0/{at:03}{part}")).await;
        assert_eq!(status, 200);
        leaves.extend_from_slice(bytes.as_chunks::<32>().0);
    }
    assert_eq!(root_of(&leaves), *later.root());
    assert_eq!(leaves[last as usize], leaf);
    let (status, text) = fetch(&test, "/log/checkpoint").await;
    let newest = SignedCheckpoint::parse(&text).unwrap();
    assert!(status == 200 && newest.verify(&origin, &keys).is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_not_proved() {
    let test = TestApp::start().await;
    record(&test, 10, "").await;
    for path in [
        "/log/tile/0/001",
        "/log/tile/0/000.p/250",
        "/log/tile/99/000",
        "/log/tile/x",
        "/log/tile/0/000/../000",
    ] {
        let (status, _) = fetch(&test, path).await;
        assert_eq!(status, 404, "{path}");
    }
    for path in ["/v1/activities/999999/proof", "/v1/activities/x/proof"] {
        assert_eq!(asked(&test, path).await.0, 404, "{path}");
    }
    for query in ["", "?from=1", "?from=5&to=3", "?from=x&to=3", "?from=1&to=2&more=1"] {
        let (status, problem) = asked(&test, &format!("/v1/log/consistency{query}")).await;
        assert_eq!(status, 400, "{query}: {problem}");
    }
    // A size that the log never had is not there, as a tile beyond it is not.
    for query in ["?from=0&to=999999", "?from=999999&to=9999999"] {
        let (status, problem) = asked(&test, &format!("/v1/log/consistency{query}")).await;
        assert_eq!(status, 404, "{query}: {problem}");
        let told = problem["detail"].as_str().unwrap();
        assert!(told.contains("9999") && told.contains("activities"), "{told}");
    }
    let request = test.client.post(test.url("/v1/activities?wait=forever"));
    let request = request
        .bearer_auth(test.key(Scope::Write))
        .json(&json!({ "activity": "invoice.paid" }));
    assert_eq!(request.send().await.unwrap().status(), 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_activity_is_proved_to_whoever_may_see_it_and_to_nobody_else() {
    let test = TestApp::start().await;
    let recorded = record(&test, 1, "").await;
    let id = recorded["items"][0]["id"].as_u64().unwrap();
    for path in [format!("/activities/{id}/proof"), format!("/v1/activities/{id}/proof")] {
        for who in [As::Administrator, As::Auditor] {
            assert_eq!(test.get(&path, who).await.status(), 200, "{path}");
        }
        assert_eq!(
            test.get(&path, As::Member).await.status(),
            404,
            "{path}: it is of somebody else"
        );
        assert_ne!(test.get(&path, As::Nobody).await.status(), 200, "{path}");
    }
}
