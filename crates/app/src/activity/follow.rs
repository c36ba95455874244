//! Following the log in the order of recording: nothing is ever skipped, and there is always a next page.

use activity::{Activity, Time};
use jiff::tz::TimeZone;

use super::{CompleteThrough, Scope, ViewError};
use crate::{App, Caller};

/// What is followed.
#[derive(Clone, Debug)]
pub struct FollowRequest {
    /// The query as typed.
    pub q: String,
    /// Only what happened at or after this.
    pub from: Option<Time>,
    /// Only what happened before this.
    pub to: Option<Time>,
    /// The zone that dates in the query are read in.
    pub zone: TimeZone,
    /// A cursor from [`FollowPage::next`]; `None` begins with the oldest.
    pub after: Option<String>,
    /// Most rows of the page, 1–1000.
    pub limit: usize,
}

/// One page of a followed log.
#[derive(Clone, Debug)]
pub struct FollowPage {
    /// The rows, in order of recording.
    pub rows: Vec<Activity>,
    /// Where to go on; always there.
    pub next: String,
    /// Whether more rows are known to be waiting.
    pub has_more: bool,
    /// Up to where this answer is complete.
    pub complete_through: CompleteThrough,
}

/// The next rows of what `caller` may see of `scope`, in order of recording.
pub async fn follow(
    app: &App,
    caller: &Caller,
    scope: &Scope,
    request: &FollowRequest,
) -> Result<FollowPage, ViewError> {
    let _ = (app, caller, scope, request);
    Err(ViewError::Forbidden)
}
