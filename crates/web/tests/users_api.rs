//! `/v1/users` and `/v1/me`: who may, edits that do not overwrite each other, all of an edit or nothing of it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use futures::future::join_all;
use reqwest::header::{COOKIE, ETAG, IF_MATCH, LOCATION};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use support::TestApp;
use web::Scope;

async fn send(test: &TestApp, key: &str, method: Method, path: &str, body: Option<Value>) -> Response {
    let request = test.client.request(method, test.url(path)).bearer_auth(key);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    request.send().await.unwrap()
}

async fn read(test: &TestApp, path: &str) -> (String, Value) {
    let response = send(test, test.key(Scope::Admin), Method::GET, path, None).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let tag = response
        .headers()
        .get(ETAG)
        .map_or("", |tag| tag.to_str().unwrap())
        .to_owned();
    (tag, response.json().await.unwrap())
}

async fn edit(test: &TestApp, key: &str, path: &str, tag: &str, body: Value) -> Response {
    let request = test.client.patch(test.url(path)).bearer_auth(key).header(IF_MATCH, tag);
    request.json(&body).send().await.unwrap()
}

async fn code(response: Response) -> (StatusCode, String) {
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    (status, body["code"].as_str().unwrap().to_owned())
}

/// The codes in one user's log, newest first, without those of looking at it.
async fn codes(test: &TestApp, id: &str) -> Vec<String> {
    let path = format!("/v1/activities?user={id}&limit=1000");
    let log = send(test, test.key(Scope::Read), Method::GET, &path, None).await;
    let log: Value = log.json().await.unwrap();
    let rows = log["data"].as_array().unwrap().iter();
    rows.map(|row| row["activity"].as_str().unwrap().to_owned())
        .filter(|code| code != "log.viewed")
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_creates_finds_edits_and_acts_on_accounts() {
    let test = TestApp::start().await;
    let key = test.key(Scope::Admin);
    let new = json!({ "given_name": "Sam", "family_name": "Jones", "username": "sam", "email": "sam@example.com", "roles": ["auditor"] });
    let created = send(&test, key, Method::POST, "/v1/users", Some(new.clone())).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let place = created.headers()[LOCATION].to_str().unwrap().to_owned();
    assert!(created.headers().contains_key(ETAG));
    let created: Value = created.json().await.unwrap();
    let id = created["id"].as_str().unwrap().to_owned();
    assert_eq!(place, format!("/v1/users/{id}"));
    assert_eq!(
        (&created["status"], &created["roles"]),
        (&json!("never"), &json!(["auditor"]))
    );
    let twice = send(&test, key, Method::POST, "/v1/users", Some(new)).await;
    assert_eq!(twice.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let twice: Value = twice.json().await.unwrap();
    assert_eq!(twice["errors"][0]["pointer"], "/username");

    let (tag, _) = read(&test, &place).await;
    let body = json!({ "given_name": "Samuel", "roles": [], "login_addresses": ["10.0.0.0/8", "203.0.113.7"], "login_enabled": false });
    let edited = edit(&test, key, &place, &tag, body).await;
    assert_eq!(edited.status(), StatusCode::OK);
    assert_ne!(edited.headers()[ETAG], tag);
    let edited: Value = edited.json().await.unwrap();
    assert_eq!(edited["name"], "Samuel Jones");
    assert_eq!(edited["roles"], json!([]));
    assert_eq!(edited["login_addresses"], json!(["10.0.0.0/8", "203.0.113.7/32"]));
    assert_eq!(edited["login_enabled"], false);
    let log = codes(&test, &id).await;
    let mut left = log[..4].to_vec();
    left.sort();
    assert_eq!(
        left,
        [
            "account.edited",
            "account.login_addresses_restricted",
            "account.login_disabled",
            "account.roles_changed"
        ]
    );

    for (verb, status) in [
        ("activation", StatusCode::NO_CONTENT),
        ("unlock", StatusCode::NO_CONTENT),
        ("require-mfa", StatusCode::NO_CONTENT),
        ("reset-mfa", StatusCode::CONFLICT),
        ("end-devices", StatusCode::OK),
    ] {
        let done = send(&test, key, Method::POST, &format!("{place}/{verb}"), None).await;
        assert_eq!(done.status(), status, "{verb}");
    }
    assert_eq!(read(&test, &place).await.1["mfa_required"], true);
    let relaxed = send(
        &test,
        key,
        Method::POST,
        &format!("{place}/require-mfa"),
        Some(json!({ "required": false })),
    )
    .await;
    assert_eq!(relaxed.status(), StatusCode::NO_CONTENT);
    assert_eq!(read(&test, &place).await.1["mfa_required"], false);

    for (query, expected) in [
        ("find=samuel", vec!["sam"]),
        ("login_enabled=false", vec!["sam"]),
        ("role=auditor", vec!["otto"]),
        ("status=logged_in&limit=1", vec!["ada"]),
    ] {
        let (_, page) = read(&test, &format!("/v1/users?{query}")).await;
        let rows = page["data"].as_array().unwrap().iter();
        let names: Vec<_> = rows.map(|row| row["username"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{query}");
    }
    let mut path = "/v1/users?limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let (_, page) = read(&test, &path).await;
        seen.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["username"].clone()),
        );
        let Some(next) = page["page"]["next"].as_str() else {
            break;
        };
        path = format!("/v1/users?limit=2&after={next}");
    }
    assert_eq!(seen, ["ada", "mia", "otto", "sam"]);
    let (_, devices) = read(
        &test,
        &format!("/v1/users/{}/devices", test.caller("mia").await.person.id),
    )
    .await;
    assert_eq!(devices["page"]["has_more"], false);
    assert!(!devices["data"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_edit_is_refused_and_of_fifty_at_once_one_is_done() {
    let test = TestApp::start().await;
    let key = test.key(Scope::Admin);
    let id = test.caller("mia").await.person.id;
    let path = format!("/v1/users/{id}");
    let (tag, _) = read(&test, &path).await;
    let edits =
        join_all((0..50).map(|n| edit(&test, key, &path, &tag, json!({ "family_name": format!("Silva {n}") })))).await;
    let done = edits
        .iter()
        .filter(|response| response.status() == StatusCode::OK)
        .count();
    assert_eq!(done, 1);
    for response in edits {
        if response.status() != StatusCode::OK {
            assert_eq!(
                code(response).await,
                (StatusCode::PRECONDITION_FAILED, "stale".to_owned())
            );
        }
    }
    assert_eq!(
        codes(&test, &id)
            .await
            .iter()
            .filter(|code| *code == "account.edited")
            .count(),
        1
    );

    let without = send(&test, key, Method::PATCH, &path, Some(json!({ "family_name": "S" }))).await;
    assert_eq!(
        code(without).await,
        (StatusCode::PRECONDITION_REQUIRED, "precondition_required".to_owned())
    );
    let damaged = edit(&test, key, &path, "\"x\"", json!({ "family_name": "S" })).await;
    assert_eq!(damaged.status(), StatusCode::PRECONDITION_FAILED);
    let any = edit(&test, key, &path, "*", json!({ "family_name": "Silva" })).await;
    assert_eq!(any.status(), StatusCode::OK);

    // What the pages change makes an older version stale as well; what changes nothing does not.
    let (tag, _) = read(&test, &path).await;
    let same = edit(&test, key, &path, &tag, json!({ "family_name": "Silva" })).await;
    assert_eq!(same.headers()[ETAG], tag, "nothing changed");
    let page = test
        .client
        .post(test.url(&format!("/users/{id}/login-enabled")))
        .header(COOKIE, test.cookie("ada").await);
    page.form(&[("back", "/users"), ("sure", "1")]).send().await.unwrap();
    let late = edit(&test, key, &path, &tag, json!({ "roles": ["administrator"] })).await;
    assert_eq!(late.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(read(&test, &path).await.1["roles"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_done_whole_or_not_at_all() {
    let test = TestApp::start().await;
    let key = test.key(Scope::Admin);
    let id = test.caller("mia").await.person.id;
    let path = format!("/v1/users/{id}");
    let (tag, before) = read(&test, &path).await;
    let log = codes(&test, &id).await;
    for (body, status, pointer) in [
        (
            json!({ "given_name": "M", "login_addresses": ["nowhere"] }),
            422,
            "/login_addresses",
        ),
        (json!({ "login_enabled": false, "username": "ada" }), 422, "/username"),
        (json!({ "roles": ["auditor"], "email": "no address" }), 422, "/email"),
        (json!({ "given_name": "M", "family_nam": "S" }), 400, "/family_nam"),
        (json!({ "roles": ["owner"] }), 400, "/roles/0"),
        (json!({ "login_enabled": "yes" }), 400, "/login_enabled"),
    ] {
        let refused = edit(&test, key, &path, &tag, body.clone()).await;
        assert_eq!(refused.status().as_u16(), status, "{body}");
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let (same, after) = read(&test, &path).await;
    assert_eq!((tag, before), (same, after));
    assert_eq!(codes(&test, &id).await.len(), log.len());

    let ada = format!("/v1/users/{}", test.caller("ada").await.person.id);
    for body in [
        json!({ "roles": [] }),
        json!({ "login_enabled": false }),
        json!({ "service_account": true }),
    ] {
        let last = edit(&test, key, &ada, "*", body.clone()).await;
        assert_eq!(
            last.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "the last administrator stays: {body}"
        );
    }
    let unknown = edit(&test, key, "/v1/users/usr_nobody", "*", json!({})).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_reach_their_own_account_and_nobody_elses() {
    let test = TestApp::start().await;
    let key = test.key_of("mia", Scope::Admin).await;
    let (mia, otto) = (test.caller("mia").await.person.id, test.caller("otto").await.person.id);
    let me = send(&test, &key, Method::GET, "/v1/me", None).await;
    let tag = me.headers()[ETAG].to_str().unwrap().to_owned();
    assert_eq!(me.json::<Value>().await.unwrap()["username"], "mia");
    let edited = edit(&test, &key, "/v1/me", &tag, json!({ "time_zone": "Europe/Berlin" })).await;
    assert_eq!(edited.status(), StatusCode::OK);
    assert_eq!(edited.json::<Value>().await.unwrap()["time_zone"], "Europe/Berlin");
    let stale = edit(&test, &key, "/v1/me", &tag, json!({ "given_name": "M" })).await;
    assert_eq!(stale.status(), StatusCode::PRECONDITION_FAILED);
    let more = edit(&test, &key, "/v1/me", "*", json!({ "roles": ["administrator"] })).await;
    assert_eq!(more.status(), StatusCode::BAD_REQUEST);
    assert!(codes(&test, &mia).await.contains(&"account.profile_edited".to_owned()));

    for id in [otto.as_str(), "usr_nobody"] {
        let place = format!("/v1/users/{id}");
        let mut answers = vec![
            send(&test, &key, Method::GET, &place, None).await.status(),
            edit(&test, &key, &place, "*", json!({ "given_name": "X" }))
                .await
                .status(),
        ];
        for verb in ["unlock", "activation", "end-devices", "require-mfa", "reset-mfa"] {
            answers.push(
                send(&test, &key, Method::POST, &format!("{place}/{verb}"), None)
                    .await
                    .status(),
            );
        }
        assert!(
            answers.iter().all(|status| *status == StatusCode::FORBIDDEN),
            "{id}: {answers:?}"
        );
        let devices = send(&test, &key, Method::GET, &format!("{place}/devices"), None).await;
        assert_eq!(devices.status(), StatusCode::NOT_FOUND);
    }
    let own = edit(
        &test,
        &key,
        &format!("/v1/users/{mia}"),
        "*",
        json!({ "roles": ["administrator"] }),
    )
    .await;
    assert_eq!(own.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        send(&test, &key, Method::GET, "/v1/users", None).await.status(),
        StatusCode::FORBIDDEN
    );
    let new = json!({ "given_name": "X", "username": "x", "email": "x@example.com" });
    assert_eq!(
        send(&test, &key, Method::POST, "/v1/users", Some(new)).await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        send(&test, &key, Method::GET, &format!("/v1/users/{mia}"), None)
            .await
            .status(),
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_body_is_answered_by_what_is_wrong_with_it() {
    let test = TestApp::start().await;
    let key = test.key(Scope::Admin);
    let post = async |kind: &str, body: &str| {
        let request = test
            .client
            .post(test.url("/v1/users"))
            .bearer_auth(key)
            .header("content-type", kind);
        let response = request.body(body.to_owned()).send().await.unwrap();
        let status = response.status().as_u16();
        let problem: Value = response.json().await.unwrap();
        (
            status,
            problem["errors"][0]["pointer"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let json = "application/json";
    for (kind, body, status, pointer) in [
        (json, "", 400, ""),
        (json, "{", 400, ""),
        (json, "{} {}", 400, "/username"),
        (json, "{\"username\":\"x\",\"email\":\"x@example.com\"} {}", 400, ""),
        (json, "[]", 400, ""),
        (json, "{\"username\":\"x\"}", 400, "/email"),
        (json, "{\"username\":\"x\",\"username\":\"y\"}", 400, "/username"),
        (json, "{\"username\":1}", 400, "/username"),
        (json, "{\"a/b~c\":1}", 400, "/a~1b~0c"),
        (
            json,
            "{\"username\":\"x\",\"email\":\"x@example.com\",\"roles\":[\"auditor\",7]}",
            400,
            "/roles/1",
        ),
        ("text/plain", "{}", 415, ""),
        ("application/x-www-form-urlencoded", "username=x", 415, ""),
    ] {
        assert_eq!(post(kind, body).await, (status, pointer.to_owned()), "{kind} {body}");
    }
    let long = format!("{{\"username\":\"{}\"}}", "x".repeat(2 * 1024 * 1024));
    assert_eq!(post(json, &long).await.0, 413);
}
