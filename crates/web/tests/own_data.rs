//! A member's e-mail address, passkeys and privacy over HTTP, as a browser without a script uses them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, COOKIE, HOST, LOCATION};
use reqwest::{Response, StatusCode};
use support::{As, PASSWORD, TestApp};
use web::Scope;

async fn post(test: &TestApp, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Response {
    let request = test.client.post(test.url(path)).header(COOKIE, cookie);
    let request = request.header("sec-fetch-site", "same-origin").form(fields);
    request.send().await.unwrap()
}

async fn get(test: &TestApp, path: &str, cookie: &str) -> Response {
    let request = test.client.get(test.url(path)).header(COOKIE, cookie);
    request.send().await.unwrap()
}

/// The path of the link in the newest mail to this address.
async fn link_to(test: &TestApp, address: &str) -> String {
    let body = test.mail(|mail| mail.recipient == address).await;
    let line = body.lines().find(|line| line.contains("?token=")).unwrap();
    line.split_once("/confirm-email").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_new_email_address_is_confirmed_signed_out() {
    let test = TestApp::start().await;
    let mia = test.cookie("mia").await;
    let typed = [("email", "mia.new@example.com"), ("password", PASSWORD)];
    let answer = post(&test, "/settings/email", &mia, &typed).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let page = get(&test, "/settings/email", &mia).await.text().await.unwrap();
    assert!(page.contains("mia.new@example.com") && page.contains("Cancel the change"));

    let query = link_to(&test, "mia.new@example.com").await;
    let offered = get(&test, &format!("/confirm-email{query}"), "").await;
    assert_eq!(offered.status(), StatusCode::OK);
    let twice = get(&test, &format!("/confirm-email{query}"), "").await;
    assert_eq!(twice.status(), StatusCode::OK, "looking uses nothing up");
    let token = query.split_once("token=").unwrap().1;
    let done = post(&test, "/confirm-email", "", &[("token", token)]).await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    assert_eq!(done.headers()[LOCATION], "/login");
    let again = post(&test, "/confirm-email", "", &[("token", token)]).await;
    assert_eq!(again.status(), StatusCode::GONE);
    let ended = get(&test, "/settings/email", &mia).await;
    assert_eq!(
        ended.status(),
        StatusCode::SEE_OTHER,
        "other devices are ended unless they are to stay"
    );
    let mia = test.cookie("mia").await;
    let page = get(&test, "/settings/email", &mia).await.text().await.unwrap();
    assert!(page.contains("mia.new@example.com") && !page.contains("Cancel the change"));
}

#[tokio::test]
async fn what_is_wrong_with_an_address_or_a_password_stands_beside_it() {
    let test = TestApp::start().await;
    let mia = test.cookie("mia").await;
    for (email, password) in [("nothing", PASSWORD), ("new@example.com", "wrong password here")] {
        let answer = post(
            &test,
            "/settings/email",
            &mia,
            &[("email", email), ("password", password)],
        )
        .await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text().await.unwrap();
        assert!(page.contains("aria-invalid=\"true\"") && page.contains(&format!("value=\"{email}\"")));
        assert!(!page.contains(password), "a password is never shown again");
    }
    let answer = post(&test, "/settings/email/cancel", &mia, &[]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn passkeys_are_asked_for_by_the_script_and_only_where_they_work() {
    let test = TestApp::start().await;
    let mia = test.cookie("mia").await;
    let page = get(&test, "/settings/passkeys", &mia).await.text().await.unwrap();
    let there = format!("http://localhost:{}/settings/passkeys", test.address.port());
    assert!(page.contains(&there) && !page.contains("passkey-ceremony"));
    let request = test.client.get(test.url("/settings/passkeys")).header(COOKIE, &mia);
    let request = request.header(HOST, format!("localhost:{}", test.address.port()));
    let page = request.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("begin=\"/settings/passkeys/begin\""));

    let wrong = post(
        &test,
        "/settings/passkeys/begin",
        &mia,
        &[("password", "wrong password here")],
    )
    .await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let wrong: serde_json::Value = wrong.json().await.unwrap();
    assert!(wrong["error"].as_str().unwrap().contains("password"));
    let question = post(&test, "/settings/passkeys/begin", &mia, &[("password", PASSWORD)]).await;
    let question: serde_json::Value = question.json().await.unwrap();
    assert_eq!(question["options"]["rp"]["id"], "localhost");
    assert_eq!(
        question["options"]["authenticatorSelection"]["userVerification"],
        "required"
    );
    let question = post(&test, "/login/passkey/begin", "", &[]).await;
    let question: serde_json::Value = question.json().await.unwrap();
    assert_eq!(question["options"]["rpId"], "localhost");
    assert_eq!(question["options"]["allowCredentials"], serde_json::json!([]));
}

#[tokio::test]
async fn nonsense_for_a_passkey_is_refused_calmly() {
    let test = TestApp::start().await;
    let mia = test.cookie("mia").await;
    let nonsense = [("ceremony", "x"), ("credential", "{"), ("next", "//example.com")];
    let log_in = post(&test, "/login/passkey", "", &nonsense).await;
    assert_eq!(log_in.status(), StatusCode::SEE_OTHER);
    assert_eq!(log_in.headers()[LOCATION], "/login");
    let second = post(&test, "/login/second-factor/passkey", "", &nonsense).await;
    assert_eq!(second.status(), StatusCode::SEE_OTHER);
    let begin = post(&test, "/login/second-factor/passkey/begin", "", &[]).await;
    assert_eq!(begin.status(), StatusCode::GONE);
    let add = post(&test, "/settings/passkeys", &mia, &nonsense).await;
    assert_eq!(add.headers()[LOCATION], "/settings/passkeys");
    let other = get(&test, "/settings/passkeys/pky_1", &mia).await;
    assert_eq!(other.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_member_sees_who_read_their_log_and_takes_their_data() {
    let test = TestApp::start().await;
    let mia = test.cookie("mia").await;
    let empty = get(&test, "/settings/privacy", &mia).await.text().await.unwrap();
    assert!(empty.contains("Nobody yet"));
    let id = test.caller("mia").await.person.id;
    test.get(&format!("/users/{id}/activity"), As::Auditor).await;
    let page = get(&test, "/settings/privacy", &mia).await.text().await.unwrap();
    assert!(
        page.contains("Otto Weber")
            && page.contains("otto")
            && page.contains("Browser")
            && page.contains("My whole log")
    );
    let log = get(&test, "/settings/activity-logs", &mia).await.text().await.unwrap();
    assert!(log.contains("Activity log viewed"));

    // By a key, in words that name nobody, and one activity by its id.
    let by_key = async |path: &str| {
        let request = test.client.get(test.url(path)).bearer_auth(test.key(Scope::Read));
        request.send().await.unwrap().json::<serde_json::Value>().await.unwrap()
    };
    let all = by_key("/v1/activities?limit=1000").await;
    let hers = |row: &&serde_json::Value| row["user"]["id"] == id.as_str() || row["by"]["id"] == id.as_str();
    let rows = all["data"].as_array().unwrap().iter().filter(hers);
    let seqs: Vec<u64> = rows.map(|row| row["id"].as_u64().unwrap()).collect();
    let one = by_key(&format!("/v1/activities/{}", seqs[0])).await;
    assert_eq!(one["id"], seqs[0]);
    let page = get(&test, "/settings/privacy", &mia).await.text().await.unwrap();
    assert!(page.contains("API key") && page.contains("Everything"));
    assert!(page.contains(&format!("id:{}", seqs[0])), "{page}");
    assert!(page.contains(&format!(">{}</td>", seqs.len())), "{page}");

    let file = post(&test, "/settings/privacy/export", &mia, &[]).await;
    assert_eq!(file.status(), StatusCode::OK);
    assert_eq!(file.headers()[CONTENT_TYPE], "application/x-ndjson");
    let name = file.headers()[CONTENT_DISPOSITION].to_str().unwrap().to_owned();
    assert!(name.starts_with("attachment; filename=\"whodid-my-data-"), "{name}");
    let text = file.text().await.unwrap();
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["record"], "end");
    assert!(!text.contains("argon2"));
}
