//! Ids of other systems in the addresses of pages: `a/b?c#d` names its person, and never another page.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use activity::{By, Facts, Named, Person, Target, Time};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::StatusCode;
use support::{As, TestApp};

/// An activity that names this id wherever it can.
fn naming(id: &str) -> Facts {
    let person = Person {
        id: id.to_owned(),
        ..Person::default()
    };
    let named = Named {
        id: id.to_owned(),
        ..Named::default()
    };
    let mut facts = Facts::new("acme.changed", Time::parse("2026-11-21T14:00:00Z").unwrap());
    facts.user = Some(person.clone());
    facts.by = By::Person(person);
    facts.group = Some(named.clone());
    facts.application = Some(named);
    for kind in ["user", "group", "session", "file"] {
        facts.targets.push(Target {
            kind: kind.to_owned(),
            id: id.to_owned(),
            ..Target::default()
        });
    }
    facts
}

/// The addresses of a page, as a browser reads them.
fn addresses(html: &str) -> Vec<String> {
    let names = [
        "href=\"",
        "action=\"",
        "src=\"",
        "heartbeat=\"",
        "data-link=\"",
        "data-text=\"",
    ];
    let of = |name: &&str| {
        let parts = html.split(*name).skip(1);
        let values = parts.map(|part| part.split('"').next().unwrap());
        values
            .map(|value| value.replace("&#38;", "&").replace("&amp;", "&").replace("&#39;", "'"))
            .collect::<Vec<_>>()
    };
    names.iter().flat_map(of).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_is_one_segment_on_every_page_that_shows_it() {
    let test = TestApp::start().await;
    let id = "a/b?c#d";
    test.append(naming(id)).await;
    let escaped = utf8_percent_encode(id, NON_ALPHANUMERIC).to_string();
    let pages = [
        "/activity".to_owned(),
        "/activity?q=activity:acme.changed".to_owned(),
        format!("/users/{escaped}/activity"),
        format!("/users/{escaped}/activity/csv"),
        "/activity/types".to_owned(),
        "/exports".to_owned(),
        "/admin/api-keys".to_owned(),
    ];
    let row = test.of_type("acme.changed").await[0].seq;
    let mut with_id = 0;
    for page in pages.into_iter().chain([format!("/activities/{row}")]) {
        let response = test.get(&page, As::Administrator).await;
        assert_eq!(response.status(), StatusCode::OK, "{page}");
        let html = response.text().await.unwrap();
        for address in addresses(&html) {
            // A row is named behind a `#` by its number.
            let row = |mark: &str| mark.strip_prefix('a').is_some_and(|n| n.parse::<u64>().is_ok());
            let address = match address.rsplit_once('#') {
                Some((page, mark)) if row(mark) => page.to_owned(),
                _ => address,
            };
            let (path, query) = address.split_once('?').unwrap_or((&address, ""));
            // A parameter may hold a `/`; nothing of an id may begin one, or end it.
            assert!(!path.contains("a/b"), "{page}: {address}");
            assert!(!query.contains(['?', '#']), "{page}: {address}");
            with_id += usize::from(address.contains("b%3Fc%23d"));
        }
    }
    assert!(with_id > 10, "{with_id} addresses name the id");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_csv_of_somebody_elsewhere_changes_nobody_here() {
    let test = TestApp::start().await;
    let mia = test.caller("mia").await.person;
    for below in ["roles", "login-enabled", "unlock"] {
        let id = format!("{}/{below}?", mia.id);
        test.append(naming(&id)).await;
        let escaped = utf8_percent_encode(&id, NON_ALPHANUMERIC).to_string();
        let page = test.get(&format!("/users/{escaped}/activity"), As::Administrator).await;
        let html = page.text().await.unwrap();
        let all = addresses(&html);
        let form = all.iter().find(|address| address.contains("/activity/csv")).unwrap();
        let request = test.client.post(test.url(form)).form(&[("zone", "EST")]);
        let request = request.header("origin", test.url(""));
        let answer = test.authorized(request, As::Administrator).await.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{form}");
        let to = answer.headers()["location"].to_str().unwrap().to_owned();
        let back = test.get(&to, As::Administrator).await;
        assert_eq!(back.status(), StatusCode::OK, "{to}");
    }
    assert!(test.of_type("user.roles_changed").await.is_empty());
    assert_eq!(test.of_type("export.generated").await.len(), 3);
    // She logs in as before.
    test.sign_in("mia").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_that_would_end_a_part_of_an_address_is_refused_with_its_place() {
    let test = TestApp::start().await;
    let body = serde_json::json!({ "activity": "acme.changed", "user": "24/roles?" }).to_string();
    let answer = test.post_batch("application/json", body).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["errors"][0]["pointer"], "/user/id", "{body}");
    assert!(
        body["errors"][0]["detail"].as_str().unwrap().contains("holds \"/\""),
        "{body}"
    );
}
