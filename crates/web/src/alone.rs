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

/// What may come, and what answers it.
#[derive(Clone)]
pub struct Alone {
    path: &'static str,
    most_bytes: usize,
    answer: Arc<dyn Fn(&[u8]) -> Given + Send + Sync>,
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
