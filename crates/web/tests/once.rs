//! A request with an `Idempotency-Key` that is sent twice is done once, and a form too.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::header::COOKIE;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use support::TestApp;
use web::Scope;

async fn post(test: &TestApp, key: &str, path: &str, once: &str, body: &Value) -> Response {
    let request = test.client.post(test.url(path)).bearer_auth(key);
    request.header("idempotency-key", once).json(body).send().await.unwrap()
}

async fn json_of(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}")))
}

async fn count(test: &TestApp, code: &str) -> usize {
    let path = format!("/v1/activities?q=activity:{code}&limit=1000");
    let request = test.client.get(test.url(&path)).bearer_auth(test.key(Scope::Read));
    let found: Value = request.send().await.unwrap().json().await.unwrap();
    found["data"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_created_twice_with_one_key_is_there_once_and_answered_alike() {
    let test = TestApp::start().await;
    let key = test.key(Scope::Admin);
    let group = json!({ "name": "Field team" });
    let (_, made) = json_of(post(&test, key, "/v1/groups", "setup", &group).await).await;
    let (id, members) = (
        made["id"].as_str().unwrap(),
        format!("/v1/groups/{}", made["id"].as_str().unwrap()),
    );
    let user = json!({ "given_name": "Sam", "username": "sam", "email": "sam@example.com" });
    let session = json!({ "group_id": id, "name": "Weekly review", "password": "kettle", "start": true });
    let cases = [
        (
            "/v1/groups".to_owned(),
            json!({ "name": "Another" }),
            json!({ "name": "A third" }),
            "group.created",
        ),
        (
            format!("{members}/subgroups"),
            json!({ "name": "Below" }),
            json!({ "name": "Too" }),
            "group.created",
        ),
        (
            "/v1/sessions".to_owned(),
            session,
            json!({ "group_id": id, "name": "Other" }),
            "session.created",
        ),
        (
            "/v1/applications".to_owned(),
            json!({ "name": "Phone" }),
            json!({ "name": "Watch" }),
            "application.registered",
        ),
        (
            "/v1/users".to_owned(),
            user,
            json!({ "given_name": "X", "username": "x", "email": "x@example.com" }),
            "account.created",
        ),
    ];
    for (path, body, other, code) in cases {
        let before = count(&test, code).await;
        let (status, first) = json_of(post(&test, key, &path, "k-1", &body).await).await;
        assert_eq!(status, 201, "{path}: {first}");
        let (status, again) = json_of(post(&test, key, &path, "k-1", &body).await).await;
        assert_eq!((status, &again["id"]), (201, &first["id"]), "{path}: {again}");
        assert_eq!(count(&test, code).await, before + 1, "{path}: one activity");
        let (status, refused) = json_of(post(&test, key, &path, "k-1", &other).await).await;
        assert_eq!(
            (status, refused["code"].as_str()),
            (422, Some("idempotency_key_reused")),
            "{path}"
        );
        let (status, next) = json_of(post(&test, key, &path, "k-2", &other).await).await;
        assert!(status == 201 && next["id"] != first["id"], "{path}: {next}");
        // Somebody else's key is another one.
        let mias = test.key_of("mia", Scope::Admin).await;
        let theirs = post(&test, &mias, &path, "k-1", &body).await.status();
        assert_ne!(theirs, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_not_given_away_again() {
    let test = TestApp::start().await;
    let body = json!({ "name": "Phone" });
    let key = test.key(Scope::Admin);
    let (_, first) = json_of(post(&test, key, "/v1/applications", "k", &body).await).await;
    let (_, again) = json_of(post(&test, key, "/v1/applications", "k", &body).await).await;
    assert!(first["key"].as_str().unwrap().starts_with("whodid_app_"), "{first}");
    assert_eq!((&again["id"], &again["key"]), (&first["id"], &Value::Null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invitations_that_are_sent_twice_are_mailed_once() {
    let test = TestApp::start().await;
    let key = test.key(Scope::Admin);
    let (_, group) = json_of(post(&test, key, "/v1/groups", "g", &json!({ "name": "Field team" })).await).await;
    let path = format!("/v1/groups/{}/invitations", group["id"].as_str().unwrap());
    let body = json!({ "addresses": ["a@example.com", "nobody"], "role": "member" });
    let (status, first) = json_of(post(&test, key, &path, "i", &body).await).await;
    assert_eq!(status, 200, "{first}");
    let (_, again) = json_of(post(&test, key, &path, "i", &body).await).await;
    assert_eq!(first, again);
    assert_eq!(count(&test, "group.invitation_sent").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_with_one_key_one_does_it() {
    let test = TestApp::start().await;
    let key = test.key(Scope::Admin);
    let body = json!({ "name": "Field team" });
    let all = (0..8).map(|_| async { json_of(post(&test, key, "/v1/groups", "k", &body).await).await });
    let all = futures::future::join_all(all).await;
    assert!(
        all.iter()
            .all(|(status, made)| *status == 201 && made["id"] == all[0].1["id"]),
        "{all:?}"
    );
    assert_eq!(count(&test, "group.created").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_key_is_refused_and_a_refused_request_uses_none_up() {
    let test = TestApp::start().await;
    let key = test.key(Scope::Admin);
    for once in ["", &"x".repeat(256)] {
        let refused = post(&test, key, "/v1/groups", once, &json!({ "name": "Field team" })).await;
        assert_eq!(refused.status(), 400);
    }
    let refused = post(&test, key, "/v1/groups", "k", &json!({ "name": " " })).await;
    assert_eq!(refused.status(), 422);
    let made = post(&test, key, "/v1/groups", "k", &json!({ "name": "Field team" })).await;
    assert_eq!(made.status(), 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_sent_twice_creates_one() {
    let test = TestApp::start().await;
    let cookie = test.cookie("ada").await;
    let page = test.client.get(test.url("/groups/new")).header(COOKIE, &cookie);
    let page = page.send().await.unwrap().text().await.unwrap();
    let once = page
        .split(r#"name="once" value=""#)
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let send = |path: &'static str, fields: Vec<(&'static str, String)>| {
        let request = test.client.post(test.url(path)).header(COOKIE, &cookie);
        request.header("sec-fetch-site", "same-origin").form(&fields).send()
    };
    let group = || vec![("once", once.to_owned()), ("name", "Field team".to_owned())];
    for _ in 0..2 {
        assert_eq!(send("/groups/new", group()).await.unwrap().status(), 303);
    }
    assert_eq!(count(&test, "group.created").await, 1);
    let other = vec![("once", once.to_owned()), ("name", "Another".to_owned())];
    let refused = send("/groups/new", other).await.unwrap();
    assert_eq!(refused.status(), 409);
    assert!(refused.text().await.unwrap().contains("sent already"));
    let key = || {
        vec![
            ("once", "o".to_owned()),
            ("name", "Nightly".to_owned()),
            ("write", "on".to_owned()),
        ]
    };
    let first = send("/admin/api-keys", key()).await.unwrap().text().await.unwrap();
    let again = send("/admin/api-keys", key()).await.unwrap().text().await.unwrap();
    assert!(first.contains(r#"id="key">whodid_"#), "{first}");
    assert!(
        again.contains("was sent before") && !again.contains(r#"id="key">"#),
        "{again}"
    );
}
