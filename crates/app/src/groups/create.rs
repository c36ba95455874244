//! Creating a group.

use activity::Named;
use serde::Serialize;
use store::accounts::account;
use store::groups::group::{self, GroupRow};
use store::groups::member::{self, MemberRow};
use store::groups::{GroupRole, word};

use super::get::get_in;
use super::{Group, group_facts};
use crate::ids::{Prefix, new_id};
use crate::{Activities, App, Begun, Caller, ChangeError, FieldError, Tx, Via, limits, names};

/// The group to create.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewGroup {
    /// Name.
    pub name: String,
    /// Whether its members need a second factor.
    pub requires_second_factor: bool,
    /// The account that owns it; the caller if absent. Only administrators of the installation name another.
    pub owner: Option<String>,
}

/// Creates a group and makes its creator, or the named account, its owner.
pub async fn create(app: &App, caller: &Caller, new: NewGroup) -> Result<Group, ChangeError> {
    caller.check_change()?;
    if !(caller.is_administrator() || app.settings().groups.members_may_create) {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = match app.begin_once::<String>(caller, "groups/create", &new).await? {
        Begun::Now(tx) => tx,
        Begun::Before(mut tx, id) => return get_in(&mut tx, caller, &id).await,
    };
    let (id, activities) = insert(app, caller, &mut tx, new, None).await?;
    tx.answered(&id).await?;
    let group = get_in(&mut tx, caller, &id).await?;
    tx.commit(activities).await?;
    Ok(group)
}

/// Inserts the group with its owner, and returns its id and the activities of it.
pub(super) async fn insert(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    new: NewGroup,
    parent: Option<Named>,
) -> Result<(String, Activities), ChangeError> {
    let name = names::tidy(&new.name);
    check_name(&name)?;
    let owner = owner(caller, new.owner)?;
    let now = app.now();
    let row = GroupRow {
        id: new_id(app, Prefix::Group),
        parent,
        name_key: names::found_by(&name),
        name,
        requires_second_factor: new.requires_second_factor,
        version: 1,
        created_at: now,
        created_by: caller.person.id.clone(),
    };
    group::insert(tx, &row).await?;
    let words: Vec<_> = names::beginnings(&row.name_key).into_iter().collect();
    word::replace(tx, &row.id, &words).await?;
    let member = MemberRow {
        group_id: row.id.clone(),
        account_id: owner.clone(),
        role: GroupRole::Owner,
        joined_at: now,
        version: 1,
    };
    if !member::insert(tx, &member).await? {
        let text = format!("There is no user `{owner}`; give the id of an account.");
        return Err(ChangeError::invalid("owner_id", text));
    }
    let mut activities = Activities::from(group_facts::of_group(app, caller, "group.created", &row.named()));
    if new.requires_second_factor {
        let code = "group.second_factor_required";
        activities.push(group_facts::of_group(app, caller, code, &row.named()));
    }
    if owner != caller.person.id
        && let Some(account) = account::get(tx, &owner).await?
    {
        let mut added = group_facts::of_member(app, caller, "group.member_added", &account.person(), &row.named());
        let role = GroupRole::Owner.code().to_owned();
        added.metadata.insert("role".to_owned(), role);
        activities.push(added);
    }
    group_facts::tell(
        tx,
        row.parent.as_ref().map_or(&row.id, |parent| &parent.id),
        Some(&owner),
    );
    Ok((row.id, activities))
}

/// Refuses a name that cannot be a group's.
pub(super) fn check_name(name: &str) -> Result<(), ChangeError> {
    let mut errors = Vec::new();
    names::check_text("name", "name", name, limits::GROUP_NAME, &mut errors);
    if name.is_empty() {
        errors.push(FieldError::new("name", "Give the group a name."));
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ChangeError::Invalid(errors))
    }
}

fn owner(caller: &Caller, named: Option<String>) -> Result<String, ChangeError> {
    match named {
        Some(id) if id == caller.person.id || caller.is_administrator() => Ok(id),
        Some(_) => Err(ChangeError::Forbidden),
        None if caller.via == Via::CommandLine => {
            let text = "Say which account owns the group: the command itself cannot.";
            Err(ChangeError::invalid("owner_id", text))
        }
        None => Ok(caller.person.id.clone()),
    }
}
