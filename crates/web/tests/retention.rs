//! Retention over HTTP: the page as a browser without a script uses it, and what the API says.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::header::LOCATION;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use support::{As, TestApp};
use web::Scope;

const PAGE: &str = "/admin/retention";

async fn form(test: &TestApp, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
    let request = test.client.post(test.url(path)).header("sec-fetch-site", "same-origin");
    let answer = test
        .authorized(request, As::Administrator)
        .await
        .form(fields)
        .send()
        .await
        .unwrap();
    read(answer).await
}

/// The status, and where it leads or what it shows.
async fn read(answer: Response) -> (StatusCode, String) {
    let status = answer.status();
    match answer.headers().get(LOCATION) {
        Some(to) => (status, to.to_str().unwrap().to_owned()),
        None => (status, answer.text().await.unwrap()),
    }
}

async fn rules(test: &TestApp, who: As) -> Value {
    test.get("/v1/retention", who).await.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_are_rehearsed_then_kept_with_a_reason_and_what_is_wrong_is_said_beside_the_form() {
    let test = TestApp::start().await;
    let asked = [
        ("keep_default", "days"),
        ("days_default", "365"),
        ("keep_log", "forever"),
    ];
    let (status, html) = form(&test, "/admin/retention/rehearse", &asked).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("would remove 0 activities") && html.contains("name=\"days_default\" value=\"365\""));
    assert_eq!(rules(&test, As::Administrator).await["data"][0]["days"], Value::Null);
    for (fields, said) in [
        (
            vec![("keep_default", "days"), ("days_default", "0"), ("reason", "x")],
            "from 1 to 36500",
        ),
        (vec![("keep_mail", "sometimes"), ("reason", "x")], "there is no rule"),
        (asked.to_vec(), "Say why"),
    ] {
        let (status, html) = form(&test, PAGE, &fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(html.contains(said), "{fields:?}: {html}");
    }
    let with_reason = [&asked[..], &[("reason", "Policy 7")]].concat();
    assert_eq!(
        form(&test, PAGE, &with_reason).await,
        (StatusCode::SEE_OTHER, PAGE.to_owned())
    );
    let changed = test.of_type("retention.changed").await;
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].metadata.get("reason").map(String::as_str), Some("Policy 7"));
    // Nothing is so old.
    let ran = form(&test, "/admin/retention/apply", &[]).await;
    assert_eq!(ran, (StatusCode::SEE_OTHER, PAGE.to_owned()));
    assert!(test.of_type("retention.applied").await.is_empty());
    let (status, _) = read(test.get("/admin/retention/runs/1/note", As::Auditor).await).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let html = test.get(PAGE, As::Auditor).await.text().await.unwrap();
    assert!(html.contains("365 days") && !html.contains("name=\"reason\""));
    let html = test.get("/admin/integrity", As::Auditor).await.text().await.unwrap();
    assert!(html.contains("href=\"/admin/retention\"") && html.contains("Nothing was removed from this log"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_know_how_long_activities_are_kept_and_only_who_reads_everything_what_went() {
    let test = TestApp::start().await;
    let fields = [("keep_user", "days"), ("days_user", "90"), ("reason", "Policy 7")];
    assert_eq!(form(&test, PAGE, &fields).await.0, StatusCode::SEE_OTHER);
    let log_ins = json!({"heading": "user", "title": "Log-ins and passwords", "days": 90, "kept_since": null});
    for (who, runs) in [
        (As::Member, Value::Null),
        (As::Auditor, json!([])),
        (As::Administrator, json!([])),
    ] {
        let said = rules(&test, who).await;
        assert_eq!((&said["data"][0], &said["runs"]), (&log_ins, &runs));
        assert_eq!(said["data"].as_array().unwrap().len(), 11);
        assert!(
            said["data"].as_array().unwrap()[1..]
                .iter()
                .all(|rule| rule["days"].is_null())
        );
    }
    assert_eq!(rules(&test, As::Key(Scope::Read)).await["data"][0], log_ins);
    let refused = test.get("/v1/retention", As::Nobody).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}
