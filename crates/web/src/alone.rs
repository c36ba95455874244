//! One route that is no installation's: bytes come, an answer goes. Owns how many bytes are read and how long that takes;
//! what is answered is its caller's.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use crate::Limits;

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The status.
    pub status: u16,
    /// The type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

type Answering = dyn Fn(&[u8]) -> Given + Send + Sync;

/// What may come, and what answers it.
#[derive(Clone)]
pub struct Alone {
    path: &'static str,
    most_bytes: usize,
    answer: Arc<Answering>,
}

impl Alone {
    /// Answers what is posted to `path` with `answer`, which may take its time. Of a body longer than `most_bytes`, that
    /// many and some more are given to it: enough to tell that it is too long.
    #[must_use]
    pub fn new(path: &'static str, most_bytes: usize, answer: impl Fn(&[u8]) -> Given + Send + Sync + 'static) -> Self {
        Self {
            path,
            most_bytes,
            answer: Arc::new(answer),
        }
    }

    pub(crate) fn router(self, limits: &Limits) -> Router {
        let (path, patience) = (self.path, Duration::from_millis(limits.body_ms));
        let handler = move |request: Request| self.clone().handle(request, patience);
        Router::new().route(path, post(handler))
    }

    async fn handle(self, request: Request, patience: Duration) -> Response {
        let body = match timeout(patience, read(request.into_body(), self.most_bytes)).await {
            Ok(Some(body)) => body,
            Ok(None) => return plain(StatusCode::BAD_REQUEST, "the request broke off\n"),
            Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, "the request did not arrive in time\n"),
        };
        let answered = tokio::task::spawn_blocking(move || (self.answer)(&body)).await;
        let Ok(given) = answered else {
            return plain(StatusCode::INTERNAL_SERVER_ERROR, "a mistake of ours\n");
        };
        let status = StatusCode::from_u16(given.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = HeaderValue::from_static(given.content_type);
        (status, [(header::CONTENT_TYPE, kind)], given.body).into_response()
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}

/// The bytes of a body until it is longer than `most`; `None` if it broke off.
async fn read(mut body: Body, most: usize) -> Option<Vec<u8>> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(part) = frame.ok()?.into_data() {
            read.extend_from_slice(&part);
        }
        if read.len() > most {
            break;
        }
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use bytes::Bytes;
    use futures::{StreamExt as _, stream};
    use tower::ServiceExt as _;

    use super::*;

    const MOST: usize = 1000;

    /// What is answered to this body: the status and the text, which says how many bytes were read.
    async fn answered(body: Body) -> (u16, String) {
        let limits = Limits {
            body_ms: 50,
            ..Limits::default()
        };
        let alone = Alone::new("/here", MOST, |body| Given {
            status: 418,
            content_type: "text/x.test",
            body: body.len().to_string(),
        });
        let request = Request::post("/here").body(body).unwrap();
        let answer = alone.router(&limits).oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(text.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_body_is_read_to_its_end_or_until_it_is_known_to_be_too_long() {
        for bytes in [0, 1, MOST - 1, MOST] {
            assert_eq!(answered(Body::from(vec![b'a'; bytes])).await, (418, bytes.to_string()));
        }
        let part = || Ok::<_, Infallible>(Bytes::from_static(&[b'a'; 64]));
        let endless = stream::repeat_with(part);
        let (status, read) = answered(Body::from_stream(endless)).await;
        let read: usize = read.parse().unwrap();
        assert!(status == 418 && read > MOST && read <= MOST + 64, "{read}");
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_and_one_that_breaks_off_are_not_waited_for() {
        let begun = || stream::iter([Ok(Bytes::from_static(b"old 0\n"))]);
        let stalled = begun().chain(stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(answered(Body::from_stream(stalled)).await.0, 408);
        let broken = begun().chain(stream::iter([Err(std::io::Error::other("gone"))]));
        assert_eq!(answered(Body::from_stream(broken)).await.0, 400);
    }
}
