//! Asking to be erased, holds, and erasing, over HTTP as a browser without a script does it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::header::{CONTENT_DISPOSITION, COOKIE, LOCATION};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use support::{As, TestApp};
use web::Scope;

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

struct Api<'a> {
    test: &'a TestApp,
    key: String,
}

impl<'a> Api<'a> {
    async fn new(test: &'a TestApp) -> Self {
        let scopes = app::Scopes {
            read: true,
            admin: true,
            ..app::Scopes::default()
        };
        let key = test.key_with("ada", scopes).await;
        Self { test, key }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let method = method.parse().unwrap();
        let mut request = self
            .test
            .client
            .request(method, self.test.url(path))
            .bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holds_are_placed_listed_page_by_page_and_lifted_by_a_program() {
    let test = TestApp::start().await;
    let api = Api::new(&test).await;
    let place = |reason: &str| json!({ "person": "mia", "reason": reason });
    let (status, refused) = api.ask("POST", "/v1/holds", Some(place(" "))).await;
    assert_eq!(
        (status, &refused["errors"][0]["pointer"]),
        (422, &json!("/reason")),
        "{refused}"
    );
    let nobody = json!({ "person": "nobody at all", "reason": "x" });
    assert_eq!(api.ask("POST", "/v1/holds", Some(nobody)).await.0, 404);
    let (status, first) = api.ask("POST", "/v1/holds", Some(place("Case 12"))).await;
    assert_eq!(
        (status, &first["person"]["username"], &first["reason"]),
        (201, &json!("mia"), &json!("Case 12"))
    );
    assert_eq!(first["placed_by"]["username"], "ada");
    let (_, second) = api.ask("POST", "/v1/holds", Some(place("Case 13"))).await;

    let (_, page) = api.ask("GET", "/v1/holds?limit=1", None).await;
    assert_eq!(
        (&page["data"], &page["page"]["has_more"]),
        (&json!([second]), &json!(true)),
        "{page}"
    );
    let after = page["page"]["next"].as_str().unwrap();
    let (_, page) = api.ask("GET", &format!("/v1/holds?limit=1&after={after}"), None).await;
    assert_eq!(
        (&page["data"], &page["page"]["has_more"]),
        (&json!([first]), &json!(false)),
        "{page}"
    );
    let other = format!("/v1/erasures?after={after}");
    assert_eq!(api.ask("GET", &other, None).await.0, 400, "the cursor of another list");

    let erase = json!({ "person": "mia", "reason": "Left" });
    let (status, held) = api.ask("POST", "/v1/erasures", Some(erase)).await;
    assert!(
        status == 409 && held["detail"].as_str().unwrap().contains("Case 13"),
        "{held}"
    );
    let path = format!("/v1/holds/{}", first["id"].as_str().unwrap());
    assert_eq!(api.ask("DELETE", &path, None).await.0, 204);
    assert_eq!(api.ask("DELETE", &path, None).await.0, 404);
    let (_, page) = api.ask("GET", "/v1/holds", None).await;
    assert_eq!(page["data"], json!([second]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_decides_who_is_erased_and_gets_the_receipt() {
    let test = TestApp::start().await;
    app::erasure::keep_finishing(&test.app);
    let (api, mia) = (Api::new(&test).await, test.sign_in("mia").await.caller);
    app::erasure::request(&test.app, &mia, "I leave").await.unwrap();
    let (_, waiting) = api.ask("GET", "/v1/erasures?state=waiting", None).await;
    let asked = &waiting["data"][0];
    assert_eq!(
        (&asked["state"], &asked["reason"]),
        (&json!("waiting"), &json!("I leave")),
        "{waiting}"
    );
    assert_eq!(
        (&asked["person"]["id"], &asked["decided"]),
        (&json!(mia.person.id), &Value::Null)
    );
    let path = format!("/v1/erasures/{}", asked["id"].as_str().unwrap());
    let why = |reason: &str| Some(json!({ "reason": reason }));
    assert_eq!(api.ask("POST", &format!("{path}/decline"), why("Not yet")).await.0, 204);
    assert_eq!(api.ask("POST", &format!("{path}/decline"), why("Again")).await.0, 404);
    let (_, declined) = api.ask("GET", &path, None).await;
    assert_eq!(
        (&declined["state"], &declined["decided"]["reason"]),
        (&json!("declined"), &json!("Not yet"))
    );
    assert_eq!(api.ask("GET", &format!("{path}/receipt"), None).await.0, 404);

    app::erasure::request(&test.app, &mia, "Please").await.unwrap();
    let (_, waiting) = api.ask("GET", "/v1/erasures?state=waiting", None).await;
    let path = format!("/v1/erasures/{}", waiting["data"][0]["id"].as_str().unwrap());
    let (status, mut erased) = api.ask("POST", &format!("{path}/erase"), why("Asked for it")).await;
    assert_eq!(
        (status, &erased["state"], &erased["person"]),
        (200, &json!("erased"), &Value::Null),
        "{erased}"
    );
    for _ in 0..200 {
        if erased["progress"]["has_receipt"] == json!(true) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        erased = api.ask("GET", &path, None).await.1;
    }
    assert_eq!(erased["progress"]["number"], 1);
    let (status, receipt) = api.ask("GET", &format!("{path}/receipt"), None).await;
    assert!(
        status == 200 && receipt.as_str().unwrap().starts_with("whodid-erasure/v1\n"),
        "{receipt}"
    );
    assert!(!erased.to_string().to_lowercase().contains("mia"), "{erased}");

    let other = json!({ "person": "otto", "reason": "Left" });
    let (status, unasked) = api.ask("POST", "/v1/erasures", Some(other.clone())).await;
    assert_eq!((status, &unasked["by_themself"]), (201, &json!(false)), "{unasked}");
    assert_eq!(
        api.ask("POST", "/v1/erasures", Some(other)).await.0,
        404,
        "nobody is known by that any more"
    );
    let (_, all) = api.ask("GET", "/v1/erasures", None).await;
    let states: Vec<&str> = all["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["erased", "erased"], "what was declined went with them: {all}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_erased_and_held_is_for_those_who_read_everything_and_decided_by_administrators() {
    let test = TestApp::start().await;
    let status = async |path: &str, who: As| test.get(path, who).await.status().as_u16();
    for path in [
        "/v1/holds",
        "/v1/erasures",
        "/v1/erasures/ers_none",
        "/v1/integrity/sources",
    ] {
        let found = if path.ends_with("none") { 404 } else { 200 };
        assert_eq!(status(path, As::Administrator).await, found, "{path}");
        assert_eq!(status(path, As::Auditor).await, found, "{path}");
        assert_eq!(status(path, As::Member).await, 403, "{path}");
        assert_eq!(status(path, As::Key(Scope::Admin)).await, 403, "{path}");
    }
    // Deciding takes both scopes: whom somebody means is looked up in the log.
    let scopes = app::Scopes {
        admin: true,
        ..app::Scopes::default()
    };
    let api = Api {
        test: &test,
        key: test.key_with("ada", scopes).await,
    };
    let body = json!({ "person": "mia", "reason": "x" });
    assert_eq!(api.ask("POST", "/v1/holds", Some(body)).await.0, 403);
    // Lifting looks nobody up.
    assert_eq!(api.ask("DELETE", "/v1/holds/hld_none", None).await.0, 404);
}
