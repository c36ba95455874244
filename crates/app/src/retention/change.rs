//! Changing how long activities are kept. Removes nothing by itself.

use activity::Change;
use activity::Heading;
use store::log::retention as table;

use super::{MOST_DAYS, Rules};
use crate::holds::reason_of;
use crate::{App, Caller, ChangeError, facts};

/// Rules that somebody wants, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The rules.
    pub rules: Rules,
    /// Why, in the words of whoever changes them.
    pub reason: String,
}

/// Puts these rules in the place of those that there are. They are so already: nothing happens.
///
/// # Errors
/// [`ChangeError::Forbidden`] for all but administrators; [`ChangeError::Invalid`] without a reason, or with a number of days
/// that there cannot be.
pub async fn change(app: &App, caller: &Caller, wanted: &Wanted) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    check(&wanted.rules)?;
    let reason = reason_of(&wanted.reason, "the rules change")?;
    let mut tx = app.begin().await?;
    let before = Rules::of_rows(&table::rules(&mut tx).await?);
    let changes = changes(&before, &wanted.rules);
    if changes.is_empty() {
        return Ok(());
    }
    table::set_rules(&mut tx, &wanted.rules.rows()).await?;
    let mut changed = facts::of_installation(app, caller, "retention.changed");
    changed.changes = changes;
    changed.metadata.insert("reason".to_owned(), facts::shortened(&reason));
    Ok(tx.commit(changed).await?)
}

fn check(rules: &Rules) -> Result<(), ChangeError> {
    let all = rules.of.values().chain([&rules.others]);
    match all
        .filter_map(|keep| keep.days())
        .all(|days| (1..=MOST_DAYS).contains(&days))
    {
        true => Ok(()),
        false => Err(ChangeError::invalid(
            "days",
            format!("Activities are kept for 1 to {MOST_DAYS} days, or for ever."),
        )),
    }
}

/// What differs, each as it was and as it is.
fn changes(before: &Rules, after: &Rules) -> Vec<Change> {
    let said = |rules: &Rules, heading| rules.of.get(&heading).map(ToString::to_string);
    let others = (
        "default",
        Some(before.others.to_string()),
        Some(after.others.to_string()),
    );
    let of = Heading::ALL.map(|heading| (heading.word(), said(before, heading), said(after, heading)));
    let changed = [others]
        .into_iter()
        .chain(of)
        .filter(|(_, before, after)| before != after);
    changed
        .map(|(field, before, after)| Change {
            field: field.to_owned(),
            before,
            after,
        })
        .collect()
}
