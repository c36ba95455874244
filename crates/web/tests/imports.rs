//! Imports over HTTP: begun, sent in parts and ended by a key; listed, looked at and undone by administrators.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use support::{As, TestApp};
use web::Scope;

async fn ask(test: &TestApp, method: Method, path: &str, scope: Scope, body: Value) -> (StatusCode, Value) {
    let request = test.client.request(method, test.url(path)).json(&body);
    let response = test.authorized(request, As::Key(scope)).await.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_is_begun_sent_ended_and_undone() {
    let test = TestApp::start().await;
    let new = json!({ "format": "slack", "files": ["a.ndjson"] });
    let (status, begun) = ask(&test, Method::POST, "/v1/imports", Scope::Write, new.clone()).await;
    assert_eq!(
        (status, &begun["id"], &begun["mark"]),
        (StatusCode::OK, &json!(1), &Value::Null),
        "{begun}"
    );
    let (_, again) = ask(&test, Method::POST, "/v1/imports", Scope::Write, new).await;
    assert_eq!(again["id"], 1, "it goes on with what was not ended");
    let part = json!([{ "activity": "slack.event", "external_id": "a" }, { "activity": "log.viewed" }]);
    let path = "/v1/activities?import=1&mark=2-x";
    let (status, body) = ask(&test, Method::POST, path, Scope::Write, part.clone()).await;
    assert_eq!((status, &body["recorded"]), (StatusCode::ACCEPTED, &json!(1)), "{body}");
    for (path, wanted) in [
        ("/v1/activities?import=9", StatusCode::NOT_FOUND),
        ("/v1/activities?import=0", StatusCode::BAD_REQUEST),
        ("/v1/activities?import=x", StatusCode::BAD_REQUEST),
        ("/v1/activities?import=1&mark=", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(
            ask(&test, Method::POST, path, Scope::Write, part.clone()).await.0,
            wanted,
            "{path}"
        );
    }
    let (status, ended) = ask(
        &test,
        Method::POST,
        "/v1/imports/1/end",
        Scope::Write,
        json!({ "whole": true }),
    )
    .await;
    assert_eq!(status, StatusCode::OK, "{ended}");
    assert!(
        ended["ended_at"].is_string() && ended["recorded"] == 1 && ended["refused"] == 1,
        "{ended}"
    );
    assert_eq!(
        ask(&test, Method::POST, path, Scope::Write, part).await.0,
        StatusCode::CONFLICT
    );
    let list: Value = test
        .get("/v1/imports", As::Key(Scope::Read))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1), "{list}");
    let query = list["data"][0]["query"].as_str().unwrap();
    let search = format!("/v1/activities?q={query}");
    let rows: Value = test.get(&search, As::Key(Scope::Read)).await.json().await.unwrap();
    assert_eq!(rows["data"][0]["recorded_by"]["kind"], "import", "{rows}");
    assert_eq!(rows["data"][0]["recorded_by"]["id"], "1");
    let undo = "/v1/imports/1/undo";
    let (status, _) = ask(&test, Method::POST, undo, Scope::Admin, json!({ "reason": " " })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let why = json!({ "reason": "Wrong file" });
    let (status, undone) = ask(&test, Method::POST, undo, Scope::Admin, why.clone()).await;
    assert_eq!(
        (status, &undone["undone"]["removed"]),
        (StatusCode::OK, &json!(1)),
        "{undone}"
    );
    let rows: Value = test.get(&search, As::Key(Scope::Read)).await.json().await.unwrap();
    assert_eq!(rows["data"], json!([]));
    assert_eq!(
        ask(&test, Method::POST, undo, Scope::Admin, why).await.0,
        StatusCode::CONFLICT
    );
    let one: Value = test
        .get("/v1/imports/1", As::Key(Scope::Read))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(one["undone"]["reason"], "Wrong file");
    for path in ["/v1/imports/2", "/v1/imports/x", "/v1/imports/0"] {
        let response = test.get(path, As::Key(Scope::Read)).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let retention: Value = test
        .get("/v1/retention", As::Key(Scope::Read))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(retention["runs"][0]["import"]["id"], 1, "{retention}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_lists_imports_and_asks_before_one_is_undone() {
    let test = TestApp::start().await;
    let new = json!({ "format": "jsonl", "files": ["a<b>.jsonl"] });
    ask(&test, Method::POST, "/v1/imports", Scope::Write, new).await;
    let part = json!([{ "activity": "invoice.paid" }, { "activity": "invoice.paid" }]);
    ask(&test, Method::POST, "/v1/activities?import=1", Scope::Write, part).await;
    let page = async |path: &str| test.get(path, As::Administrator).await.text().await.unwrap();
    let html = page("/admin/imports").await;
    assert!(
        html.contains("a&#60;b&#62;.jsonl") || html.contains("a&lt;b&gt;.jsonl"),
        "{html}"
    );
    assert!(html.contains("Not ended") && html.contains("/admin/imports/1/undo"));
    assert!(
        page("/admin/imports/1/undo")
            .await
            .contains("2 activities would be removed")
    );
    let send = async |reason: &str| {
        let request = test
            .client
            .post(test.url("/admin/imports/1/undo"))
            .form(&[("reason", reason)]);
        test.authorized(request, As::Administrator).await.send().await.unwrap()
    };
    let refused = send("").await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().await.unwrap().contains("reason-error"));
    assert!(send("Wrong year").await.status().is_redirection());
    assert_eq!(test.of_type("invoice.paid").await.len(), 0);
    let html = page("/admin/imports").await;
    assert!(html.contains("Undone") && html.contains("Wrong year") && !html.contains("/admin/imports/1/undo"));
    assert_eq!(
        test.get("/admin/imports/7/undo", As::Administrator).await.status(),
        StatusCode::NOT_FOUND
    );
}
