//! The description of the API describes exactly the API: every route of it and nothing else, with shapes that exist.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use serde_json::Value;
use support::{As, TestApp};
use web::{Policy, RouteInfo, Scope};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

async fn document() -> Value {
    let test = TestApp::start().await;
    test.get("/openapi.json", As::Nobody).await.json().await.unwrap()
}

fn routes() -> Vec<RouteInfo> {
    let table = web::route_table().into_iter();
    table.filter(|route| route.path.starts_with("/v1/")).collect()
}

/// Every operation with its path and method.
fn operations(document: &Value) -> Vec<(String, &'static str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let there = METHODS.into_iter().filter(|method| item.get(method).is_some());
            there.map(|method| (path.clone(), method, &item[method]))
        })
        .collect()
}

/// Every value of the key `$ref`, wherever it stands.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_is_described_and_every_description_has_its_route() {
    let document = document().await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let routes: BTreeSet<_> = routes()
        .iter()
        .map(|route| (route.path.to_owned(), route.method.as_str().to_lowercase()))
        .collect();
    let described: BTreeSet<_> = operations(&document)
        .into_iter()
        .map(|(path, method, _)| (path, method.to_owned()))
        .collect();
    let undescribed: Vec<_> = routes.difference(&described).collect();
    let without_route: Vec<_> = described.difference(&routes).collect();
    assert!(
        undescribed.is_empty() && without_route.is_empty(),
        "routes without a description: {undescribed:#?}\ndescriptions without a route: {without_route:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_shape_that_is_named_exists_and_every_operation_is_whole() {
    let document = document().await;
    let mut named = BTreeSet::new();
    references(&document, &mut named);
    for reference in named {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} is nowhere");
    }
    let mut ids = BTreeSet::new();
    let mut wrong = Vec::new();
    for (path, method, operation) in operations(&document) {
        let place = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap_or_default();
        if id.is_empty() || !ids.insert(id.to_owned()) {
            wrong.push(format!("{place}: the operation id `{id}` is missing or taken"));
        }
        if operation["summary"].as_str().unwrap_or_default().is_empty() {
            wrong.push(format!("{place}: nothing says what it does"));
        }
        let in_path: BTreeSet<_> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let described: BTreeSet<_> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        if in_path != described {
            wrong.push(format!(
                "{place}: the path has {in_path:?}, described are {described:?}"
            ));
        }
        let responses = operation["responses"].as_object().unwrap();
        if !responses.keys().any(|status| status.starts_with('2')) {
            wrong.push(format!("{place}: it never succeeds"));
        }
        if !responses.contains_key("401") {
            wrong.push(format!("{place}: nothing is said of 401"));
        }
        for (status, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
            if response["content"]["application/problem+json"].is_null() {
                wrong.push(format!("{place}: {status} is no problem"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_opens_a_route_is_what_its_policy_says() {
    let document = document().await;
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    for route in routes() {
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        let security = operation["security"].as_array().cloned().unwrap_or_default();
        let names: Vec<_> = security
            .iter()
            .flat_map(|one| one.as_object().unwrap().keys().cloned())
            .collect();
        let expected = match route.policy {
            Policy::Key(_) | Policy::Reporter => "key",
            Policy::Program => "program",
            Policy::Application => "application",
            policy => panic!("{} {} has the policy {policy:?}", route.method, route.path),
        };
        assert!(
            names.iter().any(|name| name == expected) && names.iter().all(|name| schemes.contains_key(name)),
            "{} {}: {names:?}, not {expected}",
            route.method,
            route.path
        );
    }
}

/// What a request for this address is answered with: its status and the pointers of its errors.
async fn answered(test: &TestApp, path: &str) -> (u16, Vec<String>) {
    let (address, _) = path.split_once('?').unwrap_or((path, ""));
    let route = web::route_table().into_iter().find(|route| route.path == address);
    let scope = match route.map(|route| route.policy) {
        Some(Policy::Key(scope)) => scope,
        _ => Scope::Admin,
    };
    let answer = if path.starts_with("/v1/exports") {
        // Whoever exports has to be allowed to read.
        let scopes = app::Scopes {
            read: true,
            export: true,
            ..app::Scopes::default()
        };
        let request = test
            .client
            .get(test.url(path))
            .bearer_auth(test.key_with("ada", scopes).await);
        request.send().await.unwrap()
    } else {
        test.get(path, As::Key(scope)).await
    };
    let status = answer.status().as_u16();
    // A stream has no end to wait for.
    let is_stream = answer.headers()["content-type"] == "text/event-stream";
    let body: Value = match is_stream {
        true => Value::Null,
        false => answer.json().await.unwrap(),
    };
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    let pointers = errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned());
    (status, pointers.collect())
}

/// The lists that need no id in their path, each with the parameters it takes.
fn lists(document: &Value) -> Vec<(String, Vec<Value>)> {
    let lists = operations(document)
        .into_iter()
        .filter(|(path, method, _)| *method == "get" && !path.contains('{'));
    let with =
        lists.map(|(path, _, operation)| (path, operation["parameters"].as_array().cloned().unwrap_or_default()));
    with.filter(|(_, parameters)| parameters.iter().any(|parameter| parameter["name"] == "after"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_list_refuses_a_cursor_it_did_not_give_in_the_same_way() {
    let test = TestApp::start().await;
    let document = test.get("/openapi.json", As::Nobody).await.json().await.unwrap();
    let lists = lists(&document);
    assert!(lists.len() >= 6, "{lists:?}");
    for (path, _) in lists {
        // Nothing, no cursor at all, one of another shape, and one that is not even text.
        for cursor in ["", "x", "eyJhIjoxfQ", "%F0%9F%92%A9", "bnVsbA", "Zm9v"] {
            let found = answered(&test, &format!("{path}?after={cursor}")).await;
            assert_eq!(found, (400, vec!["?after".to_owned()]), "{path}?after={cursor}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parameter_that_is_there_is_never_taken_as_absent() {
    let test = TestApp::start().await;
    let document = test.get("/openapi.json", As::Nobody).await.json().await.unwrap();
    for (path, parameters) in lists(&document) {
        for parameter in parameters {
            let name = parameter["name"].as_str().unwrap();
            let may_be_empty = ["q", "find"].contains(&name);
            let (status, pointers) = answered(&test, &format!("{path}?{name}=")).await;
            let expected = if may_be_empty {
                (200, vec![])
            } else {
                (400, vec![format!("?{name}")])
            };
            assert_eq!((status, pointers), expected, "{path}?{name}=");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_a_group_that_never_was_is_not_found() {
    let test = TestApp::start().await;
    assert_eq!(answered(&test, "/v1/activities?group=grp_nobody").await.0, 404);
    assert_eq!(
        answered(&test, "/v1/users?group=grp_nobody").await.0,
        404,
        "nor its members"
    );
    // A group of another system is there as soon as the log has a row of it.
    let row = r#"{"activity":"team.made","application":"theirs","group":{"id":"grp-of-theirs","name":"Theirs"}}"#;
    assert_eq!(test.post_batch("application/json", row).await.status(), 202);
    assert_eq!(answered(&test, "/v1/activities?group=grp-of-theirs").await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_array_is_no_object_and_null_is_no_body() {
    let test = TestApp::start().await;
    let send = async |path: &str, body: &'static str| {
        let request = test
            .client
            .post(test.url(path))
            .header("content-type", "application/json")
            .body(body);
        test.authorized(request, As::Key(Scope::Admin))
            .await
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(send("/v1/groups", r#"["Everybody",false,null]"#).await, 400);
    assert_eq!(send("/v1/groups", r#"{"name":"Everybody"}"#).await, 201);
    assert_eq!(
        send("/v1/connections/find", r#"{"username":"mia","email":null}"#).await,
        400
    );
    let mia = test.caller("mia").await.person.id;
    assert_eq!(send(&format!("/v1/users/{mia}/require-mfa"), " null ").await, 204);
    assert_eq!(send(&format!("/v1/users/{mia}/require-mfa"), "[true]").await, 400);
    assert_eq!(send("/v1/devices/end-others", "").await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_names_its_version_as_an_entity_tag() {
    let test = TestApp::start().await;
    for (tag, status) in [
        ("", 400),
        ("v1", 400),
        ("\"", 400),
        ("\"\"", 400),
        ("\"v99\"", 412),
        ("\"x\"", 412),
        ("*", 200),
    ] {
        let request = test
            .client
            .patch(test.url("/v1/me"))
            .header("if-match", tag)
            .json(&serde_json::json!({}));
        let answer = test
            .authorized(request, As::Key(Scope::Admin))
            .await
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), status, "{tag}");
    }
}
