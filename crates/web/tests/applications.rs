//! Applications over HTTP: registering on the page, signing in, refreshing and signing out through the API, and what
//! an ended device is told.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::SystemTime;

use app::devices;
use app::factors::{self, EnableTotp, Proof};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use support::{As, PASSWORD, TestApp};
use totp_rs::{Builder, Secret};
use web::Scope;

async fn call(test: &TestApp, method: Method, path: &str, token: &str, body: Option<Value>) -> (StatusCode, Value) {
    let request = test.client.request(method, test.url(path)).bearer_auth(token);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

async fn get(test: &TestApp, path: &str, token: &str) -> (StatusCode, Value) {
    call(test, Method::GET, path, token, None).await
}

async fn post(test: &TestApp, path: &str, token: &str, body: Value) -> (StatusCode, Value) {
    call(test, Method::POST, path, token, Some(body)).await
}

async fn sign_in(test: &TestApp, key: &str, login: &str, device: &str) -> Value {
    let body = json!({"login": login, "password": PASSWORD, "device_name": device});
    let (status, answer) = post(test, "/v1/auth/sign-in", key, body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

async fn form(test: &TestApp, path: &str, fields: &[(&str, &str)]) -> Response {
    let request = test.client.post(test.url(path)).header("sec-fetch-site", "same-origin");
    let request = test.authorized(request, As::Administrator).await;
    request.form(fields).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_registers_an_application_on_the_page_and_sees_its_key_once() {
    let test = TestApp::start().await;
    let answer = form(
        &test,
        "/admin/applications",
        &[("name", "<b>Desktop"), ("single_device", "1")],
    )
    .await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let page = answer.text().await.unwrap();
    assert!(page.contains("&lt;b&gt;Desktop") && !page.contains("<b>Desktop"));
    let (_, rest) = page.split_once("id=\"key\">").unwrap();
    let key = rest.split('<').next().unwrap().to_owned();
    assert!(key.starts_with("whodid_app_"));

    let list = test.get("/admin/applications", As::Administrator).await;
    let list = list.text().await.unwrap();
    assert!(list.contains(r#"data-label="Devices at once">One"#) && !list.contains(&key));
    let (_, rest) = list.split_once("&lt;b&gt;Desktop").unwrap();
    assert!(
        rest.contains(r#"data-label="Devices at once">One"#),
        "it is the single-device one"
    );
    let (before, _) = list.split_once("&lt;b&gt;Desktop").unwrap();
    let (_, id) = before.rsplit_once("/admin/applications/").unwrap();
    let id = id.split('"').next().unwrap().to_owned();
    let one = test.get(&format!("/admin/applications/{id}"), As::Administrator).await;
    assert_eq!(one.status(), StatusCode::OK);
    assert!(!one.text().await.unwrap().contains(&key));

    let tokens = sign_in(&test, &key, "mia", "Mia's desktop").await;
    let again = form(&test, "/admin/applications", &[("name", "Headset")]).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let edit = [("name", "Tablet"), ("version", "1")];
    let edited = form(&test, &format!("/admin/applications/{id}"), &edit).await;
    assert_eq!(edited.status(), StatusCode::SEE_OTHER);
    let stale = form(&test, &format!("/admin/applications/{id}"), &edit).await;
    assert_ne!(stale.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let disabled = form(&test, &format!("/admin/applications/{id}/disable"), &[]).await;
    assert_eq!(disabled.status(), StatusCode::SEE_OTHER);
    let (status, problem) = get(&test, "/v1/devices", text(&tokens, "access_token")).await;
    assert_eq!(
        (status, text(&problem, "reason")),
        (StatusCode::UNAUTHORIZED, "application_disabled")
    );
    let body = json!({"login": "mia", "password": PASSWORD});
    let (status, problem) = post(&test, "/v1/auth/sign-in", &key, body).await;
    assert_eq!(
        (status, text(&problem, "code")),
        (StatusCode::UNAUTHORIZED, "application_disabled")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_signs_in_acts_as_its_member_refreshes_and_signs_out() {
    let test = TestApp::start().await;
    let key = test.application.clone();
    let first = sign_in(&test, &key, "mia", "Mia's headset").await;
    let access = text(&first, "access_token");
    assert_eq!(
        (text(&first, "token_type"), &first["expires_in"]),
        ("Bearer", &json!(3600))
    );
    let (status, devices) = get(&test, "/v1/devices", access).await;
    assert_eq!(status, StatusCode::OK);
    let own = &devices["data"][0];
    assert_eq!((text(own, "name"), &own["current"]), ("Mia's headset", &json!(true)));
    assert_eq!(own["application"]["name"], "Headset");
    assert_eq!(own["id"], first["device_id"]);

    let refresh = json!({"refresh_token": text(&first, "refresh_token")});
    let (status, next) = post(&test, "/v1/auth/refresh", &key, refresh.clone()).await;
    assert_eq!(status, StatusCode::OK);
    let (status, problem) = get(&test, "/v1/devices", access).await;
    assert_eq!(
        (status, text(&problem, "code")),
        (StatusCode::UNAUTHORIZED, "unauthorized")
    );
    let access = text(&next, "access_token");
    let (status, _) = post(&test, "/v1/auth/sign-out", access, json!({})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, problem) = get(&test, "/v1/devices", access).await;
    assert_eq!(
        (status, text(&problem, "code"), text(&problem, "reason")),
        (StatusCode::UNAUTHORIZED, "device_ended", "logged_out")
    );

    let second = sign_in(&test, &key, "mia", "Mia's headset").await;
    let used = json!({"refresh_token": text(&second, "refresh_token")});
    post(&test, "/v1/auth/refresh", &key, used.clone()).await;
    let (status, problem) = post(&test, "/v1/auth/refresh", &key, used).await;
    assert_eq!(
        (status, text(&problem, "code"), text(&problem, "reason")),
        (StatusCode::UNAUTHORIZED, "device_ended", "refresh_token_reused")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_sign_in_says_no_more_than_that() {
    let test = TestApp::start().await;
    let mut said = Vec::new();
    for login in ["mia", "nobody", ""] {
        let body = json!({"login": login, "password": "this is not the password"});
        let (status, problem) = post(&test, "/v1/auth/sign-in", &test.application, body).await;
        assert_eq!(
            (status, text(&problem, "code")),
            (StatusCode::UNAUTHORIZED, "sign_in_refused")
        );
        said.push(text(&problem, "detail").to_owned());
    }
    said.dedup();
    assert_eq!(said.len(), 1);
    let body = json!({"login": "mia", "password": PASSWORD, "device_name": "a\u{202e}b"});
    let (status, _) = post(&test, "/v1/auth/sign-in", &test.application, body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    for wrong in [test.key(Scope::Admin), "whodid_app_x", "x"] {
        let body = json!({"login": "mia", "password": PASSWORD});
        let (status, problem) = post(&test, "/v1/auth/sign-in", wrong, body).await;
        assert_eq!(
            (status, text(&problem, "code")),
            (StatusCode::UNAUTHORIZED, "unauthorized")
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_was_forced_out_is_told_why_and_the_log_has_it() {
    let test = TestApp::start().await;
    let key = test.register("Single", true).await;
    let older = sign_in(&test, &key, "mia", "Old headset").await;
    let newer = sign_in(&test, &key, "mia", "New headset").await;
    let (status, problem) = get(&test, "/v1/devices", text(&older, "access_token")).await;
    assert_eq!(
        (status, text(&problem, "code"), text(&problem, "reason")),
        (StatusCode::UNAUTHORIZED, "device_ended", "another_device")
    );
    assert!(text(&problem, "detail").contains("logged in on another device"));
    let (status, _) = get(&test, "/v1/devices", text(&newer, "access_token")).await;
    assert_eq!(status, StatusCode::OK);

    // In the member's own log and in the administrator's.
    let query = "/v1/activities?q=activity%3Auser.forced_logout";
    for token in [text(&newer, "access_token"), test.key(Scope::Read)] {
        let (status, page) = get(&test, query, token).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let forced = &page["data"][0];
        assert_eq!(forced["reason"], "another_device", "{page}");
        assert_eq!(forced["user"]["username"], "mia");
        assert_eq!(forced["application"]["name"], "Single");
        assert_eq!(forced["targets"][0]["name"], "Old headset");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_factor_that_is_due_is_asked_for() {
    let test = TestApp::start().await;
    let mia = test.caller("mia").await;
    let offer = factors::offer_totp(&test.app, &mia.person, None).unwrap();
    let typed = EnableTotp {
        others: Default::default(),
        code: code_of(&offer.key),
        key: offer.key,
        proof: Proof::Password(PASSWORD.to_owned()),
    };
    let recovery = factors::enable_totp(&test.app, &mia, typed).await.unwrap();
    let step = sign_in(&test, &test.application, "mia", "Mia's headset").await;
    assert!(step.get("access_token").is_none());
    let due = &step["second_factor"];
    let methods: Vec<&str> = due["methods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(one, "method"))
        .collect();
    assert_eq!(methods, ["totp", "recovery"]);
    let answer = |code: &str| {
        let challenge = text(due, "challenge");
        json!({"challenge": challenge, "method": "recovery", "code": code, "device_name": "Mia's headset"})
    };
    let path = "/v1/auth/second-factor";
    let (status, problem) = post(&test, path, &test.application, answer("wrong")).await;
    assert_eq!(
        (status, text(&problem, "code")),
        (StatusCode::UNAUTHORIZED, "code_refused")
    );
    let other = test.register("Other", false).await;
    let (status, problem) = post(&test, path, &other, answer(&recovery[0])).await;
    assert_eq!(
        (status, text(&problem, "code")),
        (StatusCode::UNAUTHORIZED, "challenge_expired")
    );
    let (status, tokens) = post(&test, path, &test.application, answer(&recovery[0])).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    let (status, devices) = get(&test, "/v1/devices", text(&tokens, "access_token")).await;
    assert_eq!(
        (status, text(&devices["data"][0], "name")),
        (StatusCode::OK, "Mia's headset")
    );
    let (status, problem) = post(&test, path, &test.application, answer(&recovery[1])).await;
    assert_eq!(
        (status, text(&problem, "code")),
        (StatusCode::UNAUTHORIZED, "challenge_expired")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_must_set_a_second_factor_up_is_told_where_and_gets_no_token() {
    let test = TestApp::start().await;
    let mia = test.caller("mia").await.person.id;
    factors::require_mfa(&test.app, &app::Caller::command_line(), &mia, true)
        .await
        .unwrap();
    let body = json!({"login": "mia", "password": PASSWORD});
    let (status, problem) = post(&test, "/v1/auth/sign-in", &test.application, body).await;
    assert_eq!(
        (status, text(&problem, "code")),
        (StatusCode::FORBIDDEN, "second_factor_missing"),
        "{problem}"
    );
    assert!(text(&problem, "detail").contains("http"), "it says where: {problem}");
    assert!(problem.get("access_token").is_none() && problem.get("second_factor").is_none());
    let body = json!({"login": "mia", "password": "not the password"});
    let (status, problem) = post(&test, "/v1/auth/sign-in", &test.application, body).await;
    assert_eq!(
        (status, text(&problem, "code")),
        (StatusCode::UNAUTHORIZED, "sign_in_refused"),
        "told only to who knows the password"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_applications_server_signs_in_many_people_from_one_address_up_to_its_own_limit() {
    let test = TestApp::with(|settings| {
        settings.limits.secrets_per_minute = 1;
        settings.limits.application_secrets_per_minute = 3;
    })
    .await;
    let try_one = async |key: &str| {
        let body = json!({"login": "nobody", "password": "not the password"});
        post(&test, "/v1/auth/sign-in", key, body).await
    };
    for _ in 0..3 {
        assert_eq!(try_one(&test.application).await.0, StatusCode::UNAUTHORIZED);
    }
    let (status, problem) = try_one(&test.application).await;
    assert_eq!(
        (status, text(&problem, "code")),
        (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"),
        "{problem}"
    );
    let other = test.register("Other", false).await;
    assert_eq!(try_one(&other).await.0, StatusCode::UNAUTHORIZED, "counted apart");
}

/// The code an app shows now.
#[allow(clippy::disallowed_methods, reason = "the server runs on the clock of the machine")]
fn code_of(key: &str) -> String {
    let totp = Builder::new()
        .with_secret(Secret::try_from_base32(key).unwrap())
        .build()
        .unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    totp.generate(now.as_secs()).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browsers_token_is_for_its_cookie_and_a_devices_for_its_header() {
    let test = TestApp::start().await;
    let browser = test.sign_in("ada").await.device_token;
    let (status, _) = get(&test, "/v1/devices", &browser).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let device = test.sign_in_to(&test.application, "ada").await;
    let cookie = format!("__Host-device={}", device.device_token);
    for path in ["/", "/settings/devices", "/v1/devices"] {
        let answer = test
            .client
            .get(test.url(path))
            .header(COOKIE, &cookie)
            .send()
            .await
            .unwrap();
        assert_ne!(answer.status(), StatusCode::OK, "{path}");
    }
    // An administrator is none through an application, and reads their own log only.
    let (status, _) = get(&test, "/v1/applications", &device.device_token).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, page) = get(&test, "/v1/activities", &device.device_token).await;
    assert_eq!(status, StatusCode::OK);
    for activity in page["data"].as_array().unwrap() {
        assert_eq!(activity["user"]["username"], "ada", "{activity}");
    }
    let refresh = device.refresh_token.unwrap();
    for token in [refresh.as_str(), test.application.as_str()] {
        let (status, _) = get(&test, "/v1/devices", token).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_is_in_a_page_or_the_log_again() {
    let test = TestApp::start().await;
    let signed_in = sign_in(&test, &test.application, "mia", "Mia's headset").await;
    let secrets = ["access_token", "refresh_token", "known_device"].map(|name| text(&signed_in, name).to_owned());
    let page = test.get("/settings/devices", As::Member).await.text().await.unwrap();
    assert!(page.contains("Mia&#39;s headset") && page.contains("Headset"), "{page}");
    let (_, log) = get(&test, "/v1/activities", test.key(Scope::Read)).await;
    let (_, devices) = get(&test, "/v1/devices", &secrets[0]).await;
    let id = text(&signed_in, "user_id");
    let user = test
        .get(&format!("/users/{id}/login-settings"), As::Administrator)
        .await;
    let user = user.text().await.unwrap();
    for (place, shown) in [
        ("devices", page),
        ("log", log.to_string()),
        ("api", devices.to_string()),
        ("user", user),
    ] {
        for secret in secrets.iter().chain([&test.application]) {
            assert!(!shown.contains(secret.as_str()), "{place}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_was_ended_is_told_why_at_the_log_in_page() {
    let test = TestApp::start().await;
    let ended = test.sign_in("mia").await;
    let other = test.caller("mia").await;
    devices::end_devices(&test.app, &other, &other.person.id).await.unwrap();
    let cookie = format!("__Host-device={}", ended.device_token);
    let answer = test
        .client
        .get(test.url("/settings/devices"))
        .header(COOKIE, &cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()[LOCATION], "/login?next=/settings/devices");
    let set: Vec<String> = answer
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .map(|line| line.to_str().unwrap().to_owned())
        .collect();
    assert!(
        set.iter()
            .any(|line| line.starts_with("__Host-device=;") && line.contains("Max-Age=0")),
        "{set:?}"
    );
    let flash = set.iter().find(|line| line.starts_with("__Host-flash=")).unwrap();
    let flash = flash.split(';').next().unwrap();
    let page = test
        .client
        .get(test.url("/login"))
        .header(COOKIE, flash)
        .send()
        .await
        .unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("All devices of your account were logged out."), "{page}");
    let api = test
        .client
        .get(test.url("/v1/devices"))
        .header(COOKIE, &cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(api.status(), StatusCode::UNAUTHORIZED);
    let problem: Value = api.json().await.unwrap();
    assert_eq!(problem["reason"], "all_ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn administrators_manage_applications_through_the_api_with_versions() {
    let test = TestApp::start().await;
    let admin = test.key(Scope::Admin).to_owned();
    let (status, made) = post(&test, "/v1/applications", &admin, json!({"name": "Tablet"})).await;
    assert_eq!(status, StatusCode::CREATED);
    let path = format!("/v1/applications/{}", text(&made, "id"));
    let read = test
        .client
        .get(test.url(&path))
        .bearer_auth(&admin)
        .send()
        .await
        .unwrap();
    let tag = read.headers()["etag"].to_str().unwrap().to_owned();
    let body: Value = read.json().await.unwrap();
    assert!(body.get("key").is_none() && body["single_device"] == json!(false));
    let patch = |tag: Option<String>| {
        let request = test.client.patch(test.url(&path)).bearer_auth(&admin);
        let request = match tag {
            Some(tag) => request.header("if-match", tag),
            None => request,
        };
        request.json(&json!({"single_device": true})).send()
    };
    assert_eq!(patch(None).await.unwrap().status(), StatusCode::PRECONDITION_REQUIRED);
    let edited = patch(Some(tag.clone())).await.unwrap();
    assert_eq!(edited.status(), StatusCode::OK);
    assert_ne!(edited.headers()["etag"].to_str().unwrap(), tag);
    assert_eq!(
        patch(Some(tag)).await.unwrap().status(),
        StatusCode::PRECONDITION_FAILED
    );
    let (status, rotated) = post(&test, &format!("{path}/key"), &admin, json!({})).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(rotated["key"], made["key"]);
    let (_, page) = get(&test, "/v1/applications?limit=1", &admin).await;
    assert_eq!(
        (text(&page["data"][0], "name"), &page["page"]["has_more"]),
        ("Headset", &json!(true))
    );
    let after = text(&page["page"], "next");
    let (_, page) = get(&test, &format!("/v1/applications?limit=1&after={after}"), &admin).await;
    assert_eq!(
        (text(&page["data"][0], "name"), &page["page"]["has_more"]),
        ("Tablet", &json!(false))
    );
    let (status, _) = call(&test, Method::DELETE, &path, &admin, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = get(&test, &path, &admin).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
