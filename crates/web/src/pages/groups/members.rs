//! Members of a group: found by a beginning, narrowed by role.

use app::Topic;
use app::groups::{self, GroupRole, Member, MemberPage, MemberSearch};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::{GroupShell, LIMIT, role_name};
use crate::AppState;
use crate::shell::{PageError, Pager, Query, RequestContext, Shell, SignedIn, cursor, filters, live, refused, render};

#[derive(Template)]
#[template(path = "groups/members.html")]
pub(super) struct MembersPage {
    pub(super) shell: Shell,
    pub(super) group: GroupShell,
    pub(super) asked: Asked,
    pub(super) page: MemberPage,
    /// Id of the reader.
    pub(super) me: String,
    /// Whether the reader puts accounts into groups without inviting them.
    pub(super) may_add: bool,
}

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) find: String,
    pub(super) role: String,
    pub(super) after: String,
}

impl MembersPage {
    fn pager(&self) -> Pager {
        let Asked { find, role, after } = &self.asked;
        let kept = [("find", find.as_str()), ("role", role)];
        Pager::new(self.group.path(), &kept, after, &self.page.turns)
    }

    fn narrows(&self) -> bool {
        !self.asked.find.is_empty() || !self.asked.role.is_empty()
    }

    /// The roles the reader gives to members: all, or without owner.
    fn roles(&self) -> Vec<GroupRole> {
        let may = |role: &GroupRole| self.group.owns() || *role != GroupRole::Owner;
        GroupRole::ALL.into_iter().filter(may).collect()
    }

    /// Whether the reader changes this member's role, or removes them.
    fn may_change(&self, member: &Member) -> bool {
        self.group.owns() || (self.group.manages() && member.role != GroupRole::Owner)
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Result<Response, PageError> {
    let group = GroupShell::load(&state, &caller, &id).await?;
    let search = MemberSearch {
        find: asked.find.clone(),
        role: GroupRole::from_code(&asked.role),
        after: cursor(&asked.after),
        limit: LIMIT,
    };
    let page = groups::list_members(state.app(), &caller, &id, &search)
        .await
        .map_err(refused)?;
    render(&MembersPage {
        shell,
        group,
        asked,
        page,
        may_add: caller.is_administrator(),
        me: caller.person.id,
    })
}

/// What says that the group has changed, to the pages of it that are open.
pub(super) async fn stream(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    context: RequestContext,
) -> Result<Response, PageError> {
    GroupShell::load(&state, &caller, &id).await?;
    Ok(live(&state, &context, vec![Topic::Group(id)]))
}
