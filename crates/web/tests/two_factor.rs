//! Second factors over HTTP, as a browser without a script uses them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::SystemTime;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Response, StatusCode};
use support::{PASSWORD, TestApp};
use totp_rs::{Builder, Secret};

/// A browser: keeps its cookies, follows nothing by itself.
struct Browser<'a> {
    test: &'a TestApp,
    cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    fn new(test: &'a TestApp) -> Self {
        let cookies = Vec::new();
        Self { test, cookies }
    }

    async fn get(&mut self, path: &str) -> Response {
        let request = self.test.client.get(self.test.url(path)).header(COOKIE, self.header());
        self.keep(request.send().await.unwrap())
    }

    async fn text(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.test.client.post(self.test.url(path)).header(COOKIE, self.header());
        let request = request.header("sec-fetch-site", "same-origin").form(fields);
        self.keep(request.send().await.unwrap())
    }

    async fn log_in(&mut self, next: &str) -> Response {
        let fields = [("login", "mia"), ("password", PASSWORD), ("next", next)];
        self.post("/login", &fields).await
    }

    fn header(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: Response) -> Response {
        for line in answer.headers().get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !line.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }
}

fn target(answer: &Response) -> &str {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers().get(LOCATION).unwrap().to_str().unwrap()
}

/// What the hidden field `key` of a page holds.
fn key_in(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"key\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// The code an app shows `ahead` steps from now: each is taken once, and one step ahead is still taken.
#[allow(clippy::disallowed_methods, reason = "the server runs on the clock of the machine")]
fn code_of(key: &str, ahead: u64) -> String {
    let totp = Builder::new()
        .with_secret(Secret::try_from_base32(key).unwrap())
        .build()
        .unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    totp.generate(now.as_secs() + 30 * ahead).to_string()
}

/// The recovery codes of a page.
fn recovery_codes(page: &str) -> Vec<String> {
    let (_, rest) = page.split_once("id=\"codes\">").unwrap();
    let codes = rest.split_once("</pre>").unwrap().0.lines();
    codes.map(str::to_owned).filter(|code| !code.is_empty()).collect()
}

/// Sets an authenticator app up on the page; its key and the recovery codes.
async fn set_up(browser: &mut Browser<'_>) -> (String, Vec<String>) {
    let page = browser.text("/settings/two-factor/app").await;
    assert!(page.contains("<svg class=\"qr\""), "a code to scan");
    assert!(!page.contains("style="), "the content policy forbids styles in place");
    let key = key_in(&page);
    let code = code_of(&key, 0);
    let wrong = [("key", key.as_str()), ("code", &code), ("password", "wrong")];
    let answer = browser.post("/settings/two-factor/app", &wrong).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(key_in(&answer.text().await.unwrap()), key, "the app keeps its key");
    let right = [("key", key.as_str()), ("code", &code), ("password", PASSWORD)];
    let answer = browser.post("/settings/two-factor/app", &right).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let codes = recovery_codes(&answer.text().await.unwrap());
    assert_eq!(codes.len(), 10);
    (key, codes)
}

#[tokio::test]
async fn a_member_turns_two_factor_on_logs_in_with_it_and_turns_it_off() {
    let test = TestApp::start().await;
    let mut first = Browser::new(&test);
    first.log_in("/").await;
    let (key, codes) = set_up(&mut first).await;

    let mut browser = Browser::new(&test);
    let answer = browser.log_in("/settings/devices").await;
    let second_step = "/login/second-factor?next=/settings/devices";
    assert_eq!(target(&answer), second_step);
    assert!(!browser.header().contains("__Host-device="), "half a log-in is none");
    assert!(target(&browser.get("/settings/devices").await).starts_with("/login"));
    assert!(browser.text(second_step).await.contains("authenticator app"));
    let code = code_of(&key, 1);
    let fields = [("method", "totp"), ("code", "000000"), ("next", "/settings/devices")];
    let answer = browser.post("/login/second-factor", &fields).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let fields = [
        ("method", "totp"),
        ("code", code.as_str()),
        ("next", "/settings/devices"),
        ("remember", "1"),
    ];
    let answer = browser.post("/login/second-factor", &fields).await;
    assert_eq!(target(&answer), "/settings/devices");
    assert!(!browser.header().contains("__Host-challenge="));
    assert!(browser.text("/settings/two-factor").await.contains("10 left"));

    browser.post("/logout", &[]).await;
    assert_eq!(target(&browser.log_in("/").await), "/", "this browser is remembered");
    assert_eq!(target(&first.post("/logout", &[]).await), "/login");
    assert_eq!(target(&first.log_in("/").await), "/login/second-factor");

    let fields = [("factor", "totp"), ("code", codes[0].as_str())];
    let answer = browser.post("/settings/two-factor/turn-off", &fields).await;
    assert_eq!(target(&answer), "/settings/two-factor");
    assert!(
        target(&first.get("/login/second-factor").await).starts_with("/login"),
        "no such step any more"
    );
    assert_eq!(target(&first.log_in("/").await), "/");
}

#[tokio::test]
async fn a_recovery_code_gets_in_once() {
    let test = TestApp::start().await;
    let mut first = Browser::new(&test);
    first.log_in("/").await;
    let (_, codes) = set_up(&mut first).await;
    let fields = [("method", "recovery"), ("code", codes[4].as_str())];
    for expected in [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED] {
        let mut browser = Browser::new(&test);
        browser.log_in("/").await;
        assert!(
            browser
                .text("/login/second-factor?method=recovery")
                .await
                .contains("Recovery code")
        );
        let answer = browser.post("/login/second-factor", &fields).await;
        assert_eq!(answer.status(), expected);
    }
    assert!(first.text("/settings/two-factor").await.contains("9 left"));
}

#[tokio::test]
async fn an_administrator_requires_a_factor_and_the_next_log_in_sets_it_up() {
    let test = TestApp::start().await;
    let id = test.caller("mia").await.person.id;
    let mut admin = Browser::new(&test);
    admin.post("/login", &[("login", "ada"), ("password", PASSWORD)]).await;
    let answer = admin
        .post(&format!("/users/{id}/require-mfa"), &[("required", "1")])
        .await;
    assert_eq!(target(&answer), format!("/users/{id}/login-settings"));
    let page = admin.text(&format!("/users/{id}/login-settings")).await;
    assert!(page.contains("none; set up at the next log-in"));

    let mut browser = Browser::new(&test);
    assert_eq!(target(&browser.log_in("/").await), "/login/set-up");
    let key = key_in(&browser.text("/login/set-up").await);
    let wrong = [("way", "totp"), ("key", key.as_str()), ("code", "12")];
    let answer = browser.post("/login/set-up", &wrong).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(key_in(&answer.text().await.unwrap()), key);
    let code = code_of(&key, 0);
    let right = [
        ("way", "totp"),
        ("key", key.as_str()),
        ("code", code.as_str()),
        ("next", "/groups"),
    ];
    let answer = browser.post("/login/set-up", &right).await;
    let page = answer.text().await.unwrap();
    assert_eq!(recovery_codes(&page).len(), 10);
    assert!(page.contains("href=\"/groups\""));
    let off =
        [("factor", "totp"), ("code", recovery_codes(&page)[0].as_str())].map(|(name, value)| (name, value.to_owned()));
    let off: Vec<(&str, &str)> = off.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.post("/settings/two-factor/turn-off", &off).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().await.unwrap().contains("An administrator requires"));

    let answer = admin.post(&format!("/users/{id}/reset-mfa"), &[]).await;
    assert_eq!(target(&answer), format!("/users/{id}/login-settings"));
    assert_eq!(target(&Browser::new(&test).log_in("/").await), "/login/set-up");
}

#[tokio::test]
async fn a_member_uses_codes_by_sms() {
    let test = TestApp::start().await;
    let mut browser = Browser::new(&test);
    browser.log_in("/").await;
    let bad = [("phone", "0151 234"), ("password", PASSWORD)];
    let answer = browser.post("/settings/two-factor/sms", &bad).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let good = [("phone", "+49 151 23456742"), ("password", PASSWORD)];
    assert_eq!(
        target(&browser.post("/settings/two-factor/sms", &good).await),
        "/settings/two-factor"
    );
    assert!(
        browser
            .text("/settings/two-factor")
            .await
            .contains("Code sent to ••• 42")
    );
    let sms = test.mail(|mail| mail.subject == "SMS").await;
    let answer = browser
        .post("/settings/two-factor/sms/confirm", &[("code", &sms[..6])])
        .await;
    let codes = recovery_codes(&answer.text().await.unwrap());
    assert_eq!(codes.len(), 10);

    // Without any recovery code left, a code by SMS still is a proof that the pages ask for.
    for code in &codes {
        let typed = [("email", "new@example.com"), ("code", code.as_str())];
        browser.post("/settings/email", &typed).await;
    }
    let page = browser.text("/settings/two-factor").await;
    assert!(page.contains("0 left"), "all are used");
    assert!(browser.text("/settings/email").await.contains("or a code"));

    let mut other = Browser::new(&test);
    assert_eq!(target(&other.log_in("/").await), "/login/second-factor");
    assert!(
        other
            .text("/login/second-factor")
            .await
            .contains("sent by SMS to ••• 42")
    );
    let again = other.post("/login/second-factor/sms", &[]).await;
    assert_eq!(target(&again), "/login/second-factor?method=sms");
    let page = other.text("/login/second-factor?method=sms").await;
    assert!(page.contains("Wait half a minute"), "one was sent a moment ago");
}
