//! What is refused of a batch is seen: in the answer, in a counter; all of it or nothing, or shortened, as asked for.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::Response;
use serde_json::{Value, json};
use support::{As, TestApp};
use web::Scope;

async fn post(test: &TestApp, query: &str, body: &Value) -> Response {
    let request = test.client.post(test.url(&format!("/v1/activities{query}")));
    request
        .bearer_auth(test.key(Scope::Write))
        .json(body)
        .send()
        .await
        .unwrap()
}

async fn answer(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap())
}

fn item(description: &str) -> Value {
    json!({ "activity": "invoice.paid", "user": { "id": "24" }, "description": description })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strictly_one_refused_item_refuses_them_all() {
    let test = TestApp::start().await;
    let batch = json!([item("fits"), item(&"x".repeat(9_000)), item("fits")]);
    let (status, problem) = answer(post(&test, "?strict=true", &batch).await).await;
    assert_eq!((status, problem["code"].as_str()), (400, Some("invalid_activity")));
    let error = &problem["errors"][0];
    assert_eq!(
        (error["pointer"].as_str(), error["code"].as_str()),
        (Some("/1/description"), Some("too_long")),
        "{problem}"
    );
    assert!(test.of_type("invoice.paid").await.is_empty(), "nothing is recorded");
    // Alone, and none wrong: as ever.
    let (status, problem) = answer(post(&test, "?strict=true", &batch[1]).await).await;
    assert_eq!(
        (status, problem["errors"][0]["pointer"].as_str()),
        (400, Some("/description"))
    );
    let (status, _) = answer(post(&test, "?strict=true", &json!([item("a"), item("b")])).await).await;
    assert_eq!((status, test.of_type("invoice.paid").await.len()), (202, 2));
    // And without it, each for itself.
    let (status, recorded) = answer(post(&test, "", &batch).await).await;
    assert_eq!(
        (status, recorded["recorded"].as_u64(), recorded["refused"].as_u64()),
        (202, Some(2), Some(1))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leniently_what_is_too_long_is_shortened_and_says_so() {
    let test = TestApp::start().await;
    let mut long = item(&"é".repeat(5_000));
    long["metadata"] = json!({ "message": "m".repeat(501), "short": "s" });
    let mut wrong = item("fits");
    wrong["external_id"] = json!("e".repeat(9_000));
    let batch = json!([item("fits"), long, wrong]);
    let (status, recorded) = answer(post(&test, "?lenient=true", &batch).await).await;
    assert_eq!(status, 202, "{recorded}");
    assert_eq!(recorded["items"][0].get("shortened"), None);
    assert_eq!(
        recorded["items"][1]["shortened"],
        json!(["/description", "/metadata/message"])
    );
    assert_eq!(recorded["items"][2]["status"], 400, "an id never loses its end");
    let rows = test.of_type("invoice.paid").await;
    let facts = &rows[1].facts;
    assert!(facts.description.as_ref().unwrap().ends_with("é…"));
    assert_eq!(facts.metadata["whodid.shortened"], "/description /metadata/message");
    assert_eq!(facts.metadata["message"].chars().count(), 500);
    let (status, _) = answer(post(&test, "?lenient=true&strict=true", &batch).await).await;
    assert_eq!((status, test.of_type("invoice.paid").await.len()), (400, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_items_are_counted_by_fields_and_codes_of_closed_sets() {
    let test = TestApp::start().await;
    for name in ["a", "b", "c"] {
        let mut hostile = item(&"x".repeat(9_000));
        hostile[format!("unknown_{name}")] = json!(1);
        hostile["metadata"] = json!({ name: "m".repeat(501) });
        post(&test, "", &hostile).await;
        post(
            &test,
            "",
            &json!([item("fits"), { "activity": "invoice.paid", "metadata": { name: "m".repeat(501) } }]),
        )
        .await;
    }
    let text = test.get("/metrics", As::Key(Scope::Admin)).await.text().await.unwrap();
    let lines: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("whodid_items_refused_total{"))
        .collect();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("metadata") && line.contains("too_long")),
        "{lines:?}"
    );
    assert!(lines.iter().all(|line| !line.contains("unknown_")), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_that_does_not_exist_is_refused() {
    let test = TestApp::start().await;
    for query in ["?strict=yes", "?loose=true", "?strict=true&strict=true"] {
        assert_eq!(post(&test, query, &item("fits")).await.status(), 400, "{query}");
    }
}
