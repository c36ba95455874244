//! Renaming a group, and requiring a second factor of its members.

use activity::Change;
use store::groups::group::{self, GroupRow};
use store::groups::word;

use super::create::check_name;
use super::get::get_in;
use super::standing::managed;
use super::{Group, group_facts};
use crate::{App, Caller, ChangeError, names};

/// What is to change; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct EditGroup {
    /// Name.
    pub name: Option<String>,
    /// Whether its members, and those of its subgroups, need a second factor. For owners.
    pub requires_second_factor: Option<bool>,
}

/// Changes them, if the group still has the version `expected` (`None`: whatever it has). Nothing changed leaves no
/// activity.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: &str,
    edit: EditGroup,
    expected: Option<i64>,
) -> Result<Group, ChangeError> {
    caller.check_change()?;
    let mut tx = app.begin().await?;
    let (before, standing) = managed(&mut tx, caller, id).await?;
    let mut after = before.clone();
    if let Some(name) = &edit.name {
        after.name = names::tidy(name);
        after.name_key = names::found_by(&after.name);
        check_name(&after.name)?;
    }
    after.requires_second_factor = edit.requires_second_factor.unwrap_or(before.requires_second_factor);
    if after.requires_second_factor != before.requires_second_factor && !standing.owns() {
        return Err(ChangeError::Forbidden);
    }
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(ChangeError::Stale);
    }
    if after != before {
        if !group::edit(&mut tx, &after).await? {
            return Err(ChangeError::Stale);
        }
        let words: Vec<_> = names::beginnings(&after.name_key).into_iter().collect();
        word::replace(&mut tx, id, &words).await?;
        group_facts::tell(&mut tx, id, None);
    }
    let group = get_in(&mut tx, caller, id).await?;
    tx.commit_if_any(activities(app, caller, &before, &after)).await?;
    Ok(group)
}

fn activities(app: &App, caller: &Caller, before: &GroupRow, after: &GroupRow) -> Vec<activity::Facts> {
    let mut activities = Vec::new();
    if after.name != before.name {
        let mut renamed = group_facts::of_group(app, caller, "group.renamed", &after.named());
        renamed.changes = vec![Change {
            field: "name".to_owned(),
            before: Some(before.name.clone()),
            after: Some(after.name.clone()),
        }];
        activities.push(renamed);
    }
    if after.requires_second_factor != before.requires_second_factor {
        let code = if after.requires_second_factor {
            "group.second_factor_required"
        } else {
            "group.second_factor_not_required"
        };
        activities.push(group_facts::of_group(app, caller, code, &after.named()));
    }
    activities
}
