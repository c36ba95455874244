//! Live tails over HTTP: nothing is missed, nothing is given to who may not have it, and none goes on for ever.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};

use activity::{Facts, Person, Time};
use app::{Caller, Roles, accounts};
use reqwest::header::{CONTENT_TYPE, COOKIE};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::Value;
use support::{As, TestApp, until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use web::Scope;

const SOON: Duration = Duration::from_secs(4);

/// Something that Nora did, who is known by reports alone.
fn done(code: &str, name: &str) -> Facts {
    let mut facts = Facts::new(code, Time::parse("2026-11-21T14:00:00Z").unwrap());
    facts.user = Some(Person {
        id: "nora".to_owned(),
        name: name.to_owned(),
        ..Person::default()
    });
    facts
}

async fn opened(request: RequestBuilder) -> Response {
    let mut response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
    let (text, _) = until(&mut response, "open", SOON).await;
    assert!(text.contains("retry:"), "{text}");
    response
}

fn by_key(test: &TestApp, path: &str) -> RequestBuilder {
    test.client.get(test.url(path)).bearer_auth(test.key(Scope::Read))
}

fn by_cookie(test: &TestApp, path: &str, cookie: &str) -> RequestBuilder {
    test.client.get(test.url(path)).header(COOKIE, cookie)
}

/// The id and the activity of each event in this text.
fn activities(text: &str) -> Vec<(String, Value)> {
    let events = text.split("\n\n").filter(|event| event.contains("event: activity"));
    let line = |event: &str, name: &str| {
        let line = event.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.to_owned()
    };
    events
        .map(|event| {
            (
                line(event, "id: "),
                serde_json::from_str(&line(event, "data: ")).unwrap(),
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_reconnects_misses_nothing_and_gets_nothing_twice() {
    let test = TestApp::start().await;
    let path = "/v1/activities/tail?q=activity:acme.*";
    let mut seen: Vec<String> = Vec::new();
    let mut last = String::new();
    for round in 0..3 {
        let request = match last.as_str() {
            "" => by_key(&test, path),
            id => by_key(&test, path).header("last-event-id", id),
        };
        let mut stream = opened(request).await;
        let mut late = done("acme.late", &format!("late {round}"));
        late.occurred_at = Time::parse("2020-01-01T00:00:00Z").unwrap();
        test.append(done("acme.done", &format!("in time {round}"))).await;
        test.append(late).await;
        let (text, _) = until(&mut stream, &format!("late {round}"), SOON).await;
        for (id, activity) in activities(&text) {
            seen.push(activity["user"]["name"].as_str().unwrap().to_owned());
            last = id;
        }
        drop(stream);
        // While nobody listens.
        test.append(done("acme.done", &format!("between {round}"))).await;
    }
    let mut stream = opened(by_key(&test, path).header("last-event-id", &last)).await;
    let (text, _) = until(&mut stream, "between 2", SOON).await;
    seen.extend(
        activities(&text)
            .iter()
            .map(|(_, row)| row["user"]["name"].as_str().unwrap().to_owned()),
    );
    let expected: Vec<String> = (0..3)
        .flat_map(|round| ["in time", "late", "between"].map(|word| format!("{word} {round}")))
        .collect();
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tail_of_a_page_is_rows_as_the_page_has_them_and_hides_reads() {
    let test = TestApp::start().await;
    let cookie = test.cookie("ada").await;
    let page = by_cookie(&test, "/activity?q=nora", &cookie)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let tail = page
        .split("<live-tail src=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&");
    assert!(tail.starts_with("/activity/tail?q=nora&after=f"), "{tail}");
    let mut stream = opened(by_cookie(&test, &tail, &cookie)).await;
    test.append(done("log.viewed", "A read")).await;
    test.append(done("acme.done", "<b>Nora</b>\n\nevent: ended\u{202e}"))
        .await;
    let (text, _) = until(&mut stream, "event: rows", SOON).await;
    let (rest, _) = until(&mut stream, "\n\n", Duration::from_millis(300)).await;
    let text = text + &rest;
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    let html = data["html"].as_str().unwrap();
    assert_eq!(data["n"], 1, "{html}");
    assert!(
        html.contains("<time datetime=\"") && html.contains("&lt;b&gt;Nora") && !html.contains("<b>Nora"),
        "{html}"
    );
    assert!(!html.contains("A read") && !html.contains('\u{202e}'), "{html}");
    assert!(text.lines().all(|line| line != "event: ended"), "{text}");
    let settled = format!("{tail}&to=2026-11-30");
    let refused = by_cookie(&test, &settled, &cookie).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let page = by_cookie(&test, "/activity?to=2026-11-30", &cookie)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(!page.contains("<live-tail"), "a range that ends is not followed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_follows_what_they_may_read_and_nothing_else() {
    let test = TestApp::start().await;
    let mia = test.caller("mia").await.person.id;
    for (path, who, status) in [
        ("/activity/tail".to_owned(), As::Member, 403),
        (format!("/users/{mia}/activity/tail"), As::Member, 403),
        ("/groups/grp_none/activity/tail".to_owned(), As::Member, 404),
        ("/groups/grp_none/activity/tail".to_owned(), As::Administrator, 404),
        ("/activity/tail".to_owned(), As::Nobody, 303),
        ("/v1/activities/tail".to_owned(), As::Nobody, 401),
        ("/v1/activities/tail".to_owned(), As::Key(Scope::Write), 403),
        (
            "/v1/activities/tail?q=outcom:failure".to_owned(),
            As::Key(Scope::Read),
            400,
        ),
        ("/v1/activities/tail?after=x".to_owned(), As::Key(Scope::Read), 400),
        (
            "/v1/activities/tail?to=2026-11-30".to_owned(),
            As::Key(Scope::Read),
            400,
        ),
        ("/activity/tail?after=x".to_owned(), As::Auditor, 400),
        (format!("/users/{mia}/activity/tail"), As::Auditor, 200),
    ] {
        assert_eq!(test.get(&path, who).await.status(), status, "{path} as {who:?}");
    }
    let cookie = test.cookie("mia").await;
    let mut own = opened(by_cookie(&test, "/v1/activities/tail", &cookie)).await;
    test.append(done("acme.done", "Not Mia's")).await;
    test.sign_in("mia").await;
    let (text, _) = until(&mut own, "user.login", SOON).await;
    assert!(text.contains("user.login") && !text.contains("acme.done"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_rows_were_handed_out_live_is_in_their_log() {
    let test = TestApp::start().await;
    let mia = test.caller("mia").await.person.id;
    let mut stream = opened(by_key(
        &test,
        &format!("/v1/activities/tail?q=activity:user.login&user={mia}"),
    ))
    .await;
    assert!(test.of_type("log.viewed").await.is_empty());
    test.sign_in("mia").await;
    let (text, _) = until(&mut stream, "user.login", SOON).await;
    assert_eq!(activities(&text).len(), 1, "{text}");
    let viewed = test.of_type("log.viewed").await;
    assert_eq!(viewed.len(), 1);
    assert_eq!(viewed[0].user.as_ref().unwrap().id, mia);
}

/// Takes something away, and sees the stream end with it.
async fn ends(mut stream: Response, take_away: impl Future<Output = ()>) {
    take_away.await;
    let begun = Instant::now();
    let (text, _) = until(&mut stream, "event: ended", SOON).await;
    assert!(text.contains("event: ended"), "{text}");
    assert!(begun.elapsed() < Duration::from_millis(1_500), "{:?}", begun.elapsed());
    let (rest, is_open) = until(&mut stream, "event", SOON).await;
    assert!(!is_open && rest.is_empty(), "{rest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_ends_with_what_it_was_opened_by() {
    let test = TestApp::start().await;
    let at_machine = Caller::command_line();
    let ada = test.caller("ada").await;
    let (otto, mia) = (test.caller("otto").await, test.caller("mia").await);

    let device = test.sign_in_to(&test.application, "mia").await;
    let request = test
        .client
        .get(test.url("/v1/activities/tail"))
        .bearer_auth(&device.device_token);
    let stream = opened(request).await;
    ends(stream, async {
        app::devices::end_devices(&test.app, &at_machine, &mia.person.id)
            .await
            .unwrap();
    })
    .await;

    let cookie = test.cookie("otto").await;
    let stream = opened(by_cookie(&test, "/activity/tail", &cookie)).await;
    let own = opened(by_cookie(&test, "/settings/activity-logs/tail", &cookie)).await;
    ends(stream, async {
        accounts::set_roles(&test.app, &at_machine, &otto.person.id, Roles::default())
            .await
            .unwrap();
    })
    .await;
    ends(own, async {
        accounts::set_login_enabled(&test.app, &ada, &otto.person.id, false)
            .await
            .unwrap();
    })
    .await;

    let stream = opened(by_key(&test, "/v1/activities/tail")).await;
    ends(stream, async {
        for key in app::api_keys::list(&test.app, &at_machine).await.unwrap() {
            app::api_keys::revoke(&test.app, &at_machine, &key.id).await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_holds_more_tails_than_their_share_and_who_hangs_up_gives_theirs_back() {
    let test = TestApp::with(|settings| settings.limits.streams_per_account = 2).await;
    let cookie = test.cookie("mia").await;
    let mine = "/settings/activity-logs/tail";
    let held = [
        opened(by_cookie(&test, mine, &cookie)).await,
        opened(by_cookie(&test, mine, &cookie)).await,
    ];
    let third = by_cookie(&test, mine, &cookie).send().await.unwrap();
    assert_eq!(third.status(), StatusCode::TOO_MANY_REQUESTS);
    let third = by_cookie(&test, "/v1/activities/tail", &cookie).send().await.unwrap();
    assert!(third.headers().contains_key("retry-after"), "{}", third.status());
    drop(held);
    let begun = Instant::now();
    while by_cookie(&test, mine, &cookie).send().await.unwrap().status() != StatusCode::OK {
        assert!(begun.elapsed() < Duration::from_secs(5), "places are given back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_told_when_nobody_can_read_along() {
    let test = TestApp::start().await;
    let cookie = test.cookie("ada").await;
    let mut stream = opened(by_cookie(&test, "/activity/tail", &cookie)).await;
    let many: Vec<Value> = (0..300)
        .map(|_| serde_json::json!({ "activity": "acme.done" }))
        .collect();
    let taken = test.post_batch("application/json", Value::from(many).to_string()).await;
    assert!(taken.status().is_success());
    let (text, _) = until(&mut stream, "event: stopped", SOON).await;
    assert!(
        text.contains("\"reason\":\"fast\"") && text.contains("more than 100 activities a second"),
        "{text}"
    );
    let (_, is_open) = until(&mut stream, "event", SOON).await;
    assert!(!is_open);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_who_does_not_read_is_waited_for_and_then_given_up() {
    let test = TestApp::with(|settings| settings.limits.idle_ms = 500).await;
    let mut stream = TcpStream::connect(test.address).await.unwrap();
    let request = format!(
        "GET /v1/activities/tail HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
        test.address,
        test.key(Scope::Read)
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 200];
    let n = stream.read(&mut head).await.unwrap();
    assert!(String::from_utf8_lossy(&head[..n]).starts_with("HTTP/1.1 200"));
    let mut large = done("acme.done", "Large");
    large.metadata.insert("text".to_owned(), "x".repeat(500));
    large.description = Some("y".repeat(1_000));
    for _ in 0..8_000 {
        test.append(large.clone()).await;
    }
    // Whatever the buffers of the machine hold was sent; the rest was never made, and the connection was given up.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut received = 0;
    let mut buffer = vec![0; 64 * 1024];
    let closed = tokio::time::timeout(Duration::from_secs(10), async {
        while let Ok(n) = stream.read(&mut buffer).await {
            received += n;
            if n == 0 {
                break;
            }
        }
    });
    assert!(closed.await.is_ok(), "{received} bytes, and still open");
}
