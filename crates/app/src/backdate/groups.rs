//! The past of groups: who is in them by now.

use activity::Time;
use store::groups::member::{self, MemberRow};
use store::groups::{GroupRole, default_group};

use super::at_the_machine;
use crate::{App, Caller, ChangeError, Quiet};

/// A membership that the past led to.
#[derive(Clone, Debug)]
pub struct PastMember {
    /// The group's id.
    pub group_id: String,
    /// The account's id.
    pub user_id: String,
    /// When they joined.
    pub joined_at: Time,
    /// Whether it is their default group.
    pub is_default: bool,
}

/// Writes the memberships into the groups. Who is in a group already stays as they are.
pub async fn groups(app: &App, caller: &Caller, members: &[PastMember]) -> Result<(), ChangeError> {
    at_the_machine(caller)?;
    let row = |past: &PastMember| MemberRow {
        group_id: past.group_id.clone(),
        account_id: past.user_id.clone(),
        role: GroupRole::Member,
        joined_at: past.joined_at,
        version: 1,
    };
    let rows: Vec<MemberRow> = members.iter().map(row).collect();
    let mut tx = app.begin().await?;
    member::insert_all(&mut tx, &rows).await?;
    for past in members.iter().filter(|past| past.is_default) {
        default_group::set(&mut tx, &past.user_id, &past.group_id).await?;
    }
    tx.commit_quietly(Quiet::Past).await?;
    Ok(())
}
