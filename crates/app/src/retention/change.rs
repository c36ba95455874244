//! Changing how long activities are kept. Removes nothing by itself.

use activity::Change;
use activity::catalogue::Heading;
use store::log::retention as table;

use super::{MOST_DAYS, Rules};
use crate::{App, Caller, ChangeError, FieldError, facts};

/// The most characters of a reason.
const REASON: usize = 500;

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
    check(wanted)?;
    let mut tx = app.begin().await?;
    let before = Rules::of_rows(&table::rules(&mut tx).await?);
    let changes = changes(&before, &wanted.rules);
    if changes.is_empty() {
        return Ok(());
    }
    table::set_rules(&mut tx, &wanted.rules.rows()).await?;
    let mut changed = facts::of_installation(app, caller, "retention.changed");
    changed.changes = changes;
    changed.description = Some(wanted.reason.trim().to_owned());
    Ok(tx.commit(changed).await?)
}

fn check(wanted: &Wanted) -> Result<(), ChangeError> {
    let mut errors = Vec::new();
    let length = wanted.reason.trim().chars().count();
    if length == 0 {
        errors.push(FieldError::new("reason", "Say why: it is kept with the change."));
    } else if length > REASON {
        errors.push(FieldError::new(
            "reason",
            format!("The reason has {length} characters; {REASON} is the most."),
        ));
    }
    let rules = &wanted.rules;
    let all = rules.of.values().chain([&rules.others]);
    if all
        .filter_map(|keep| keep.days())
        .any(|days| !(1..=MOST_DAYS).contains(&days))
    {
        let most = format!("Activities are kept for 1 to {MOST_DAYS} days, or for ever.");
        errors.push(FieldError::new("days", most));
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(ChangeError::Invalid(errors)),
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
