//! Bounds in bytes and time as a client meets them: bodies full of faults, pages of large rows, files that break off.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use support::{As, TestApp};
use web::Scope;

async fn post(app: &TestApp, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let request = app
        .client
        .post(app.url("/v1/activities"))
        .bearer_auth(app.key(Scope::Write));
    let answer = request
        .header(CONTENT_TYPE, "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn recorded(app: &TestApp) -> u64 {
    let request = app
        .client
        .get(app.url("/v1/activities?q=activity:test.*&count=true&limit=1"));
    let answer = request.bearer_auth(app.key(Scope::Read)).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["count"]["n"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_read_no_further_than_its_first_faults() {
    let app = TestApp::start().await;
    let begun = Instant::now();
    let keys = format!("{{{}\"activity\":\"test.one\"}}", "\"a\":1,".repeat(2_000_000));
    let (status, problem) = post(&app, keys).await;
    assert_eq!(status, 400, "{problem}");
    assert!(problem.to_string().contains("more than 2000 values"), "{problem}");

    let good = json!({ "activity": "test.good" });
    let wrong = json!({ "activity": "test.wrong", "nonsense": 1, "more": 2, "colour": 3 });
    let many: Vec<&Value> = std::iter::once(&good)
        .chain(std::iter::repeat_n(&wrong, 9_000))
        .collect();
    let (status, problem) = post(&app, serde_json::to_vec(&many).unwrap()).await;
    assert_eq!((status, &problem["code"]), (400, &json!("invalid_activity")));
    assert_eq!(problem["errors"].as_array().unwrap().len(), 100);
    assert_eq!(problem["errors"][0]["pointer"], "/1/colour");
    assert_eq!(recorded(&app).await, 0, "nothing of it is recorded");

    // Fewer faults are each item's own.
    let some: Vec<&Value> = std::iter::once(&good).chain(std::iter::repeat_n(&wrong, 300)).collect();
    let (status, answer) = post(&app, serde_json::to_vec(&some).unwrap()).await;
    assert_eq!(
        (status, &answer["recorded"], &answer["refused"]),
        (202, &json!(1), &json!(300))
    );
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_large_rows_says_that_it_ended_early_and_none_is_missed() {
    let app = TestApp::start().await;
    let large = |n: u64| {
        let changes: Vec<Value> = (0..6)
            .map(|i| json!({ "field": format!("f{i}"), "after": "x".repeat(8_000) }))
            .collect();
        json!({ "activity": "test.large", "external_id": format!("{n}"), "changes": changes })
    };
    for part in 0..2 {
        let body: Vec<Value> = (part * 120..(part + 1) * 120).map(large).collect();
        assert_eq!(post(&app, serde_json::to_vec(&body).unwrap()).await.0, 202);
    }
    for order in ["desc", "asc"] {
        let (mut ids, mut after, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let path = format!("/v1/activities?q=activity:test.large&limit=1000&order={order}{after}");
            let answer = app
                .client
                .get(app.url(&path))
                .bearer_auth(app.key(Scope::Read))
                .send()
                .await
                .unwrap();
            let page: Value = answer.json().await.unwrap();
            let rows = page["data"].as_array().unwrap();
            assert!(rows.len() <= 100, "{} rows", rows.len());
            ids.extend(rows.iter().map(|row| row["id"].as_u64().unwrap()));
            assert_eq!(page["page"]["ended_early"], page["page"]["has_more"]);
            pages += 1;
            if page["page"]["has_more"] == json!(false) {
                break;
            }
            after = format!("&after={}", page["page"]["next"].as_str().unwrap());
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 240, "{order}");
        assert!(pages > 2, "{pages} pages");
    }
}

/// The status of an answer and what it says, as a page or a problem.
async fn said(response: Response) -> (u16, String) {
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_takes_too_long_is_answered_422_with_what_to_do() {
    let test = TestApp::with_log(|settings| settings.query_ms = 1).await;
    for _ in 0..3 {
        let batch = vec![json!({ "activity": "invoice.paid", "description": "many words ".repeat(80) }); 1_000];
        let answer = test
            .post_batch("application/json", serde_json::to_vec(&batch).unwrap())
            .await;
        assert_eq!(answer.status(), 202);
    }
    let words: Vec<String> = (0..40).map(|n| format!("\"no{n} word{n}\"")).collect();
    let costly = words.join(" OR ");
    let costly = utf8_percent_encode(&costly, NON_ALPHANUMERIC);
    let (status, problem) = said(
        test.get(&format!("/v1/activities?q={costly}"), As::Key(Scope::Read))
            .await,
    )
    .await;
    let problem: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!(
        (status, problem["code"].as_str()),
        (422, Some("too_costly")),
        "{problem}"
    );
    assert!(
        problem["detail"].as_str().unwrap().contains("arrow its range"),
        "{problem}"
    );
    let (status, page) = said(test.get(&format!("/activity?q={costly}"), As::Administrator).await).await;
    assert_eq!(status, 422);
    assert!(
        page.contains("arrow its range") && page.contains("no0 word0"),
        "the query is still there: {page}"
    );
    // What needs no search is answered.
    assert_eq!(said(test.get("/v1/me", As::Key(Scope::Admin)).await).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_so_many_questions_at_once_the_answer_is_503_and_comes_again_when_there_is_room() {
    let test = TestApp::with_log(|settings| settings.queries = 2).await;
    let held = [
        test.log.inquiry("a").await.unwrap(),
        test.log.inquiry("b").await.unwrap(),
    ];
    let response = test.get("/v1/activities", As::Key(Scope::Read)).await;
    assert!(response.headers().contains_key("retry-after"));
    let (status, problem) = said(response).await;
    assert_eq!(status, 503);
    assert!(problem.contains("try again"), "{problem}");
    let (status, page) = said(test.get("/activity", As::Administrator).await).await;
    assert_eq!(status, 503, "{page}");
    assert_eq!(said(test.get("/healthz", As::Nobody).await).await.0, 200);
    let recorded = test
        .post_batch("application/json", r#"{"activity":"invoice.paid"}"#)
        .await;
    assert_eq!(recorded.status(), 202, "what arrives is recorded meanwhile");
    drop(held);
    assert_eq!(
        said(test.get("/v1/activities", As::Key(Scope::Read)).await).await.0,
        200
    );
}
