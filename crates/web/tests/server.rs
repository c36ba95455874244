//! What a hostile or broken client can do to the server by raw sockets: nothing that lasts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};

use support::{As, TestApp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use web::{Scope, Settings};

fn hasty(settings: &mut Settings) {
    settings.limits.header_ms = 300;
    settings.limits.body_ms = 300;
    settings.limits.idle_ms = 300;
    settings.limits.drain_ms = 2_000;
}

async fn say(test: &TestApp, text: impl AsRef<[u8]>) -> TcpStream {
    let mut stream = TcpStream::connect(test.address).await.unwrap();
    stream.write_all(text.as_ref()).await.unwrap();
    stream
}

/// What comes until the server closes; panics when it does not within three seconds.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(3), stream.read_to_end(&mut all)).await;
    // A reset is a way of closing, too.
    let _ = read.expect("the server closes the connection");
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_sent_and_silent_requests_are_dropped() {
    let test = TestApp::with(hasty).await;
    for text in [
        "",
        "GET",
        "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        "PRI * HTTP/2.0\r\n\r\n",
        "\x16\x03\x01\x02\x00",
    ] {
        let mut stream = say(&test, text).await;
        until_closed(&mut stream).await;
    }
    let mut dripping = say(&test, "GET / HTTP/1.1\r\n").await;
    let begun = Instant::now();
    while dripping.write_all(b"X: y\r\n").await.is_ok() && begun.elapsed() < Duration::from_secs(3) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "dripping heads end too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_come_is_answered_408() {
    let test = TestApp::with(hasty).await;
    let key = test.key(Scope::Write);
    let head = format!(
        "POST /v1/activities HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 1000\r\n\r\n{{\"act"
    );
    let mut stream = say(&test, head).await;
    let answer = until_closed(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("body_too_slow"), "{answer}");
    let mut chunked = say(&test, format!(
        "POST /v1/activities HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{{\"act\r\n"
    )).await;
    assert!(until_closed(&mut chunked).await.starts_with("HTTP/1.1 408"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_key_is_refused_before_its_body_is_read() {
    let test = TestApp::start().await;
    let head = "POST /v1/activities HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer whodid_nonsense\r\nContent-Length: 1000000\r\n\r\n";
    let mut stream = say(&test, head).await;
    let mut start = [0; 12];
    tokio::time::timeout(Duration::from_secs(2), stream.read_exact(&mut start))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&start, b"HTTP/1.1 401");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_stalls_is_cut_off() {
    let test = TestApp::with(hasty).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    let mut stream = socket.connect(test.address).await.unwrap();
    let request = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20);
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut all)).await;
    assert!(read.is_ok(), "the server has closed");
    assert!(all.len() < 20 * 1_500_000, "{} bytes", all.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_may_hold_so_many_connections_and_no_more() {
    let test = TestApp::with(|settings| settings.limits.connections_per_address = 3).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = say(&test, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut start = [0; 12];
        stream.read_exact(&mut start).await.unwrap();
        held.push(stream);
    }
    let mut fourth = say(&test, "").await;
    assert_eq!(until_closed(&mut fourth).await, "");
    drop(held);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(test.get("/healthz", As::Nobody).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ambiguous_framing_is_refused_and_the_connection_closed() {
    let test = TestApp::start().await;
    let cases = [
        "POST /display HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST /display HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        "POST /display HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\nabc",
        "GET / HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        "GE\0T / HTTP/1.1\r\nHost: x\r\n\r\n",
    ];
    for case in cases {
        let mut stream = say(&test, case).await;
        let answer = until_closed(&mut stream).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.0 400"),
            "{case:?}: {answer}"
        );
    }
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "y".repeat(300 * 1024));
    let mut stream = TcpStream::connect(test.address).await.unwrap();
    // The server may close while this is still being written.
    let _ = stream.write_all(long.as_bytes()).await;
    let answer = until_closed(&mut stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_finishes_what_is_under_way_and_takes_nothing_new() {
    let mut test = TestApp::start().await;
    let address = test.address;
    let key = test.key(Scope::Write).to_owned();
    let body = r#"{"activity":"user.login","user":"u1"}"#;
    let (begin, end) = body.split_at(10);
    let head = format!(
        "POST /v1/activities HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: {}\r\n\r\n{begin}",
        body.len()
    );
    let mut stream = say(&test, head).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let rest = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        stream.write_all(end.as_bytes()).await.unwrap();
        until_closed(&mut stream).await
    });
    test.stop().await;
    let answer = rest.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_configured_proxy_may_say_where_a_request_comes_from() {
    for (trusted, expected) in [
        (vec![], "127.0.0.1"),
        (vec!["127.0.0.0/8".parse().unwrap()], "198.51.100.7"),
    ] {
        let test = TestApp::with(|settings| settings.trusted_proxies = trusted).await;
        let form = [("login", "mia"), ("password", "wrong")];
        let request = test.client.post(test.url("/login")).form(&form);
        let request = request.header("x-forwarded-for", "203.0.113.1, 198.51.100.7");
        request.send().await.unwrap();
        let path = "/v1/activities?q=activity:user.login_failed";
        let found: serde_json::Value = test.get(path, As::Key(Scope::Read)).await.json().await.unwrap();
        assert_eq!(found["data"][0]["ip"], expected, "{found}");
    }
}
