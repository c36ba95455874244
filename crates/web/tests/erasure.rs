//! Asking to be erased, holds, and erasing, over HTTP as a browser without a script does it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::header::{CONTENT_DISPOSITION, COOKIE, LOCATION};
use reqwest::{Response, StatusCode};
use support::TestApp;

async fn post(test: &TestApp, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Response {
    let request = test.client.post(test.url(path)).header(COOKIE, cookie);
    let request = request.header("sec-fetch-site", "same-origin").form(fields);
    request.send().await.unwrap()
}

async fn page(test: &TestApp, path: &str, cookie: &str) -> String {
    let request = test.client.get(test.url(path)).header(COOKIE, cookie);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

/// What stands between these two for the first time.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_asks_an_administrator_decides_and_the_receipt_is_there() {
    let test = TestApp::start().await;
    app::erasure::keep_finishing(&test.app);
    let (admin, mia) = (test.cookie("ada").await, test.cookie("mia").await);
    let asked = post(&test, "/settings/privacy/erasure", &mia, &[("reason", "I leave <b>")]).await;
    assert_eq!(
        (asked.status(), &asked.headers()[LOCATION]),
        (StatusCode::SEE_OTHER, &"/settings/privacy".parse().unwrap())
    );
    assert!(
        page(&test, "/settings/privacy", &mia)
            .await
            .contains("Take the request back")
    );

    let html = page(&test, "/admin/erasure", &admin).await;
    assert!(
        html.contains("asked to be erased") && html.contains("I leave &lt;b&gt;"),
        "{html}"
    );
    let id = between(&html, "action=\"/admin/erasure/", "/erase\"").to_owned();
    let path = format!("/admin/erasure/{id}/erase");
    let refused = post(&test, &path, &admin, &[("reason", " ")]).await;
    assert_eq!(refused.status(), StatusCode::SEE_OTHER);
    assert!(
        page(&test, "/settings/privacy", &mia)
            .await
            .contains("Take the request back")
    );

    let done = post(&test, &path, &admin, &[("reason", "Asked for it")]).await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    let gone = test
        .client
        .get(test.url("/settings/privacy"))
        .header(COOKIE, &mia)
        .send()
        .await
        .unwrap();
    assert_eq!(
        gone.status(),
        StatusCode::SEE_OTHER,
        "their log-in is gone with the account"
    );
    let mut html = page(&test, "/admin/erasure", &admin).await;
    for _ in 0..200 {
        if html.contains("/receipt") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        html = page(&test, "/admin/erasure", &admin).await;
    }
    assert!(
        html.contains("in no file any more") && !html.to_lowercase().contains("mia"),
        "{html}"
    );
    let receipt = test
        .client
        .get(test.url(&format!("/admin/erasure/{id}/receipt")))
        .header(COOKIE, &admin);
    let receipt = receipt.send().await.unwrap();
    assert!(
        receipt.headers()[CONTENT_DISPOSITION]
            .to_str()
            .unwrap()
            .contains("erasure.receipt")
    );
    let text = receipt.text().await.unwrap();
    assert!(
        text.starts_with("whodid-erasure/v1\nerasure: 1\n") && text.contains("\n\u{2014} test.example/whodid "),
        "{text}"
    );
}

#[tokio::test]
async fn a_hold_is_placed_blocks_and_is_lifted() {
    let test = TestApp::start().await;
    let admin = test.cookie("ada").await;
    let id = test.sign_in("mia").await.caller.person.id;
    let placed = post(&test, "/admin/holds", &admin, &[("person", &id), ("reason", "Case 12")]).await;
    assert_eq!(placed.status(), StatusCode::SEE_OTHER);
    let html = page(&test, "/admin/erasure", &admin).await;
    assert!(html.contains("Case 12"));
    let hold = between(&html, "action=\"/admin/holds/", "/lift\"").to_owned();
    post(&test, "/admin/erasure", &admin, &[("person", &id), ("reason", "Left")]).await;
    assert!(
        page(&test, &format!("/users/{id}/login-settings"), &admin)
            .await
            .contains("Erase or hold")
    );
    post(&test, &format!("/admin/holds/{hold}/lift"), &admin, &[]).await;
    let html = page(&test, "/admin/erasure", &admin).await;
    assert!(html.contains("Nobody is under a hold"));
    post(&test, "/admin/erasure", &admin, &[("person", &id), ("reason", "Left")]).await;
    let gone = test
        .client
        .get(test.url(&format!("/users/{id}/login-settings")))
        .header(COOKIE, &admin);
    assert_eq!(gone.send().await.unwrap().status(), StatusCode::NOT_FOUND);
}
