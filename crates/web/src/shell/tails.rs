//! What a tail of a log says alike to a page and to a program: that its reader's rights ended, and where it is.

use app::Caller;
use app::activity::{Tail, may_read};
use axum::body::Bytes;
use serde_json::json;

use super::stream::{News, event};
use crate::AppState;

/// The last that somebody hears who may not read this log any more.
pub(crate) fn rights_ended() -> News {
    News::Last(event(
        "ended",
        "",
        &json!({ "reason": "may not read this log any more" }),
    ))
}

/// Whether this caller may still read the log of this tail.
pub(crate) async fn may_hear(state: &AppState, caller: &Caller, tail: &Tail) -> bool {
    // A database that does not answer just now ends nothing.
    may_read(state.app(), caller, tail.scope()).await.unwrap_or(true)
}

/// Where to go on from, without an event.
pub(crate) fn still_there(tail: &Tail) -> Bytes {
    format!("id: {}\n\n", tail.cursor()).into()
}
