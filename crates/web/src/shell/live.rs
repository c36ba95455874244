//! The stream of a live page: it says that something changed, never what; the page then asks for itself again.

use std::time::Duration;

use app::{Caller, Topic, Watch};
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};

use super::stream::{News, NoStream, RETRY_AFTER, Source, stream_of};
use super::{PageError, RequestContext};
use crate::AppState;

const CHANGED: &str = "event: changed\ndata: {}\n\n";

/// The stream for a page that shows these topics, for whoever is signed in.
pub(crate) fn live(state: &AppState, context: &RequestContext, topics: Vec<Topic>) -> Response {
    let opened = match context.known_caller() {
        Some(caller) => {
            let source = Changes(state.app().live().watch(topics));
            stream_of(state, (context, &HeaderMap::new()), caller.clone(), source)
        }
        None => Err(NoStream::Nobody),
    };
    opened.unwrap_or_else(|none| no_stream(&none).into_response())
}

/// Why a page has no stream.
pub(crate) fn no_stream(none: &NoStream) -> PageError {
    match none {
        NoStream::Nobody => PageError::SignIn { next: "/".to_owned() },
        NoStream::TooMany => PageError::TooMany {
            retry_after: RETRY_AFTER,
        },
    }
}

struct Changes(Watch);

impl Source for Changes {
    /// The page opens another, whose route checks again what the caller may see.
    const LIFE: Duration = Duration::from_secs(300);

    async fn wait(&mut self) {
        self.0.changed().await;
    }

    async fn say(&mut self, _: &Caller) -> News {
        News::Events(Bytes::from_static(CHANGED.as_bytes()))
    }

    async fn may_hear(&mut self, _: &Caller) -> bool {
        true
    }
}
