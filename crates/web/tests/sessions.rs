//! Sessions over HTTP: the pages and their live streams, and the API.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};

use app::groups::{self, GroupRole, NewGroup};
use app::sessions::{self, NewSession};
use app::{Caller, accounts};
use reqwest::header::{CONTENT_TYPE, COOKIE, ETAG, IF_MATCH, LOCATION};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use support::{TestApp, until};
use web::{Scope, Settings};

/// A group of Otto's with Mia in it; Ada manages the installation and is no member.
struct Team {
    test: TestApp,
    group: String,
    otto: Caller,
    mia: Caller,
}

impl Team {
    async fn new() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let test = TestApp::with(change).await;
        // An auditor creates nothing.
        test.make_otto_a_member().await;
        let (ada, otto, mia) = (
            test.caller("ada").await,
            test.caller("otto").await,
            test.caller("mia").await,
        );
        let new = NewGroup {
            name: "Field team".to_owned(),
            ..NewGroup::default()
        };
        let group = groups::create(&test.app, &otto, new).await.unwrap().id;
        groups::add_member(&test.app, &ada, &group, &mia.person.id, GroupRole::Member)
            .await
            .unwrap();
        Self { test, group, otto, mia }
    }

    /// A running session of Otto's.
    async fn running(&self) -> String {
        let new = NewSession {
            group_id: self.group.clone(),
            name: "Weekly review".to_owned(),
            password: None,
            start: true,
        };
        sessions::create(&self.test.app, &self.otto, new).await.unwrap().id
    }

    async fn get(&self, path: &str, cookie: &str) -> Response {
        let request = self.test.client.get(self.test.url(path)).header(COOKIE, cookie);
        request.send().await.unwrap()
    }

    async fn post(&self, path: &str, cookie: &str, form: &[(&str, &str)]) -> Response {
        let body = form
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
            .collect::<Vec<_>>()
            .join("&");
        let request = self.test.client.post(self.test.url(path)).header(COOKIE, cookie);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(body).send().await.unwrap()
    }

    async fn call(&self, method: Method, path: &str, key: &str, body: Option<Value>) -> Response {
        let mut request = self.test.client.request(method, self.test.url(path)).bearer_auth(key);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        request.send().await.unwrap()
    }
}

async fn json_of(response: Response) -> Value {
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_see_a_join_at_once() {
    let team = Team::new().await;
    let id = team.running().await;
    let (otto, mia) = (team.test.cookie("otto").await, team.test.cookie("mia").await);
    let live = format!("/sessions/{id}/live");
    let mut streams = vec![
        team.get(&live, &otto).await,
        team.get(&live, &mia).await,
        team.get(&format!("/groups/{}/sessions/live", team.group), &otto).await,
        team.get("/sessions/live", &mia).await,
    ];
    for stream in &mut streams {
        assert_eq!(stream.status(), StatusCode::OK);
        assert_eq!(stream.headers()[CONTENT_TYPE], "text/event-stream");
        let (opened, _) = until(stream, "open", Duration::from_secs(2)).await;
        assert!(opened.contains("retry:"), "{opened}");
    }
    let begun = Instant::now();
    let joined = team.post(&format!("/sessions/{id}/join"), &mia, &[]).await;
    assert_eq!(joined.status(), StatusCode::SEE_OTHER);
    for stream in &mut streams {
        let (told, _) = until(stream, "event: changed", Duration::from_secs(2)).await;
        assert!(told.contains("event: changed"), "{told}");
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    for cookie in [&otto, &mia] {
        let page = team.get(&format!("/sessions/{id}"), cookie).await.text().await.unwrap();
        assert!(page.contains("Mia Silva") && page.contains("Otto Weber"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stream_of_a_disabled_account_ends_within_a_second() {
    let team = Team::new().await;
    let id = team.running().await;
    let mia = team.test.cookie("mia").await;
    let mut stream = team.get(&format!("/sessions/{id}/live"), &mia).await;
    until(&mut stream, "open", Duration::from_secs(2)).await;
    let ada = team.test.caller("ada").await;
    accounts::set_login_enabled(&team.test.app, &ada, &team.mia.person.id, false)
        .await
        .unwrap();
    let begun = Instant::now();
    let (told, _) = until(&mut stream, "event: ended", Duration::from_secs(3)).await;
    assert!(told.contains("event: ended"), "{told}");
    assert!(begun.elapsed() < Duration::from_millis(1_500), "{:?}", begun.elapsed());
    let (rest, is_open) = until(&mut stream, "event", Duration::from_secs(1)).await;
    assert!(!is_open && !rest.contains("event: changed"), "{rest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_gets_no_stream_and_nobody_more_than_their_share() {
    let team = Team::with(|settings| settings.limits.streams_per_account = 2).await;
    let id = team.running().await;
    let live = format!("/sessions/{id}/live");
    let (mia, otto) = (team.test.cookie("mia").await, team.test.cookie("otto").await);
    assert_eq!(
        team.get("/sessions/ses_none/live", &mia).await.status(),
        StatusCode::NOT_FOUND
    );
    let signed_out = team.test.client.get(team.test.url(&live)).send().await.unwrap();
    assert_eq!(signed_out.status(), StatusCode::SEE_OTHER);
    let mut held = Vec::new();
    for _ in 0..2 {
        let stream = team.get(&live, &mia).await;
        assert_eq!(stream.status(), StatusCode::OK);
        held.push(stream);
    }
    let third = team.get(&live, &mia).await;
    assert_eq!(third.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(third.headers().contains_key("retry-after"));
    assert_eq!(team.get(&live, &otto).await.status(), StatusCode::OK);
    drop(held);
    let begun = Instant::now();
    while team.get(&live, &mia).await.status() != StatusCode::OK {
        assert!(begun.elapsed() < Duration::from_secs(5), "places are given back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_outlives_the_times_of_usual_connections() {
    let team = Team::with(|settings| {
        settings.limits.header_ms = 300;
        settings.limits.body_ms = 300;
        settings.limits.idle_ms = 300;
    })
    .await;
    let id = team.running().await;
    let mia = team.test.cookie("mia").await;
    let mut stream = team.get(&format!("/sessions/{id}/live"), &mia).await;
    until(&mut stream, "open", Duration::from_secs(2)).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    sessions::join(&team.test.app, &team.mia, &id, None).await.unwrap();
    let (told, _) = until(&mut stream, "event: changed", Duration::from_secs(2)).await;
    assert!(told.contains("event: changed"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_does_not_wait_for_open_streams() {
    let mut team = Team::new().await;
    let id = team.running().await;
    let mia = team.test.cookie("mia").await;
    let mut stream = team.get(&format!("/sessions/{id}/live"), &mia).await;
    until(&mut stream, "open", Duration::from_secs(2)).await;
    let begun = Instant::now();
    team.test.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let (rest, is_open) = until(&mut stream, "event", Duration::from_secs(1)).await;
    assert!(
        !is_open && !rest.contains("ended"),
        "the page opens another by itself: {rest}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_works_by_forms_alone() {
    let team = Team::new().await;
    let (otto, mia) = (team.test.cookie("otto").await, team.test.cookie("mia").await);
    let list = format!("/groups/{}/sessions", team.group);
    let bad = team.post(&list, &otto, &[("name", ""), ("start", "1")]).await;
    assert_eq!(bad.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text().await.unwrap().contains("Give the session a name"));
    let form = [("name", "Weekly review"), ("password", "open sesame"), ("start", "1")];
    let created = team.post(&list, &otto, &form).await;
    assert_eq!(created.status(), StatusCode::SEE_OTHER);
    let page = created.headers()[LOCATION].to_str().unwrap().to_owned();
    assert!(page.starts_with("/sessions/ses_"), "{page}");
    for (path, text) in [("/sessions", "Weekly review"), (list.as_str(), "Weekly review")] {
        let html = team.get(path, &mia).await.text().await.unwrap();
        assert!(html.contains(text) && html.contains("Otto Weber"), "{html}");
    }
    let html = team.get(&page, &mia).await.text().await.unwrap();
    assert!(
        html.contains("Password of the session") && !html.contains("heartbeat="),
        "{html}"
    );
    let wrong = team.post(&format!("{page}/join"), &mia, &[("password", "no")]).await;
    assert_eq!(wrong.status(), StatusCode::SEE_OTHER);
    assert!(!team.get(&page, &mia).await.text().await.unwrap().contains("/leave"));
    let right = [("password", "open sesame")];
    team.post(&format!("{page}/join"), &mia, &right).await;
    assert!(team.get(&page, &mia).await.text().await.unwrap().contains("heartbeat="));
    let heartbeat = team.post(&format!("{page}/presence"), &mia, &[]).await;
    assert_eq!(heartbeat.status(), StatusCode::NO_CONTENT);
    let refused = team.post(&format!("{page}/end"), &mia, &[]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    team.post(&format!("{page}/leave"), &mia, &[]).await;
    let heartbeat = team.post(&format!("{page}/presence"), &mia, &[]).await;
    assert_eq!(heartbeat.status(), StatusCode::CONFLICT);
    for verb in ["lock", "unlock", "end"] {
        let done = team.post(&format!("{page}/{verb}"), &otto, &[]).await;
        assert_eq!(done.status(), StatusCode::SEE_OTHER, "{verb}");
    }
    let html = team.get(&list, &mia).await.text().await.unwrap();
    assert!(
        html.contains("Ended sessions") && !html.contains("Running sessions"),
        "{html}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_lives_through_the_api() {
    let team = Team::new().await;
    let otto = team.test.key_of("otto", Scope::Admin).await;
    let mia = team.test.key_of("mia", Scope::Admin).await;
    let new = json!({"group_id": team.group, "name": "Weekly review", "password": "open sesame", "start": false});
    let created = team.call(Method::POST, "/v1/sessions", &otto, Some(new)).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let path = created.headers()[LOCATION].to_str().unwrap().to_owned();
    let session = json_of(created).await;
    assert_eq!(session["state"], "planned");
    assert_eq!(session["group"]["name"], "Field team");
    assert_eq!(session["has_password"], true);
    let at = |verb: &str| format!("{path}/{verb}");
    let early = team.call(Method::POST, &at("join"), &mia, None).await;
    assert_eq!(early.status(), StatusCode::CONFLICT);
    let started = team.call(Method::POST, &at("start"), &otto, None).await;
    assert_eq!(started.status(), StatusCode::OK);
    let wrong = team
        .call(Method::POST, &at("join"), &mia, Some(json!({"password": "no"})))
        .await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(json_of(wrong).await["errors"][0]["pointer"], "/password");
    let right = Some(json!({"password": "open sesame"}));
    let joined = team.call(Method::POST, &at("join"), &mia, right).await;
    assert_eq!(joined.status(), StatusCode::OK);
    assert_eq!(json_of(joined).await["is_present"], true);
    let present = json_of(team.call(Method::GET, &at("presence"), &mia, None).await).await;
    let names: Vec<_> = present["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["user"]["username"].clone())
        .collect();
    assert_eq!(names, ["otto", "mia"]);
    let heartbeat = team.call(Method::POST, &at("presence"), &mia, None).await;
    assert_eq!(heartbeat.status(), StatusCode::NO_CONTENT);
    let listed = json_of(team.call(Method::GET, "/v1/sessions?limit=1", &mia, None).await).await;
    assert_eq!(listed["data"][0]["present"], 2);
    assert_eq!(listed["page"]["has_more"], false);
    let left = team.call(Method::POST, &at("leave"), &mia, None).await;
    assert_eq!(left.status(), StatusCode::NO_CONTENT);
    let ended = team.call(Method::POST, &at("end"), &otto, None).await;
    assert_eq!(ended.status(), StatusCode::NO_CONTENT);
    let late = team.call(Method::POST, &at("join"), &mia, None).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);
    let listed = json_of(team.call(Method::GET, "/v1/sessions?state=ended", &mia, None).await).await;
    assert_eq!(listed["data"][0]["id"], session["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_edits_the_version_that_was_read_and_takes_nothing_unknown() {
    let team = Team::new().await;
    let otto = team.test.key_of("otto", Scope::Admin).await;
    let path = format!("/v1/sessions/{}", team.running().await);
    let tag = team.call(Method::GET, &path, &otto, None).await.headers()[ETAG].clone();
    let edit = async |tag: Option<&str>, body: Value| {
        let mut request = team.test.client.patch(team.test.url(&path)).bearer_auth(&otto);
        if let Some(tag) = tag {
            request = request.header(IF_MATCH, tag);
        }
        let request = request.header(CONTENT_TYPE, "application/json");
        request.body(body.to_string()).send().await.unwrap()
    };
    let tag = tag.to_str().unwrap();
    let without = edit(None, json!({"name": "A"})).await;
    assert_eq!(without.status(), StatusCode::PRECONDITION_REQUIRED);
    let edited = edit(
        Some(tag),
        json!({"name": "Monthly", "password": "open sesame", "locked": true}),
    )
    .await;
    assert_eq!(edited.status(), StatusCode::OK);
    assert_ne!(edited.headers()[ETAG].to_str().unwrap(), tag);
    let edited = json_of(edited).await;
    assert_eq!((&edited["name"], &edited["locked"]), (&json!("Monthly"), &json!(true)));
    let stale = edit(Some(tag), json!({"name": "B"})).await;
    assert_eq!(stale.status(), StatusCode::PRECONDITION_FAILED);
    let without_password = json_of(edit(Some("*"), json!({"password": null})).await).await;
    assert_eq!(
        (&without_password["has_password"], &without_password["name"]),
        (&json!(false), &json!("Monthly"))
    );
    let unknown = edit(Some("*"), json!({"nam": "C"})).await;
    assert_eq!(unknown.status(), StatusCode::BAD_REQUEST);
    let parameter = team.call(Method::GET, "/v1/sessions?state=over", &otto, None).await;
    assert_eq!(parameter.status(), StatusCode::BAD_REQUEST);
    // Ada manages the installation but is no member; a key of hers sees the session and cannot join.
    let ada = team.test.key_of("ada", Scope::Admin).await;
    let joined = team.call(Method::POST, &format!("{path}/join"), &ada, None).await;
    assert_eq!(joined.status(), StatusCode::FORBIDDEN);
}
