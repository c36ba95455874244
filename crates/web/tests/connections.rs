//! Connections over HTTP: the page and the API tell the same story, at once, and neither is a directory.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use futures::StreamExt as _;
use reqwest::header::{COOKIE, LINK, LOCATION, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use support::TestApp;
use web::Scope;

/// A member's browser and their key.
struct Member<'a> {
    test: &'a TestApp,
    id: String,
    cookie: String,
    key: String,
}

impl<'a> Member<'a> {
    async fn new(test: &'a TestApp, username: &str) -> Self {
        Self {
            test,
            id: test.caller(username).await.person.id,
            cookie: test.cookie(username).await,
            key: test.key_of(username, Scope::Admin).await,
        }
    }

    async fn api(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let request = self
            .test
            .client
            .request(method, self.test.url(path))
            .bearer_auth(&self.key);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request.send().await.unwrap()
    }

    async fn post(&self, path: &str) -> StatusCode {
        self.api(Method::POST, path, None).await.status()
    }

    async fn read(&self, path: &str) -> Value {
        self.api(Method::GET, path, None).await.json().await.unwrap()
    }

    async fn page(&self, path: &str) -> String {
        let request = self.test.client.get(self.test.url(path)).header(COOKIE, &self.cookie);
        request.send().await.unwrap().text().await.unwrap()
    }

    async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.test.client.post(self.test.url(path)).header(COOKIE, &self.cookie);
        request.form(fields).send().await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_on_the_page_and_accepted_through_the_api_is_seen_by_both_at_once() {
    let test = TestApp::of_members().await;
    let (mia, otto) = (Member::new(&test, "mia").await, Member::new(&test, "otto").await);
    let found = mia
        .submit("/settings/connections/find", &[("login", "otto@example.com")])
        .await;
    assert_eq!(found.status(), StatusCode::OK);
    let found = found.text().await.unwrap();
    assert!(
        found.contains("Otto Weber") && found.contains("Ask to connect"),
        "{found}"
    );

    let stream = test
        .client
        .get(test.url("/settings/connections/live"))
        .header(COOKIE, &otto.cookie);
    let mut stream = stream.send().await.unwrap().bytes_stream();
    stream.next().await.unwrap().unwrap();
    let asked = mia.submit("/settings/connections", &[("login", "otto")]).await;
    assert_eq!(asked.headers()[LOCATION], "/settings/connections?show=sent");
    let told = tokio::time::timeout(std::time::Duration::from_secs(2), stream.next()).await;
    let told = told.unwrap().unwrap().unwrap();
    assert!(told.starts_with(b"event: changed"), "{told:?}");

    assert!(mia.page("/settings/connections?show=sent").await.contains("Otto Weber"));
    assert!(
        otto.page("/settings/connections?show=received")
            .await
            .contains("Mia Silva")
    );
    assert_eq!(
        otto.read("/v1/connections?state=received").await["data"][0]["user"]["name"],
        "Mia Silva"
    );
    assert_eq!(
        otto.post(&format!("/v1/connections/{}/accept", mia.id)).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        otto.post(&format!("/v1/connections/{}/accept", mia.id)).await,
        StatusCode::CONFLICT
    );
    for (own, other) in [(&mia, &otto), (&otto, &mia)] {
        let one = own.read(&format!("/v1/connections/{}", other.id)).await;
        assert_eq!(one["state"], "connected", "{one}");
        assert_eq!(one["user"]["email"], Value::Null);
        assert!(
            own.page("/settings/connections")
                .await
                .contains("Connected <span class=\"num muted\">1</span>")
        );
    }
    let removed = mia
        .submit(&format!("/settings/connections/{}/remove", otto.id), &[])
        .await;
    assert_eq!(removed.headers()[LOCATION], "/settings/connections");
    let missing = otto
        .api(Method::GET, &format!("/v1/connections/{}", mia.id), None)
        .await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let again = mia
        .submit(&format!("/settings/connections/{}/remove", otto.id), &[])
        .await;
    assert_eq!(
        again.status(),
        StatusCode::SEE_OTHER,
        "who is late is told on the page, not by an error"
    );

    let log = mia.page("/settings/activity-logs").await;
    assert!(
        log.contains("Requested to connect with") && log.contains("Removed connection with"),
        "{log}"
    );
    assert!(
        !otto
            .page("/settings/activity-logs")
            .await
            .contains("Requested to connect")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_deed_stands_in_the_api_and_lists_are_paged() {
    let test = TestApp::of_members().await;
    let (mia, otto) = (Member::new(&test, "mia").await, Member::new(&test, "otto").await);
    let ada = Member::new(&test, "ada").await;
    let made = mia
        .api(Method::POST, "/v1/connections", Some(json!({ "username": "otto" })))
        .await;
    assert_eq!(made.status(), StatusCode::CREATED);
    assert_eq!(made.headers()[LOCATION], format!("/v1/connections/{}", otto.id));
    assert_eq!(made.json::<Value>().await.unwrap()["state"], "sent");
    assert_eq!(
        mia.post(&format!("/v1/connections/{}/cancel", otto.id)).await,
        StatusCode::NO_CONTENT
    );
    mia.api(
        Method::POST,
        "/v1/connections",
        Some(json!({ "email": "otto@example.com" })),
    )
    .await;
    assert_eq!(
        otto.post(&format!("/v1/connections/{}/reject", mia.id)).await,
        StatusCode::NO_CONTENT
    );
    let again = mia
        .api(Method::POST, "/v1/connections", Some(json!({ "username": "otto" })))
        .await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
    let crossed = otto
        .api(Method::POST, "/v1/connections", Some(json!({ "username": "mia" })))
        .await;
    assert_eq!(crossed.json::<Value>().await.unwrap()["state"], "sent");
    let crossed = mia
        .api(Method::POST, "/v1/connections", Some(json!({ "username": "otto" })))
        .await;
    assert_eq!(crossed.json::<Value>().await.unwrap()["state"], "connected");

    ada.api(Method::POST, "/v1/connections", Some(json!({ "username": "mia" })))
        .await;
    assert_eq!(
        mia.post(&format!("/v1/connections/{}/accept", ada.id)).await,
        StatusCode::NO_CONTENT
    );
    let first = mia.api(Method::GET, "/v1/connections?limit=1", None).await;
    let link = first.headers()[LINK].to_str().unwrap().to_owned();
    let first: Value = first.json().await.unwrap();
    assert_eq!(
        (&first["data"][0]["user"]["username"], &first["page"]["has_more"]),
        (&json!("ada"), &json!(true))
    );
    let next = first["page"]["next"].as_str().unwrap();
    assert!(
        link.contains("rel=\"next\"") && link.contains("/v1/connections?limit=1&after="),
        "{link}"
    );
    let second = mia.read(&format!("/v1/connections?limit=1&after={next}")).await;
    assert_eq!(second["data"][0]["user"]["username"], "otto");
    assert_eq!(second["page"], json!({ "next": null, "has_more": false }));
    assert_eq!(
        mia.read("/v1/connections?find=web").await["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    assert_eq!(
        mia.post(&format!("/v1/connections/{}/remove", ada.id)).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        mia.post(&format!("/v1/connections/{}/block", otto.id)).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        mia.read("/v1/connections?state=blocked").await["data"][0]["user"]["username"],
        "otto"
    );
    assert_eq!(
        mia.post(&format!("/v1/connections/{}/unblock", otto.id)).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        mia.post("/v1/connections/usr_nobody/block").await,
        StatusCode::NOT_FOUND
    );
    for (path, pointer) in [
        ("/v1/connections?state=friends", "?state"),
        ("/v1/connections?limit=0", "?limit"),
        ("/v1/connections?nothing=1", "?nothing"),
    ] {
        let wrong = mia.api(Method::GET, path, None).await;
        assert_eq!(wrong.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(wrong.json::<Value>().await.unwrap()["errors"][0]["pointer"], pointer);
    }
    assert_eq!(
        mia.api(Method::GET, "/v1/connections?after=x", None).await.status(),
        StatusCode::BAD_REQUEST
    );
    for body in [
        json!({}),
        json!({ "username": "otto", "email": "otto@example.com" }),
        json!({ "name": "otto" }),
    ] {
        let wrong = mia.api(Method::POST, "/v1/connections", Some(body)).await;
        assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_and_whoever_blocks_are_answered_alike_and_only_so_often() {
    let test = TestApp::start().await;
    let (mia, otto) = (Member::new(&test, "mia").await, Member::new(&test, "otto").await);
    assert_eq!(
        otto.post(&format!("/v1/connections/{}/block", mia.id)).await,
        StatusCode::NO_CONTENT
    );
    let mut answers = Vec::new();
    for login in ["otto", "nobody", "otto@example.com", "mia"] {
        for path in ["/v1/connections", "/v1/connections/find"] {
            let answer = mia.api(Method::POST, path, Some(json!({ "username": login }))).await;
            let status = answer.status();
            let mut body: Value = answer.json().await.unwrap();
            body.as_object_mut().unwrap().remove("request_id");
            answers.push((status, body));
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert_eq!(answers[0].0, StatusCode::NOT_FOUND);

    let mut pages = Vec::new();
    for login in ["otto", "nobody"] {
        let page = mia.submit("/settings/connections/find", &[("login", login)]).await;
        let status = page.status();
        pages.push((status, page.text().await.unwrap().replace(login, "")));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0].0, StatusCode::UNPROCESSABLE_ENTITY);

    for _ in 10..60 {
        mia.api(Method::POST, "/v1/connections/find", Some(json!({ "username": "ada" })))
            .await;
    }
    let refused = mia
        .api(Method::POST, "/v1/connections/find", Some(json!({ "username": "ada" })))
        .await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = refused.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((3_400..=3_601).contains(&wait), "{wait}");
    let page = mia.submit("/settings/connections/find", &[("login", "ada")]).await;
    assert_eq!(page.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(page.text().await.unwrap().contains("too many people"));
    assert_eq!(
        otto.api(Method::POST, "/v1/connections/find", Some(json!({ "username": "ada" })))
            .await
            .status(),
        StatusCode::OK
    );
}
