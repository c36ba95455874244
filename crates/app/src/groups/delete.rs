//! Deleting a group with its subgroups. Its name survives in the log.

use activity::{Facts, Reason};
use store::PageFrom;
use store::groups::list::{self, Groups, MemberQuery};
use store::groups::{GroupRow, group};

use super::group_facts;
use super::standing::managed;
use crate::{App, Caller, ChangeError, Topic, Tx};

/// Deletes a group, its subgroups, and what was waiting in them. For owners. Every other member's log says that the
/// membership ended.
pub async fn delete(app: &App, caller: &Caller, id: &str) -> Result<(), ChangeError> {
    caller.check_change()?;
    let mut tx = app.begin().await?;
    let (group, standing) = managed(&mut tx, caller, id).await?;
    if !standing.owns() {
        return Err(ChangeError::Forbidden);
    }
    let below = Groups::Below {
        parent: id.to_owned(),
        member: None,
    };
    let subgroups = list::groups(&mut tx, "", &below, &[], &PageFrom::First, u32::MAX).await?;
    let mut activities = Vec::new();
    for row in subgroups.into_iter().map(|listed| listed.row).chain([group]) {
        activities.extend(ending(app, caller, &mut tx, &row).await?);
    }
    group::delete(&mut tx, id).await?;
    Ok(tx.commit_if_any(activities).await?)
}

/// The end of one group and of each membership in it.
async fn ending(app: &App, caller: &Caller, tx: &mut Tx, group: &GroupRow) -> Result<Vec<Facts>, ChangeError> {
    let everybody = MemberQuery {
        group_id: group.id.clone(),
        words: Vec::new(),
        names_only: false,
        role: None,
        from: PageFrom::First,
    };
    let members = list::members(tx, &everybody, u32::MAX).await?;
    let mut deleted = group_facts::of_group(app, caller, "group.deleted", &group.named());
    deleted.metadata.insert("members".to_owned(), members.len().to_string());
    let mut topics = vec![Topic::Group(group.id.clone())];
    let mut activities = Vec::with_capacity(members.len() + 1);
    for member in members {
        topics.push(Topic::Account(member.account.id.clone()));
        if member.account.id != caller.person.id {
            let person = member.account.person();
            let removed = group_facts::of_member(app, caller, "group.member_removed", &person, &group.named());
            activities.push(removed.because(Reason::GroupDeleted));
        }
    }
    activities.push(deleted);
    tx.tell(topics);
    Ok(activities)
}
