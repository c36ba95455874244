//! What a hostile or broken client can do to the server by raw sockets: nothing that lasts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};

use reqwest::StatusCode;
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
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
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
        "POST /v1/activities HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Length: 1000\r\n\r\n{{\"act"
    );
    let mut stream = say(&test, head).await;
    let answer = until_closed(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("body_too_slow"), "{answer}");
    let mut chunked = say(&test, format!(
        "POST /v1/activities HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{{\"act\r\n"
    )).await;
    assert!(until_closed(&mut chunked).await.starts_with("HTTP/1.1 408"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_key_is_refused_before_its_body_is_read() {
    let test = TestApp::start().await;
    let head = "POST /v1/activities HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer whodid_nonsense\r\nContent-Length: 1000000\r\n\r\n";
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
    let request = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut all)).await;
    assert!(read.is_ok(), "the server has closed");
    assert!(all.len() < 100 * 250_000, "{} bytes", all.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_may_hold_so_many_connections_and_no_more() {
    let test = TestApp::with(|settings| settings.limits.connections_per_address = 3).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = say(&test, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
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
        "POST /display HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST /display HTTP/1.1\r\nHost: localhost\r\nContent-Length: +3\r\n\r\nabc",
        "POST /display HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\nabc",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX : y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n folded: y\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "GE\0T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ];
    for case in cases {
        let mut stream = say(&test, case).await;
        let answer = until_closed(&mut stream).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.0 400"),
            "{case:?}: {answer}"
        );
    }
    let long = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "y".repeat(300 * 1024)
    );
    let mut stream = TcpStream::connect(test.address).await.unwrap();
    // The server may close while this is still being written.
    let _ = stream.write_all(long.as_bytes()).await;
    let answer = until_closed(&mut stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_sends_all_before_it_reads_still_gets_its_answer() {
    let test = TestApp::start().await;
    let length = 24 * 1024 * 1024;
    // Refused for what it is, for its length, and for who sends it: each before a byte of the body is read.
    for (key, kind, status) in [
        (test.key(Scope::Write), "text/csv", "415"),
        (test.key(Scope::Write), "application/json", "413"),
        ("wd_nobody", "application/json", "401"),
    ] {
        let mut stream = say(
            &test,
            format!(
                "POST /v1/activities HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {key}\r\n\
                 Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n",
                test.address
            ),
        )
        .await;
        // By then the server has answered and closed, if it does not wait.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let body = vec![b' '; length];
        stream.write_all(&body).await.unwrap();
        let answer = until_closed(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer}");
        // Else a client that keeps its connections sends the next request into one that ends, and gets no answer.
        assert!(answer.contains("\r\nconnection: close\r\n"), "{status}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_finishes_what_is_under_way_and_takes_nothing_new() {
    let mut test = TestApp::start().await;
    let address = test.address;
    let key = test.key(Scope::Write).to_owned();
    let body = r#"{"activity":"user.login","user":"u1"}"#;
    let (begin, end) = body.split_at(10);
    let head = format!(
        "POST /v1/activities HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Length: {}\r\n\r\n{begin}",
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_names_no_host_or_another_is_refused() {
    let test =
        TestApp::with(|settings| settings.allowed_hosts = vec!["whodid.lan".to_owned().try_into().unwrap()]).await;
    let cases = [
        ("GET /login HTTP/1.1\r\n", "400"),
        ("GET /login HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n", "400"),
        (
            "GET /login HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
            "400",
        ),
        ("GET /login HTTP/1.1\r\nHost: a b\r\n", "400"),
        ("GET /login HTTP/1.1\r\nHost:\r\n", "400"),
        ("GET /login HTTP/1.1\r\nHost: evil.example\r\n", "421"),
        ("GET /v1/activities HTTP/1.1\r\nHost: evil.example\r\n", "421"),
        (
            "POST /login HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n",
            "421",
        ),
        ("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n", "421"),
        ("GET http://evil.example/login HTTP/1.1\r\nHost: localhost\r\n", "421"),
        ("GET /login HTTP/1.1\r\nHost: WhoDid.lan:8080\r\n", "200"),
        ("GET /login HTTP/1.1\r\nHost: [::1]:8080\r\n", "200"),
        ("GET /healthz HTTP/1.1\r\nHost: 10.0.0.7:8080\r\n", "200"),
        ("GET /healthz HTTP/1.1\r\n", "400"),
        ("GET /healthz HTTP/1.0\r\n", "200"),
    ];
    for (head, status) in cases {
        let mut stream = say(&test, format!("{head}Connection: close\r\n\r\n")).await;
        let answer = until_closed(&mut stream).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{head:?}: {answer}");
    }
    let mut stream = say(
        &test,
        "GET /v1/activities HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    )
    .await;
    let answer = until_closed(&mut stream).await;
    assert!(
        answer.contains("\"unknown_host\"") && answer.contains("web.allowed_hosts"),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn made_up_methods_paths_and_hosts_make_no_time_series() {
    let test = TestApp::start().await;
    let series = async || {
        let text = test.get("/metrics", As::Administrator).await.text().await.unwrap();
        text.lines().filter(|line| !line.starts_with('#')).count()
    };
    test.get("/nowhere", As::Nobody).await;
    let mut stream = say(&test, "BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    stream.read_exact(&mut [0; 12]).await.unwrap();
    let before = series().await;
    for round in 0..20 {
        let mut text = String::new();
        for at in 0..100 {
            let n = round * 100 + at;
            text.push_str(&format!(
                "AAAA{n:04} /made-up/{n} HTTP/1.1\r\nHost: made-up-{n}.localhost\r\n\r\n"
            ));
        }
        text.push_str("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let mut stream = say(&test, text).await;
        let answers = until_closed(&mut stream).await;
        assert_eq!(answers.matches("HTTP/1.1 ").count(), 101);
    }
    // Other tests of this process count, too; none of them makes up thousands.
    let after = series().await;
    assert!(after < before + 50, "{before} series became {after}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_keeps_its_id_and_trace_and_our_own_ids_tell_nothing() {
    let test = TestApp::start().await;
    let mut own = Vec::new();
    for _ in 0..3 {
        let answer = test.get("/healthz", As::Nobody).await;
        assert!(!answer.headers().contains_key("traceparent"));
        own.push(answer.headers()["x-request-id"].to_str().unwrap().to_owned());
    }
    for pair in own.windows(2) {
        assert!(
            pair[0].len() == 32 && pair[0].bytes().all(|b| b.is_ascii_hexdigit()),
            "{own:?}"
        );
        let same = pair[0].bytes().zip(pair[1].bytes()).filter(|(a, b)| a == b).count();
        assert!(same < 16, "two ids have little in common: {own:?}");
    }
    let request = test
        .client
        .get(test.url("/v1/nowhere"))
        .header("x-request-id", "from-outside-1")
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .header("tracestate", "vendor=1");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "from-outside-1");
    assert_eq!(answer.headers()["tracestate"], "vendor=1");
    let parent = answer.headers()["traceparent"].to_str().unwrap().to_owned();
    assert!(
        parent.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && parent.ends_with("-01"),
        "{parent}"
    );
    assert!(!parent.contains("b7ad6b7169203331"), "the span is ours");
    assert!(answer.text().await.unwrap().contains("from-outside-1"));
    // What the request did is found by its trace.
    let request = test.client.post(test.url("/login"));
    let request = request
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .header("origin", test.url(""))
        .form(&[("login", "mia"), ("password", "not hers at all")]);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let failed = test.of_type("user.login_failed").await;
    let traces: Vec<_> = failed.iter().map(|activity| activity.trace_id.as_deref()).collect();
    assert_eq!(traces, [Some("0af7651916cd43dd8448eb211c80319c")]);
}
