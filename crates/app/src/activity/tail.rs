//! The live tail of a view: what is recorded from now on, or from a cursor on, handed out as it comes. It is following
//! that waits for the log to grow; what is given, to whom and with which trace is decided by `follow`, each time anew.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::cursor::{self, read_follow};
use super::scope::{Question, Scoped};
use super::{FollowPage, FollowRequest, LogScope, ViewError, follow};
use crate::{App, Caller};

/// How long a tail rests after it has given something: what is recorded meanwhile comes together.
const REST: Duration = Duration::from_millis(500);

/// A tail of one view.
#[derive(Debug)]
pub struct Tail {
    scope: LogScope,
    request: FollowRequest,
    /// The log's size as far as is known here; changes with every commit.
    size: watch::Receiver<u64>,
    /// Whether more is known to be there than was given.
    is_behind: bool,
    rests_until: Instant,
}

/// Begins a tail of what `caller` may see of `scope`: behind the request's cursor, else with what is recorded from now
/// on. It looks by itself, never ahead of whoever reads it.
pub async fn tail(app: &App, caller: &Caller, scope: LogScope, mut request: FollowRequest) -> Result<Tail, ViewError> {
    let question = Question {
        q: &request.q,
        from: request.from,
        to: request.to,
        zone: &request.zone,
    };
    let size = app.log().watch();
    let scoped = Scoped::new(app, caller, &scope, question).await?;
    read_follow(request.after.as_deref())?;
    let is_behind = request.after.is_some();
    if !is_behind {
        request.after = Some(cursor::follow(scoped.log.complete_through().size));
    }
    Ok(Tail {
        scope,
        request,
        size,
        is_behind,
        rests_until: Instant::now(),
    })
}

/// Whether `caller` may still read this scope.
pub async fn may_read(app: &App, caller: &Caller, scope: &LogScope) -> Result<bool, ViewError> {
    match scope.allowed(app, caller).await {
        Ok(_) => Ok(true),
        Err(ViewError::Forbidden | ViewError::NoSuchGroup) => Ok(false),
        Err(error) => Err(error),
    }
}

impl Tail {
    /// Whose log it is of.
    #[must_use]
    pub fn scope(&self) -> &LogScope {
        &self.scope
    }

    /// Where it would go on: the cursor behind everything that was given.
    #[must_use]
    pub fn cursor(&self) -> &str {
        self.request.after.as_deref().unwrap_or_default()
    }

    /// Done as soon as there may be something to give. May be given up at any time.
    pub async fn wait(&mut self) {
        sleep_until(self.rests_until).await;
        if !self.is_behind && self.size.changed().await.is_err() {
            // The log is closed: nothing more will come.
            std::future::pending::<()>().await;
        }
        self.is_behind = true;
    }

    /// The next rows, in order of recording; perhaps none.
    pub async fn next(&mut self, app: &App, caller: &Caller) -> Result<FollowPage, ViewError> {
        // Guarantee: what is committed from here on is told again, so the look below may miss it.
        self.size.mark_unchanged();
        let page = follow(app, caller, &self.scope, &self.request).await?;
        self.request.after = Some(page.next.clone());
        self.is_behind = page.has_more;
        self.rests_until = Instant::now() + REST;
        Ok(page)
    }
}
