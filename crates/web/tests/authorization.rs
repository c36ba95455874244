//! Walks the route table with every kind of caller: a route lets through exactly whom its policy names, never fails,
//! and always carries the headers of this site.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Response, StatusCode};
use support::{As, TestApp};
use web::{Policy, RouteInfo, Scope, route_table};

#[derive(Debug, PartialEq, Eq)]
enum Gate {
    LogIn,
    Unauthorized,
    Forbidden,
    Through,
}

fn expected(route: &RouteInfo, who: As) -> Gate {
    let signed_in = matches!(who, As::Member | As::Auditor | As::Administrator);
    match route.policy {
        Policy::Public => Gate::Through,
        Policy::Key(scope) => match who {
            As::Key(has) if has == scope => Gate::Through,
            As::Device if scope == Scope::Read => Gate::Through,
            As::Key(_) | As::Device => Gate::Forbidden,
            _ if signed_in && route.method.is_safe() => Gate::Through,
            _ => Gate::Unauthorized,
        },
        Policy::Program => match who {
            As::Key(Scope::Admin) | As::Device => Gate::Through,
            As::Key(_) => Gate::Forbidden,
            _ if signed_in && route.method.is_safe() => Gate::Through,
            _ => Gate::Unauthorized,
        },
        Policy::Reporter => match who {
            As::Key(Scope::Write) | As::Application => Gate::Through,
            As::Key(_) | As::Device => Gate::Forbidden,
            _ => Gate::Unauthorized,
        },
        Policy::Application if who == As::Application => Gate::Through,
        Policy::Application => Gate::Unauthorized,
        _ if !signed_in => Gate::LogIn,
        Policy::SignedIn if who == As::Auditor && refused_to_auditors(route) => Gate::Forbidden,
        Policy::SignedIn => Gate::Through,
        Policy::Administrator if who == As::Administrator => Gate::Through,
        Policy::ReaderOfAll if who != As::Member => Gate::Through,
        Policy::Administrator | Policy::ReaderOfAll => Gate::Forbidden,
    }
}

/// What is open to members and not to auditors, who change nothing, before anything of the request is looked at.
fn refused_to_auditors(route: &RouteInfo) -> bool {
    const GET: &[&str] = &["/groups/new"];
    const POST: &[&str] = &[
        "/groups/{id}/invitations/{invitation}/resend",
        "/sessions/{id}/lock",
        "/sessions/{id}/start",
        "/sessions/{id}/unlock",
        "/settings/invitations/{id}/accept",
    ];
    let of = if route.method.is_safe() { GET } else { POST };
    of.contains(&route.path)
}

/// What a use case says of itself when the gate has let a caller through to it.
const OF_THE_USE_CASE: &str = "The account of this key or token may not do this.";

/// Who was stopped by the gate; a use case behind it may refuse as well, by its own rule.
fn seen(route: &RouteInfo, status: StatusCode, headers: &HeaderMap, body: &str) -> Gate {
    // A later step of a log-in that nobody has begun leads to its first one, without a gate.
    let next = match route.policy {
        Policy::Public => concrete(route.path),
        _ => String::new(),
    };
    let next = format!("/login?next={}", next.replace('/', "%2F"));
    let target = headers.get(LOCATION).map(|target| target.to_str().unwrap());
    match status {
        StatusCode::UNAUTHORIZED => Gate::Unauthorized,
        StatusCode::FORBIDDEN if !body.contains(OF_THE_USE_CASE) => Gate::Forbidden,
        StatusCode::SEE_OTHER if target.is_some_and(|target| target.starts_with(&next)) => Gate::LogIn,
        _ => Gate::Through,
    }
}

async fn gate_of(route: &RouteInfo, response: Response) -> Gate {
    let (status, headers) = (response.status(), response.headers().clone());
    seen(route, status, &headers, &response.text().await.unwrap())
}

/// A path with its parameters filled in by what cannot exist.
fn concrete(path: &str) -> String {
    let filled = path
        .split('/')
        .map(|part| if part.starts_with('{') { "999999999" } else { part });
    filled.collect::<Vec<_>>().join("/")
}

fn assert_headers(route: &RouteInfo, headers: &HeaderMap) {
    let text = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
    let place = format!("{} {}", route.method, route.path);
    assert!(
        text("content-security-policy").starts_with("default-src 'none'"),
        "{place}"
    );
    assert!(
        text("content-security-policy").contains("frame-ancestors 'none'"),
        "{place}"
    );
    assert!(!text("content-security-policy").contains("unsafe"), "{place}");
    assert_eq!(text("x-content-type-options"), "nosniff", "{place}");
    assert_eq!(text("referrer-policy"), "same-origin", "{place}");
    assert_eq!(text("cross-origin-opener-policy"), "same-origin", "{place}");
    assert_eq!(text("cross-origin-resource-policy"), "same-origin", "{place}");
    assert!(text("permissions-policy").contains("camera=()"), "{place}");
    assert!(!text("cache-control").is_empty(), "{place}");
    assert!(!text("x-request-id").is_empty(), "{place}");
    if text("content-type").starts_with("text/html") {
        assert_eq!(text("cache-control"), "no-store", "{place}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_lets_through_exactly_whom_its_policy_names() {
    let test = TestApp::start().await;
    let mut wrong = Vec::new();
    for route in route_table() {
        for who in As::ALL {
            // An administrator's form without fields may well do something, such as ending all devices: each request
            // comes with its own sign-in.
            let request = test
                .client
                .request(route.method.clone(), test.url(&concrete(route.path)));
            let response = test.authorized(request, who).await.send().await.unwrap();
            let (status, headers) = (response.status(), response.headers().clone());
            assert_headers(&route, &headers);
            let stream = headers
                .get("content-type")
                .is_some_and(|kind| kind == "text/event-stream");
            let gate = match stream {
                true => Gate::Through,
                false => gate_of(&route, response).await,
            };
            if gate != expected(&route, who) || status.is_server_error() {
                wrong.push(format!(
                    "{} {} as {who:?}: {status}, {gate:?}",
                    route.method, route.path
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_route_stands_twice_in_the_table_and_whatever_changes_something_is_not_a_get() {
    let table = route_table();
    for pair in table.windows(2) {
        assert!(
            pair[0].path != pair[1].path || pair[0].method != pair[1].method,
            "{:?}",
            pair[0]
        );
    }
    assert!(table.iter().any(|route| route.policy == Policy::Reporter));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_of_other_sites_change_nothing() {
    let test = TestApp::start().await;
    for route in route_table().into_iter().filter(|route| !route.method.is_safe()) {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
        ] {
            let request = test
                .client
                .request(route.method.clone(), test.url(&concrete(route.path)))
                .header(name, value);
            let response = test.authorized(request, As::Administrator).await.send().await.unwrap();
            assert_eq!(
                response.status(),
                StatusCode::FORBIDDEN,
                "{} {} {name}",
                route.method,
                route.path
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_addresses_and_methods_are_answered_helpfully() {
    let test = TestApp::start().await;
    let page = test.get("/nowhere", As::Administrator).await;
    assert_eq!(page.status(), StatusCode::NOT_FOUND);
    let text = page.text().await.unwrap();
    assert!(
        text.contains("There is no such page") && text.contains("Ada Brown"),
        "{text}"
    );

    let api = test.get("/v1/nowhere", As::Nobody).await;
    assert_eq!(api.status(), StatusCode::NOT_FOUND);
    assert_eq!(api.headers()["content-type"], "application/problem+json");
    let id = api.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem: serde_json::Value = api.json().await.unwrap();
    assert_eq!(problem["code"], "not_found");
    assert_eq!(problem["request_id"], id);

    let method = test
        .client
        .delete(test.url("/v1/activities"))
        .bearer_auth(test.key(Scope::Write))
        .send()
        .await
        .unwrap();
    assert_eq!(method.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(method.headers()["content-type"], "application/problem+json");
    assert!(method.headers()["allow"].to_str().unwrap().contains("POST"));
}
