//! Says of usernames that are older than the question what they look like, the oldest accounts first. Two that look
//! alike both stay, since people log in with them: only the older one keeps others away.

use std::error::Error as _;

use activity::likeness;
use store::accounts::skeleton::{self, Unfilled};

use crate::{App, Quiet, Unavailable};

/// The most in one transaction, so that others get their turn.
const BATCH: u32 = 500;
/// The most that are named in the log of the process; of the others it says how many.
const NAMED: u64 = 20;

/// Fills them in in the background; serving calls it. What fails is tried again at the next start.
pub fn fill_skeletons_later(app: &App) {
    let of = app.clone();
    app.tasks().once("usernames that look alike", async move {
        if let Err(error) = fill_skeletons(&of).await {
            tracing::warn!(error = %error, cause = ?error.source(), "not every username is kept from others that look like it; the next start goes on");
        }
    });
}

/// Fills them in, and returns how many accounts look like an older one.
pub async fn fill_skeletons(app: &App) -> Result<u64, Unavailable> {
    if !skeleton::any_missing(&mut app.store().read().await?).await? {
        return Ok(0);
    }
    let mut alike = 0;
    let mut last: Option<Unfilled> = None;
    loop {
        let mut tx = app.begin().await?;
        let batch = skeleton::missing(&mut tx, last.as_ref(), BATCH).await?;
        for of in &batch {
            if skeleton::fill(&mut tx, of, &likeness::skeleton(&of.username_key)).await? {
                continue;
            }
            alike += 1;
            if alike <= NAMED {
                tracing::warn!(
                    account = of.id,
                    "the username of this account looks like that of another; both keep theirs"
                );
            }
        }
        tx.commit_quietly(Quiet::Derived).await?;
        match batch.into_iter().next_back() {
            Some(of) => last = Some(of),
            None => break,
        }
    }
    if alike > NAMED {
        tracing::warn!(
            accounts = alike,
            "usernames look like those of other accounts; the first of them are named above"
        );
    }
    Ok(alike)
}
