//! Groups: the reader's own, or all of them for administrators and auditors.

use app::Page;
use app::groups::{self, Group, GroupSearch};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::{LIMIT, role_name};
use crate::AppState;
use crate::shell::{PageError, Pager, Query, Shell, SignedIn, cursor, filters, refused, render};

#[derive(Template)]
#[template(path = "groups/list.html")]
pub(super) struct ListPage {
    pub(super) shell: Shell,
    pub(super) asked: Asked,
    /// Whether all groups are shown, not only the reader's own.
    pub(super) all: bool,
    pub(super) reads_all: bool,
    pub(super) may_create: bool,
    pub(super) page: Page<Group>,
}

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) find: String,
    /// `mine` for who may see all.
    pub(super) show: String,
    pub(super) after: String,
}

impl ListPage {
    fn pager(&self) -> Pager {
        let Asked { find, show, after } = &self.asked;
        let kept = [("find", find.as_str()), ("show", show)];
        Pager::new("/groups", &kept, after, &self.page.turns)
    }

    fn narrows(&self) -> bool {
        !self.asked.find.is_empty() || (self.reads_all && !self.all)
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Result<Response, PageError> {
    let reads_all = caller.is_administrator() || caller.reads_everything();
    let all = reads_all && asked.show != "mine";
    let search = GroupSearch {
        find: asked.find.clone(),
        all,
        after: cursor(&asked.after),
        limit: LIMIT,
    };
    let page = groups::list(state.app(), &caller, &search).await.map_err(refused)?;
    render(&ListPage {
        shell,
        asked,
        all,
        reads_all,
        may_create: caller.is_administrator()
            || (caller.may_change() && state.app().settings().groups.members_may_create),
        page,
    })
}
