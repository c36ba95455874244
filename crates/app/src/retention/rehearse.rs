//! What rules would remove now: counted by what would remove it, and nothing is changed.

use activity::Time;
use engine::{Removal, Retention};

use super::Rules;
use crate::holds::held_persons;
use crate::{App, Caller, ChangeError, Unavailable};

/// What these rules would remove now, by heading; nothing of what is kept for ever.
///
/// # Errors
/// [`ChangeError::Forbidden`] for whoever may not read everything.
pub async fn rehearse(app: &App, caller: &Caller, rules: &Rules) -> Result<Vec<Removal>, ChangeError> {
    if !caller.reads_everything() {
        return Err(ChangeError::Forbidden);
    }
    Ok(due(app, rules).await?.1)
}

/// Whose activities stay, and what goes now.
pub(super) async fn due(app: &App, rules: &Rules) -> Result<(Vec<String>, Vec<Removal>), Unavailable> {
    let of = Retention {
        cuts: rules.cuts(by_now(app)),
        held: held_persons(&mut app.store().glance().await?).await?,
    };
    let removals = app.log().rehearse(&of).await?;
    Ok((of.held, removals))
}

/// The present moment by the clock or by what has passed, whichever is earlier: a clock that was set forward removes nothing.
fn by_now(app: &App) -> Time {
    app.now().min(app.log().by_what_passed())
}
