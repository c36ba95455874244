//! The first slice of the API over HTTP: recording, searching, following, and every way of sending it wrong.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, LINK};
use serde_json::{Value, json};
use support::{As, TestApp};
use tokio::io::AsyncReadExt as _;
use web::Scope;

fn login(user: &str) -> Value {
    json!({ "activity": "user.login", "user": { "id": user, "name": "Sam Jones" }, "ip": "203.0.113.7" })
}

async fn read(test: &TestApp, path: &str) -> Value {
    let response = test.get(path, As::Key(Scope::Read)).await;
    let status = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_recorded_is_found_at_once_in_every_shape() {
    let test = TestApp::start().await;
    let one = test.post_batch("application/json", login("u1").to_string()).await;
    assert_eq!(one.status(), StatusCode::ACCEPTED);
    let body: Value = one.json().await.unwrap();
    let id = body["items"][0]["id"].as_u64().unwrap();
    assert_eq!(body["recorded"], 1);

    let row = read(&test, &format!("/v1/activities/{id}")).await;
    assert_eq!(row["sentence"], "Logged in");
    assert_eq!(row["user"]["name"], "Sam Jones");

    let array = json!([login("u2"), { "activity": "user.login", "usr": 1 }, login("u3")]);
    let several: Value = test
        .post_batch("application/json", array.to_string())
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (several["recorded"].as_u64(), several["refused"].as_u64()),
        (Some(2), Some(1))
    );
    assert_eq!(several["items"][1]["status"], 400);
    assert_eq!(several["items"][1]["errors"][0]["pointer"], "/usr");

    let lines = format!("{}\n{}\n", login("u4"), login("u5"));
    for encoding in ["", "gzip", "zstd"] {
        let mut packed = Vec::new();
        match encoding {
            "gzip" => {
                async_compression::tokio::bufread::GzipEncoder::new(lines.as_bytes())
                    .read_to_end(&mut packed)
                    .await
            }
            "zstd" => {
                async_compression::tokio::bufread::ZstdEncoder::new(lines.as_bytes())
                    .read_to_end(&mut packed)
                    .await
            }
            _ => lines.as_bytes().read_to_end(&mut packed).await,
        }
        .unwrap();
        let request = test
            .client
            .post(test.url("/v1/activities"))
            .bearer_auth(test.key(Scope::Write));
        let request = request
            .header(CONTENT_TYPE, "application/x-ndjson")
            .header(CONTENT_ENCODING, encoding);
        let sent = request.body(packed).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::ACCEPTED, "{encoding}");
    }
    let found = read(&test, "/v1/activities?q=user:u4&count=true").await;
    assert_eq!(found["data"].as_array().unwrap().len(), 3);
    assert_eq!(found["count"], json!({ "n": 3, "exact": true }));
    assert!(found["complete_through"]["size"].as_u64().unwrap() > id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_body_gets_its_own_answer_and_leaves_nothing() {
    let test = TestApp::start().await;
    let before = read(&test, "/v1/activities?q=user:u1&count=true").await["count"]["n"].clone();
    let deep = format!("{}{}", "{\"metadata\":".repeat(200), "}".repeat(200));
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("application/json", b"".to_vec(), 400),
        ("application/json", b"[]".to_vec(), 400),
        ("application/json", b"null".to_vec(), 400),
        ("application/json", b"\"text\"".to_vec(), 400),
        ("application/json", b"{".to_vec(), 400),
        ("application/json", b"{} {}".to_vec(), 400),
        (
            "application/json",
            b"{\"activity\":\"user.login\",\"activity\":\"user.logout\"}".to_vec(),
            400,
        ),
        (
            "application/json",
            b"{\"activity\":\"user.login\",\"user\":{\"id\":\"u1\",\"id\":\"u2\"}}".to_vec(),
            400,
        ),
        (
            "application/json",
            b"{\"activity\":\"user.login\",\"user\":\"\xff\xfe\"}".to_vec(),
            400,
        ),
        (
            "application/json",
            b"{\"activity\":\"user.login\",\"user\":\"\\ud800\"}".to_vec(),
            400,
        ),
        (
            "application/json",
            b"{\"activity\":\"user.login\",\"user\":\"u\\u0000\"}".to_vec(),
            400,
        ),
        (
            "application/json",
            b"{\"activity\":\"Not A Code\",\"user\":\"u1\"}".to_vec(),
            400,
        ),
        (
            "application/json",
            b"{\"activity\":\"user.login\",\"user\":\"u1\",\"occurred_at\":\"yesterday\"}".to_vec(),
            400,
        ),
        (
            "application/json",
            b"{\"activity\":\"user.login\",\"user\":\"u1\",\"occurred_at\":\"2999-01-01T00:00:00Z\"}".to_vec(),
            400,
        ),
        (
            "application/json",
            b"{\"activity\":\"user.login\",\"user\":\"u1\",\"ip\":\"0177.0.0.1\"}".to_vec(),
            400,
        ),
        (
            "application/json",
            b"{\"activity\":\"user.login\",\"user\":\"u1\",\"outcome\":1e400}".to_vec(),
            400,
        ),
        ("application/json", deep.into_bytes(), 400),
        (
            "application/json",
            format!(
                "{{\"activity\":\"user.login\",\"user\":\"u1\",\"reason\":\"{}\"}}",
                "x".repeat(9_000)
            )
            .into_bytes(),
            400,
        ),
        ("application/json", vec![b' '; 17 * 1024 * 1024], 413),
        (
            "application/json",
            format!("[{}{{}}]", r#"{"activity":"a.b"},"#.repeat(10_000)).into_bytes(),
            413,
        ),
        // Full of faults: read no further than the first thousand.
        (
            "application/json",
            format!("[{}1]", "1,".repeat(10_000)).into_bytes(),
            400,
        ),
        ("application/x-ndjson", b"nonsense\n{\n".to_vec(), 400),
        (
            "application/x-www-form-urlencoded",
            b"activity=user.login".to_vec(),
            415,
        ),
        ("text/csv", b"a,b".to_vec(), 415),
    ];
    for (kind, body, status) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let response = test.post_batch(kind, body).await;
        assert_eq!(response.status(), status, "{kind} {shown}");
        assert_eq!(
            response.headers()[CONTENT_TYPE],
            "application/problem+json",
            "{kind} {shown}"
        );
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["status"], status, "{shown}");
        assert!(
            problem["detail"].as_str().is_some_and(|text| text.len() > 10),
            "{problem}"
        );
        assert!(
            problem["request_id"].as_str().is_some_and(|text| !text.is_empty()),
            "{problem}"
        );
    }
    let after = read(&test, "/v1/activities?q=user:u1&count=true").await["count"]["n"].clone();
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_records_nothing_twice() {
    let test = TestApp::start().await;
    let send = |body: String| {
        let request = test
            .client
            .post(test.url("/v1/activities"))
            .bearer_auth(test.key(Scope::Write));
        request
            .header("idempotency-key", "one")
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .send()
    };
    let first: Value = send(login("u1").to_string()).await.unwrap().json().await.unwrap();
    let again = send(login("u1").to_string()).await.unwrap();
    assert_eq!(again.headers()["idempotency-replayed"], "true");
    assert_eq!(again.json::<Value>().await.unwrap(), first);
    let other = send(login("u2").to_string()).await.unwrap();
    assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.json::<Value>().await.unwrap()["code"], "idempotency_key_reused");
    let found = read(&test, "/v1/activities?q=user:u1&count=true").await;
    assert_eq!(found["count"]["n"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_link_to_the_next_and_following_always_goes_on() {
    let test = TestApp::start().await;
    let lines: String = (0..25).map(|n| format!("{}\n", login(&format!("ext{n}")))).collect();
    assert_eq!(
        test.post_batch("application/x-ndjson", lines).await.status(),
        StatusCode::ACCEPTED
    );

    let (mut path, mut seen) = (
        Some("/v1/activities?q=activity:user.login%20user:ext*&limit=10".to_owned()),
        0,
    );
    while let Some(here) = path.take() {
        let response = test.get(&here, As::Key(Scope::Read)).await;
        let link = response
            .headers()
            .get(LINK)
            .map(|link| link.to_str().unwrap().to_owned());
        let page: Value = response.json().await.unwrap();
        seen += page["data"].as_array().unwrap().len();
        assert_eq!(page["page"]["has_more"], link.is_some());
        path = link.map(|link| link.trim_start_matches('<').split('>').next().unwrap().to_owned());
    }
    assert_eq!(seen, 25);

    let start = read(
        &test,
        "/v1/activities?order=asc&q=activity:user.login%20user:ext*&limit=1000",
    )
    .await;
    assert_eq!(start["data"].as_array().unwrap().len(), 25);
    let next = start["page"]["next"].as_str().unwrap().to_owned();
    let empty = read(
        &test,
        &format!("/v1/activities?order=asc&q=activity:user.login%20user:ext*&after={next}"),
    )
    .await;
    assert_eq!(empty["data"], json!([]));
    let mut late = login("ext99");
    late["occurred_at"] = json!("2020-01-01T00:00:00Z");
    test.post_batch("application/json", late.to_string()).await;
    let next = empty["page"]["next"].as_str().unwrap();
    let more = read(
        &test,
        &format!("/v1/activities?order=asc&q=activity:user.login%20user:ext*&after={next}"),
    )
    .await;
    assert_eq!(more["data"][0]["user"]["id"], "ext99", "a late activity is not missed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_questions_say_what_would_fix_them() {
    let test = TestApp::start().await;
    let cases = [
        ("/v1/activities?q=usr:sam", "bad_query"),
        ("/v1/activities?q=user:", "bad_query"),
        ("/v1/activities?limit=0", "bad_parameter"),
        ("/v1/activities?limit=1001", "bad_parameter"),
        ("/v1/activities?from=yesterday", "bad_parameter"),
        ("/v1/activities?order=sideways", "bad_parameter"),
        ("/v1/activities?after=nonsense", "bad_parameter"),
        ("/v1/activities?qq=1", "bad_parameter"),
        ("/v1/activities?limit=1&limit=2", "bad_parameter"),
        ("/v1/activities?from=2026-02-01&to=2026-01-01", "bad_parameter"),
        ("/v1/activities?tz=Mars", "bad_parameter"),
    ];
    for (path, code) in cases {
        let response = test.get(path, As::Key(Scope::Read)).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["code"], code, "{path} {problem}");
    }
    let nothing = test.get("/v1/activities?q=%F0%9F%8E%89", As::Key(Scope::Read)).await;
    let nothing: Value = nothing.json().await.unwrap();
    assert_eq!(
        nothing["detail"],
        "`🎉` has no letters or digits to search for. Look for it in names."
    );
    let problem: Value = test
        .get("/v1/activities?q=usr:sam", As::Key(Scope::Read))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(problem["query"]["start"], 0);
    assert!(
        problem["query"]["replacement"].as_str().unwrap().contains("user"),
        "{problem}"
    );
    for id in ["999999", "x", "-1", "18446744073709551616"] {
        let response = test.get(&format!("/v1/activities/{id}"), As::Key(Scope::Read)).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_members_key_reads_their_own_log_and_no_other() {
    let test = TestApp::start().await;
    let mia = test.caller("mia").await.person;
    let key = test.key_of("mia", Scope::Read).await;
    test.post_batch("application/json", login("u1").to_string()).await;
    let get = |path: String| test.client.get(test.url(&path)).bearer_auth(&key).send();
    let own: Value = get("/v1/activities".to_owned()).await.unwrap().json().await.unwrap();
    let rows = own["data"].as_array().unwrap();
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row["user"]["id"] == mia.id),
        "{own}"
    );
    assert_eq!(
        get("/v1/activities?user=u1".to_owned()).await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    let all = read(&test, "/v1/activities?q=user:u1").await;
    let id = all["data"][0]["id"].as_u64().unwrap();
    assert_eq!(
        get(format!("/v1/activities/{id}")).await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_description_names_every_route_of_the_api_and_the_viewer_is_served() {
    let test = TestApp::start().await;
    let document: Value = test.get("/openapi.json", As::Nobody).await.json().await.unwrap();
    assert!(
        document["openapi"].as_str().unwrap().starts_with("3.1"),
        "{}",
        document["openapi"]
    );
    for route in web::route_table()
        .into_iter()
        .filter(|route| route.path.starts_with("/v1/"))
    {
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        assert!(operation.is_object(), "{} {}", route.method, route.path);
    }
    for path in [
        "/docs",
        "/docs/activities",
        "/docs/sign-in",
        "/docs/shapes",
        "/docs/problems",
    ] {
        let page = test.get(path, As::Nobody).await;
        assert_eq!(page.status(), StatusCode::OK, "{path}");
        let html = page.text().await.unwrap();
        assert!(
            html.contains("class=\"brand\"") && !html.contains('`'),
            "{path}: in the product's frame"
        );
    }
    assert_eq!(
        test.get("/docs/nothing", As::Nobody).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_metrics_and_assets_answer() {
    let test = TestApp::start().await;
    assert_eq!(test.get("/healthz", As::Nobody).await.text().await.unwrap(), "ok\n");
    assert_eq!(test.get("/readyz", As::Nobody).await.status(), StatusCode::OK);
    let text = test.get("/metrics", As::Nobody).await.text().await.unwrap();
    assert!(text.contains("whodid_http_requests_total"), "{text}");
    let relayed = test
        .client
        .get(test.url("/metrics"))
        .header("x-forwarded-for", "203.0.113.7")
        .send()
        .await
        .unwrap();
    assert_eq!(relayed.status(), StatusCode::FORBIDDEN);
    let page = test.get("/docs/problems", As::Nobody).await.text().await.unwrap();
    let sheet = page
        .split("href=\"")
        .find(|part| part.starts_with("/assets/"))
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let asset = test.get(sheet, As::Nobody).await;
    assert_eq!(asset.status(), StatusCode::OK);
    assert!(asset.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    assert!(asset.text().await.unwrap().contains("--accent"));
}
