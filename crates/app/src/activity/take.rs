//! All rows of a view, a chunk at a time in constant memory, each told of before it is given.

use engine::Order;

use super::scope::{Question, Scoped};
use super::view::count;
use super::{CompleteThrough, Delivery, Disclosure, LogScope, Rows, UnseenScan, ViewError, ViewRequest};
use crate::{App, Caller};

/// All rows of a view, on their way to a reader.
pub struct Taken {
    /// How many are expected; more or fewer may come where they are found without being counted exactly.
    pub expected: u64,
    /// What was asked for, in canonical form.
    pub query: String,
    /// Up to where they are complete.
    pub complete_through: CompleteThrough,
    scan: UnseenScan,
    disclosure: Disclosure,
}

/// Begins to take everything that `caller` may see of `scope`, newest first. Cursor and limit of the request do not
/// matter.
pub async fn take(app: &App, caller: &Caller, scope: &LogScope, request: &ViewRequest) -> Result<Taken, ViewError> {
    if !caller.may_export() {
        return Err(ViewError::Forbidden);
    }
    let question = Question {
        q: &request.q,
        from: request.from,
        to: request.to,
        zone: &request.zone,
    };
    let scoped = Scoped::new(app, caller, scope, question)
        .await?
        .hiding_reads(request.hides_reads)
        .unhurried();
    let expected = count(&scoped, &scoped.bound, u64::MAX).await?.n;
    let scan = app.log().scan(scoped.bound.clone(), Order::Newest).await?;
    Ok(Taken {
        expected,
        query: scoped.text(),
        complete_through: scan.complete_through().into(),
        scan,
        disclosure: Disclosure::new(app, caller, &scoped, Delivery::All),
    })
}

impl Taken {
    /// The next rows; `None` at the end, when the number of everybody's rows is written as well.
    pub async fn next(&mut self) -> Result<Option<Rows>, ViewError> {
        match self.scan.next_chunk().await {
            Some(rows) => Ok(Some(self.disclosure.give(rows?).await?)),
            None => self.disclosure.finish().await.map(|()| None),
        }
    }
}
