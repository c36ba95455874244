//! A client that hangs up, or comes too often: what it began is finished and in the log all the same.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use support::TestApp;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_ins_whose_clients_hang_up_are_in_the_log_all_the_same() {
    // Hashing takes longer than the clients wait.
    let slow = |settings: &mut app::Settings| settings.password.argon2_memory_kib = 32_768;
    let test = TestApp::with_both(|_| (), slow).await;
    let body = "login=mia&password=this+is+not+the+password";
    let request = format!(
        "POST /login HTTP/1.1\r\nHost: {}\r\nOrigin: http://{}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        test.address,
        test.address,
        body.len()
    );
    for n in 1..=8 {
        let mut stream = TcpStream::connect(test.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(6)).await;
        drop(stream);
        let written = async {
            while test.of_type("user.login_failed").await.len() < n {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let written = tokio::time::timeout(Duration::from_secs(5), written).await;
        written.unwrap_or_else(|_| panic!("log-in {n} left no activity"));
    }
    assert_eq!(test.of_type("user.locked").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_ins_beyond_the_limit_leave_one_activity_with_their_number() {
    let test = TestApp::with(|settings| settings.limits.secrets_per_minute = 3).await;
    let mut refused = 0;
    for _ in 0..12 {
        let form = "login=mia&password=wrong";
        let request = test.client.post(test.url("/login")).header("origin", test.url(""));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        refused += u64::from(request.send().await.unwrap().status() == 429);
    }
    assert!(refused >= 8, "{refused}");
    app::refusals::write(&test.app, true).await.unwrap();
    let rows = test.of_type("user.attempts_refused").await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].metadata["count"], refused.to_string());
    assert_eq!(rows[0].ip.unwrap().to_string(), "127.0.0.1");
    assert!(rows[0].user.is_none(), "whom they were aimed at was not looked at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_calls_too_often_leaves_one_activity_of_its_account() {
    let test = TestApp::with(|settings| settings.limits.api_per_second = 1).await;
    let mut refused = 0;
    for _ in 0..30 {
        let request = test
            .client
            .get(test.url("/v1/me"))
            .bearer_auth(test.key(web::Scope::Admin));
        refused += u64::from(request.send().await.unwrap().status() == 429);
    }
    assert!(refused > 0);
    app::refusals::write(&test.app, true).await.unwrap();
    let rows = test.of_type("user.attempts_refused").await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].metadata["count"], refused.to_string());
    assert_eq!(rows[0].user.as_ref().unwrap().username, "ada");
}
