//! Exports over HTTP: the pages with and without a view's filter, and `/v1/exports` from asking to the last byte.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use support::{As, TestApp};

async fn api(test: &TestApp, key: &str, (method, path): (&str, &str), body: Option<&Value>) -> Response {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let request = test.client.request(method, test.url(path)).bearer_auth(key);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    request.send().await.unwrap()
}

/// A key that may read and export.
async fn key(test: &TestApp, login: &str) -> String {
    let scopes = app::Scopes {
        read: true,
        export: true,
        ..app::Scopes::default()
    };
    test.key_with(login, scopes).await
}

/// The export once it has ended.
async fn ended(test: &TestApp, key: &str, location: &str) -> Value {
    for _ in 0..400 {
        let export: Value = api(test, key, ("GET", location), None).await.json().await.unwrap();
        if !matches!(export["state"].as_str(), Some("queued" | "running")) {
            return export;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it does not end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_asks_for_a_file_waits_downloads_and_deletes_it() {
    let test = TestApp::start().await;
    let key = key(&test, "ada").await;
    let new = json!({ "format": "csv", "q": "activity:user.*", "columns": ["id", "activity"] });
    let asked = api(&test, &key, ("POST", "/v1/exports"), Some(&new)).await;
    assert_eq!(asked.status(), StatusCode::ACCEPTED);
    let location = asked.headers()[LOCATION].to_str().unwrap().to_owned();
    let export = ended(&test, &key, &location).await;
    assert_eq!(
        (&export["state"], &export["available"]),
        (&json!("done"), &json!(true)),
        "{export}"
    );
    let file = api(&test, &key, ("GET", &format!("{location}/file")), None).await;
    assert_eq!(
        file.headers()["whodid-sha256"].to_str().unwrap(),
        export["sha256"].as_str().unwrap()
    );
    assert!(file.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("text/csv"));
    let disposition = file.headers()[CONTENT_DISPOSITION].to_str().unwrap().to_owned();
    assert!(
        disposition.contains("activity-log-everyone-") && disposition.ends_with(".csv\""),
        "{disposition}"
    );
    let bytes = file.bytes().await.unwrap();
    assert_eq!(export["bytes"].as_u64(), Some(bytes.len() as u64));
    assert!(bytes.starts_with("\u{feff}id,activity\r\n".as_bytes()));
    let listed: Value = api(&test, &key, ("GET", "/v1/exports?limit=1"), None)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(listed["data"][0]["id"], export["id"]);
    assert_eq!(listed["page"]["has_more"], json!(false));
    for (asked, finds) in [
        ("find=user.%20csv&stage=ready&mine=true", 1),
        ("find=nothing%20of%20it", 0),
        ("stage=unfinished", 0),
        ("stage=gone", 0),
    ] {
        let found: Value = api(&test, &key, ("GET", &format!("/v1/exports?{asked}")), None)
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(found["data"].as_array().map(Vec::len), Some(finds), "{asked}: {found}");
    }
    let wrong = api(&test, &key, ("GET", "/v1/exports?stage=kept"), None).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    // What has ended is not called off; its file is deleted once.
    let cancel = format!("{location}/cancel");
    assert_eq!(
        api(&test, &key, ("POST", &cancel), None).await.status(),
        StatusCode::CONFLICT
    );
    assert_eq!(
        api(&test, &key, ("DELETE", &location), None).await.status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        api(&test, &key, ("DELETE", &location), None).await.status(),
        StatusCode::NOT_FOUND
    );
    let gone = ended(&test, &key, &location).await;
    assert_eq!((&gone["gone"], &gone["sha256"]), (&json!("deleted"), &export["sha256"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_is_made_and_named_by_its_own_type() {
    let test = TestApp::start().await;
    let key = key(&test, "ada").await;
    for (format, beginning, media) in [
        ("jsonl", "{\"id\":", "application/x-ndjson"),
        ("parquet", "PAR1", "application/vnd.apache.parquet"),
        ("xlsx", "PK", "application/vnd.openxmlformats"),
    ] {
        let asked = api(&test, &key, ("POST", "/v1/exports"), Some(&json!({ "format": format }))).await;
        let location = asked.headers()[LOCATION].to_str().unwrap().to_owned();
        assert_eq!(ended(&test, &key, &location).await["state"], "done");
        let file = api(&test, &key, ("GET", &format!("{location}/file")), None).await;
        assert!(file.headers()[CONTENT_TYPE].to_str().unwrap().starts_with(media));
        let bytes = file.bytes().await.unwrap();
        assert!(bytes.starts_with(beginning.as_bytes()), "{format}: {:?}", &bytes[..20]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_says_which_value_and_what_to_do() {
    let test = TestApp::start().await;
    let key = key(&test, "ada").await;
    for (body, status, pointer, says) in [
        (
            json!({ "format": "csv", "columns": ["usr"] }),
            422,
            "/columns",
            "occurred_at",
        ),
        (
            json!({ "format": "jsonl", "columns": ["id"] }),
            422,
            "/columns",
            "every field",
        ),
        (
            json!({ "format": "csv", "zone": "Mars/Olympus" }),
            422,
            "/zone",
            "Mars/Olympus",
        ),
        (
            json!({ "format": "csv", "from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z" }),
            422,
            "/to",
            "before it begins",
        ),
        (json!({ "format": "doc" }), 400, "/format", "parquet"),
        (json!({ "format": "csv", "q": "user:" }), 400, "", ""),
        (
            json!({ "format": "csv", "user": "me", "group": "grp_1" }),
            400,
            "",
            "not both",
        ),
    ] {
        let refused = api(&test, &key, ("POST", "/v1/exports"), Some(&body)).await;
        assert_eq!(refused.status().as_u16(), status, "{body}");
        assert_eq!(refused.headers()[CONTENT_TYPE], "application/problem+json");
        let problem: Value = refused.json().await.unwrap();
        let text = problem.to_string();
        assert!(text.contains(says), "{body}: {text}");
        if !pointer.is_empty() {
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{text}");
        }
    }
    assert_eq!(
        api(&test, &key, ("GET", "/v1/exports/exp_none"), None).await.status(),
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_exports_what_it_may_read_and_repeats_nothing() {
    let test = TestApp::start().await;
    let ada = key(&test, "ada").await;
    let mia = key(&test, "mia").await;
    let body = json!({ "format": "csv" });
    let post = |key: String| {
        let request = test.client.post(test.url("/v1/exports")).bearer_auth(key);
        request.header("idempotency-key", "k1").json(&body).send()
    };
    let first: Value = post(ada.clone()).await.unwrap().json().await.unwrap();
    let again: Value = post(ada.clone()).await.unwrap().json().await.unwrap();
    assert_eq!(first["id"], again["id"]);
    let id = first["id"].as_str().unwrap();
    // A member's key exports the member's own log, and knows nothing of others' exports.
    let own: Value = post(mia.clone()).await.unwrap().json().await.unwrap();
    assert_eq!(own["user"], own["requested_by"]["id"]);
    for (method, path) in [
        ("GET", format!("/v1/exports/{id}")),
        ("GET", format!("/v1/exports/{id}/file")),
        ("GET", format!("/v1/exports/{id}/manifest")),
        ("GET", format!("/v1/exports/{id}/rows")),
        ("POST", format!("/v1/exports/{id}/cancel")),
        ("DELETE", format!("/v1/exports/{id}")),
    ] {
        let refused = api(&test, &mia, (method, &path), None).await;
        assert_eq!(refused.status(), StatusCode::NOT_FOUND, "{method} {path}");
    }
    let everybody = json!({ "format": "csv", "user": first["requested_by"]["id"] });
    let refused = api(&test, &mia, ("POST", "/v1/exports"), Some(&everybody)).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    // Without the scope to export, nothing.
    let reads = test.key(web::Scope::Read).to_owned();
    assert_eq!(
        api(&test, &reads, ("POST", "/v1/exports"), Some(&body)).await.status(),
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_export_says_what_it_covers_and_leads_to_the_file() {
    let test = TestApp::start().await;
    let page = test
        .get(
            "/activity/export?q=activity%3Auser.*&from=2026-01-01&tz=EST",
            As::Administrator,
        )
        .await
        .text()
        .await
        .unwrap();
    for says in [
        "name=\"q\" value=\"activity:user.*\"",
        "name=\"from\" value=\"2026-01-01\"",
        "2026-01-01 00:00:00 EST",
        "value=\"parquet\"",
        "With a byte order mark",
        "The export is recorded",
        "<option value=\"EST\" selected>",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let wrong = test.get("/activity/export?q=user%3A", As::Administrator).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        test.get("/activity/export", As::Member).await.status(),
        StatusCode::FORBIDDEN
    );
}
