//! Programs that report over HTTP: keys, registered applications, and what each is told when it says too much.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::StatusCode;
use serde_json::{Value, json};
use support::{As, TestApp};
use web::Scope;

async fn post(test: &TestApp, who: As, item: Value) -> (StatusCode, Value) {
    let request = test.client.post(test.url("/v1/activities")).json(&item);
    let response = test.authorized(request, who).await.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

async fn row(test: &TestApp, id: &Value) -> Value {
    let path = format!("/v1/activities/{id}");
    test.get(&path, As::Key(Scope::Read)).await.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registered_application_reports_with_its_own_key_for_itself() {
    let test = TestApp::start().await;
    let item = json!({ "activity": "headset.started", "user": "24", "by": { "kind": "administrator", "id": "25" } });
    let (status, body) = post(&test, As::Application, item).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    let row = row(&test, &body["items"][0]["id"]).await;
    assert_eq!(row["recorded_by"]["kind"], "application");
    assert_eq!(row["recorded_by"]["name"], "Headset");
    assert_eq!(row["application"]["name"], "Headset");
    assert_eq!(row["by"]["kind"], "person");
    let other = json!({ "activity": "headset.started", "application": "other" });
    let (status, body) = post(&test, As::Application, other).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["errors"][0]["code"], "not_your_application");
    // Who only signed in through it reports nothing, and a browser neither.
    let item = json!({ "activity": "headset.started" });
    assert_eq!(post(&test, As::Device, item.clone()).await.0, StatusCode::FORBIDDEN);
    assert_eq!(post(&test, As::Administrator, item).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refused_item_says_why_by_a_code() {
    let test = TestApp::start().await;
    let ada = test.caller("ada").await.person;
    let cases = [
        (
            json!({ "activity": "log.viewed", "user": "24" }),
            "/activity",
            "only_this_installation",
        ),
        (
            json!({ "activity": "user.login", "user": ada.id }),
            "/user/id",
            "not_yours",
        ),
        (
            json!({ "activity": "user.login", "by": { "kind": "administrator", "id": ada.id } }),
            "/by/id",
            "not_yours",
        ),
        (
            json!({ "activity": "user.login", "application": "app_web" }),
            "/application",
            "not_your_application",
        ),
        (json!({ "activity": "user.login", "user": 7 }), "/user", "invalid"),
    ];
    let items: Vec<Value> = cases.iter().map(|(item, _, _)| item.clone()).collect();
    for (item, pointer, code) in &cases {
        let (status, body) = post(&test, As::Key(Scope::Write), item.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(
            (&body["errors"][0]["pointer"], &body["errors"][0]["code"]),
            (&json!(pointer), &json!(code))
        );
    }
    // Beside one that is right, each for itself.
    let mut all = items;
    all.insert(0, json!({ "activity": "user.login", "user": "24" }));
    let (status, body) = post(&test, As::Key(Scope::Write), Value::Array(all)).await;
    assert_eq!((status, &body["recorded"]), (StatusCode::ACCEPTED, &json!(1)));
    for (item, (_, _, code)) in body["items"].as_array().unwrap()[1..].iter().zip(&cases) {
        assert_eq!(item["errors"][0]["code"], *code, "{item}");
    }
    let explained = test.get("/docs/problems", As::Nobody).await.text().await.unwrap();
    for (_, _, code) in &cases {
        assert!(explained.contains(&format!("id=\"{code}\"")), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalogue_says_what_may_not_be_reported_and_since_when_others_report() {
    let test = TestApp::start().await;
    let item = json!({ "activity": "user.two_factor_enabled", "user": "24" });
    post(&test, As::Key(Scope::Write), item).await;
    let administrator = test.key_of("ada", Scope::Read).await;
    let response = test
        .client
        .get(test.url("/v1/activity-types"))
        .bearer_auth(administrator);
    let types: Value = response.send().await.unwrap().json().await.unwrap();
    let of = |code: &str| {
        let rows = types["data"].as_array().unwrap();
        rows.iter().find(|row| row["code"] == code).unwrap().clone()
    };
    let enabled = of("user.two_factor_enabled");
    assert_eq!(
        (&enabled["only_here"], &enabled["recorded_since"]),
        (&json!(false), &Value::Null)
    );
    assert!(enabled["reported_since"].is_string(), "{enabled}");
    assert_eq!(of("log.viewed")["only_here"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_made_for_events_of_a_product_and_can_send_activities_all_the_same() {
    let test = TestApp::start().await;
    let ada = test.caller("ada").await;
    let request = |mapping: &str| app::api_keys::NewKeyRequest {
        name: "Slack".to_owned(),
        scopes: app::Scopes {
            write: true,
            ..app::Scopes::default()
        },
        reports: app::Reports {
            mapping: Some(mapping.to_owned()),
            ..app::Reports::default()
        },
        ..app::api_keys::NewKeyRequest::default()
    };
    let unknown = app::api_keys::create(&test.app, &ada, request("nothing")).await;
    let Err(app::ChangeError::Invalid(errors)) = unknown else {
        panic!("{unknown:?}");
    };
    assert!(
        errors[0].field == "mapping" && errors[0].message.contains("okta"),
        "{errors:?}"
    );
    let made = app::api_keys::create(&test.app, &ada, request("slack")).await.unwrap();
    let token = made.token.unwrap();
    let send = async |query: &str, item: &Value| {
        let request = test.client.post(test.url(&format!("/v1/activities{query}"))).json(item);
        let response = request.bearer_auth(&token).send().await.unwrap();
        (response.status(), response.json::<Value>().await.unwrap())
    };
    let event = json!({ "id": "s1", "date_create": 1_795_168_800, "action": "user_login",
        "actor": { "user": { "id": "W1" } } });
    let activity = json!({ "activity": "headset.started" });
    // By its id it would be the first one again.
    let mut other = event.clone();
    other["id"] = "s2".into();
    for (query, item, kind) in [
        ("", &event, "user.login"),
        ("?mapping=none", &activity, "headset.started"),
        ("?mapping=gitlab", &other, "gitlab.event"),
    ] {
        let (status, body) = send(query, item).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{query} {body}");
        assert_eq!(row(&test, &body["items"][0]["id"]).await["activity"], kind, "{query}");
    }
    assert_eq!(send("?mapping=none", &event).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(send("?mapping=nothing", &event).await.0, StatusCode::BAD_REQUEST);
    let told = test.of_type("api_key.created").await;
    assert!(
        told.iter()
            .any(|row| row.facts.metadata.get("mapping").is_some_and(|name| name == "slack"))
    );
}
