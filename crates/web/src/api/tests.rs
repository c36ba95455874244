use activity::Time;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use futures::StreamExt as _;
use tokio::io::AsyncReadExt as _;

use super::batch::{self, Layout};
use super::body;
use crate::budget::Budget;
use crate::problem::Problem;

const LIMIT: usize = 16 * 1024 * 1024;

fn now() -> Time {
    Time::parse("2026-11-21T14:00:00Z").unwrap()
}

fn status(problem: Problem) -> StatusCode {
    problem.into_response().status()
}

fn encoded(encoding: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static(encoding))])
}

fn items(text: &str) -> Result<Vec<bool>, StatusCode> {
    let items = batch::parse(text.as_bytes(), (Layout::Json, false), 100, now())
        .map_err(status)?
        .items;
    Ok(items.into_iter().map(|item| item.is_ok()).collect())
}

#[test]
fn one_object_or_an_array_is_split_where_its_elements_end() {
    let one = r#"{"activity":"user.login","user":"u1"}"#;
    let tricky = r#"{"activity":"a.b","user":"u1","description":"],[{\"\\\" ,"}"#;
    assert_eq!(items(one), Ok(vec![true]));
    assert_eq!(items(&format!("\u{feff}{one}")), Ok(vec![true]));
    assert_eq!(items(&format!("\u{feff}[{one}]")), Ok(vec![true]));
    assert_eq!(
        items(&format!(" \n[ {one} , {tricky},{one}\t] \n")),
        Ok(vec![true, true, true])
    );
    assert_eq!(
        items(&format!("[{one},{{\"activity\":1}},{one}]")),
        Ok(vec![true, false, true])
    );
    assert_eq!(items(&format!("[{one},,{one}]")), Ok(vec![true, false, true]));
    for wrong in ["[", "[]", "[ ]", "[{}", "[{\"a\":\"", "[1]]", "[1] 2", "[1,]", "[}]"] {
        assert_eq!(items(wrong), Err(StatusCode::BAD_REQUEST), "{wrong}");
    }
    assert_eq!(items(""), Ok(vec![false]));
    assert_eq!(items("7"), Ok(vec![false]));
}

#[test]
fn events_of_another_product_are_items_by_its_mapping_alone_or_in_a_list() {
    let slack = app::import::mapping::find("slack").unwrap();
    let event = r#"{"id":"s1","date_create":1763632800,"action":"user_login","actor":{"user":{"id":"W1"}}}"#;
    let read = |text: &str, layout| batch::parse_mapped(text.as_bytes(), (layout, slack), 3, now());
    for (text, layout) in [
        (format!("{event}\n\n{event}\n"), Layout::Lines),
        (format!("[{event},{event}]"), Layout::Json),
        (format!("{{\"entries\":[{event},{event}]}}"), Layout::Json),
    ] {
        let items = read(&text, layout).unwrap().items;
        let codes: Vec<_> = items.iter().map(|item| &*item.as_ref().unwrap().kind).collect();
        assert_eq!(codes, ["user.login"; 2], "{text}");
        let facts = items[0].as_ref().unwrap();
        assert!(facts.raw.as_ref().unwrap().contains("user_login"));
    }
    let items = read(&format!("{event}\n7\n{{\n"), Layout::Lines).unwrap().items;
    assert_eq!(
        items.iter().map(Result::is_ok).collect::<Vec<_>>(),
        [true, false, false]
    );
    assert_eq!(
        read("{\"entries\":[]}", Layout::Json).map_err(status).unwrap_err(),
        StatusCode::BAD_REQUEST
    );
    let many = format!("[{event},{event},{event},{event}]");
    assert_eq!(
        read(&many, Layout::Json).map_err(status).unwrap_err(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[test]
fn lines_are_items_and_blank_ones_are_not() {
    let one = r#"{"activity":"user.login","user":"u1"}"#;
    let body = format!("\n{one}\r\n\n{{broken\n{one}");
    let items = batch::parse(body.as_bytes(), (Layout::Lines, false), 100, now())
        .unwrap()
        .items;
    assert_eq!(items.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert!(batch::parse(b"\n \n", (Layout::Lines, false), 100, now()).is_err());
}

#[test]
fn more_items_than_allowed_are_refused_before_they_are_read() {
    let many = format!("[{}1]", "1,".repeat(1_000_000));
    let refused = batch::parse(many.as_bytes(), (Layout::Json, false), 100, now())
        .map_err(status)
        .err();
    assert_eq!(refused, Some(StatusCode::PAYLOAD_TOO_LARGE));
    let lines = "1\n".repeat(101);
    let refused = batch::parse(lines.as_bytes(), (Layout::Lines, false), 100, now())
        .map_err(status)
        .err();
    assert_eq!(refused, Some(StatusCode::PAYLOAD_TOO_LARGE));
}

async fn gzip(source: impl tokio::io::AsyncRead + Unpin) -> Vec<u8> {
    let source = tokio::io::BufReader::with_capacity(1024 * 1024, source);
    let mut encoder =
        async_compression::tokio::bufread::GzipEncoder::with_quality(source, async_compression::Level::Fastest);
    let mut out = Vec::new();
    encoder.read_to_end(&mut out).await.unwrap();
    out
}

async fn zstd(source: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    async_compression::tokio::bufread::ZstdEncoder::new(source)
        .read_to_end(&mut out)
        .await
        .unwrap();
    out
}

async fn read(headers: &HeaderMap, bytes: impl Into<Bytes>) -> Result<Vec<u8>, StatusCode> {
    let budget = Budget::new(64 * 1024 * 1024);
    body::read(headers, Body::from(bytes.into()), LIMIT, &budget)
        .await
        .map(|held| held.bytes)
        .map_err(status)
}

#[tokio::test]
async fn what_was_compressed_arrives_as_it_was() {
    let text = (0..20_000)
        .map(|n| format!("line {n}\n"))
        .collect::<String>()
        .into_bytes();
    let (gz, zst) = (gzip(&text[..]).await, zstd(&text).await);
    assert_eq!(read(&HeaderMap::new(), text.clone()).await.as_ref(), Ok(&text));
    assert_eq!(read(&encoded("gzip"), gz.clone()).await.as_ref(), Ok(&text));
    assert_eq!(read(&encoded("zstd"), zst).await.as_ref(), Ok(&text));
    let twice = [gz.clone(), gz.clone()].concat();
    assert_eq!(read(&encoded("gzip"), twice).await.unwrap().len(), 2 * text.len());
    assert_eq!(
        read(&encoded("gzip"), gz[..gz.len() / 2].to_vec()).await,
        Err(StatusCode::BAD_REQUEST)
    );
    assert_eq!(read(&encoded("gzip"), text.clone()).await, Err(StatusCode::BAD_REQUEST));
    for unknown in ["br", "gzip, gzip", "deflate"] {
        assert_eq!(
            read(&encoded(unknown), text.clone()).await,
            Err(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        );
    }
}

#[tokio::test]
async fn a_gigabyte_in_a_megabyte_is_refused_at_once() {
    let bomb = gzip(tokio::io::repeat(b' ').take(1 << 30)).await;
    let begun = std::time::Instant::now();
    assert_eq!(read(&encoded("gzip"), bomb).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    // A frame header that asks for a window of 2 GiB: magic, no size, window descriptor of exponent 21.
    let greedy = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 21 << 3, 0x01, 0x00, 0x00];
    assert_eq!(
        read(&encoded("zstd"), greedy.to_vec()).await,
        Err(StatusCode::BAD_REQUEST)
    );
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_one_at_the_limit_is_not() {
    assert_eq!(
        read(&HeaderMap::new(), vec![b'x'; LIMIT])
            .await
            .map(|bytes| bytes.len()),
        Ok(LIMIT)
    );
    assert_eq!(
        read(&HeaderMap::new(), vec![b'x'; LIMIT + 1]).await,
        Err(StatusCode::PAYLOAD_TOO_LARGE)
    );
}

#[tokio::test]
async fn bodies_wait_for_memory_only_for_a_moment() {
    let budget = Budget::new(1024 * 1024);
    let half = || Body::from(vec![b'x'; 700 * 1024]);
    let held = body::read(&HeaderMap::new(), half(), LIMIT, &budget).await.unwrap();
    let second = body::read(&HeaderMap::new(), half(), LIMIT, &budget)
        .await
        .map(|_| ())
        .map_err(status);
    assert_eq!(second, Err(StatusCode::SERVICE_UNAVAILABLE));
    let small = body::read(&HeaderMap::new(), Body::from("{}"), LIMIT, &budget).await;
    assert!(small.is_ok(), "a small body needs none of it");
    drop(held);
    assert!(body::read(&HeaderMap::new(), half(), LIMIT, &budget).await.is_ok());
}

#[tokio::test]
async fn bodies_that_begin_and_stall_keep_no_large_one_from_being_read() {
    let budget = Budget::new(LIMIT);
    let headers = HeaderMap::new();
    let stalled = || {
        let begun = futures::stream::once(async { Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 900 * 1024])) });
        Body::from_stream(begun.chain(futures::stream::pending()))
    };
    let waiting: Vec<_> = (0..8)
        .map(|_| Box::pin(body::read(&headers, stalled(), LIMIT, &budget)))
        .collect();
    let mut waiting = futures::future::select_all(waiting);
    assert!(futures::poll!(&mut waiting).is_pending());
    // Of unknown length, so it takes all that it may come to.
    let frames = vec![b'x'; LIMIT]
        .chunks(64 * 1024)
        .map(Bytes::copy_from_slice)
        .collect::<Vec<_>>();
    let large = Body::from_stream(futures::stream::iter(frames).map(Ok::<_, std::io::Error>));
    let read = body::read(&headers, large, LIMIT, &budget).await.map_err(status);
    assert_eq!(read.map(|held| held.bytes.len()), Ok(LIMIT));
}

#[test]
fn a_schema_means_the_same_in_every_area_that_names_it() {
    let mut known: std::collections::HashMap<String, (usize, serde_json::Value)> = std::collections::HashMap::new();
    for (area, document) in super::openapi::areas().into_iter().enumerate() {
        let schemas = document
            .components
            .map(|components| components.schemas)
            .unwrap_or_default();
        for (name, schema) in schemas {
            let schema = serde_json::to_value(schema).unwrap();
            let (first, same) = known.entry(name.clone()).or_insert_with(|| (area, schema.clone()));
            assert_eq!(
                *same, schema,
                "`{name}` of area {area} is another than that of area {first}"
            );
        }
    }
}

#[test]
fn nobody_is_told_to_repeat_what_may_have_been_done() {
    let unknown = || app::Unavailable::Unknown("fsync".into());
    for problem in [
        Problem::unavailable(unknown()),
        app::ChangeError::from(unknown()).into(),
    ] {
        let text = format!("{problem:?}");
        assert!(
            text.contains("unknown_outcome") && !text.contains("Nothing was recorded"),
            "{text}"
        );
        assert_eq!(status(problem), StatusCode::INTERNAL_SERVER_ERROR);
    }
    let known = Problem::unavailable(app::Unavailable::Unchanged("read".into()));
    assert_eq!(status(known), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_panic_is_answered_500_by_the_api_and_is_not_worth_repeating() {
    let panicked = || async {
        tokio::spawn(async { panic!("as a test") })
            .await
            .map(|(): ()| ())
            .unwrap_err()
    };
    let pages = [
        crate::shell::PageError::unavailable(panicked().await),
        crate::shell::PageError::internal("x"),
    ];
    for problem in pages
        .map(Problem::from)
        .into_iter()
        .chain([Problem::unavailable(panicked().await)])
    {
        let answer = problem.draw("req_1");
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!answer.headers().contains_key(header::RETRY_AFTER));
    }
    assert_eq!(
        status(Problem::unavailable("the disk is away")),
        StatusCode::SERVICE_UNAVAILABLE
    );
}
