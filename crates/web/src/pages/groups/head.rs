//! What stands above every page of a group: its name, the group above it, and the tabs that its reader may open.
//! Owns no page.

use app::Caller;
use app::groups::{Group, Standing};

use crate::AppState;
use crate::shell::{Href, PageError, refused};

/// What `groups/tabs.html` needs; a field `group` of every page struct of a group.
#[derive(Clone, Debug)]
pub(crate) struct GroupShell {
    /// The group as the caller sees it.
    pub(crate) group: Group,
    /// Whether the caller reads the group's log.
    pub(crate) reads_log: bool,
    /// Whether the caller may open the page of the group above.
    pub(crate) opens_parent: bool,
}

/// One tab of a group's pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tab {
    /// What it says.
    pub(crate) label: &'static str,
    /// Where it goes.
    pub(crate) href: Href,
}

impl GroupShell {
    /// The group with this id, or the page that says there is none that the caller may know of.
    pub(crate) async fn load(state: &AppState, caller: &Caller, id: &str) -> Result<Self, PageError> {
        let group = app::groups::get(state.app(), caller, id).await.map_err(refused)?;
        let opens_parent = match &group.parent {
            _ if caller.reads_everything() => true,
            Some(parent) => {
                let above = app::groups::standing(state.app(), caller, &parent.id).await;
                above.map_err(PageError::unavailable)?.is_some()
            }
            None => false,
        };
        Ok(Self {
            reads_log: caller.may_read() && group.standing.is_none_or(Standing::manages),
            opens_parent,
            group,
        })
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.group.name
    }

    /// The path of its page.
    pub(crate) fn path(&self) -> Href {
        Href::to(&["groups", &self.group.id])
    }

    /// Whether the caller looks after its members, invitations, subgroups and sessions.
    pub(crate) fn manages(&self) -> bool {
        self.group.standing.is_some_and(Standing::manages)
    }

    /// Whether the caller decides about its owners, its security and its end.
    pub(crate) fn owns(&self) -> bool {
        self.group.standing.is_some_and(Standing::owns)
    }

    /// Whether the caller is shown what only managers and auditors see.
    pub(crate) fn sees_all(&self) -> bool {
        self.group.standing.is_none_or(Standing::manages)
    }

    /// The tabs that the caller may open.
    pub(crate) fn tabs(&self) -> Vec<Tab> {
        let path = self.path();
        let tabs = [
            ("Members", None, true),
            ("Invitations", Some("invitations"), self.sees_all()),
            ("Subgroups", Some("subgroups"), self.group.parent.is_none()),
            ("Sessions", Some("sessions"), true),
            ("Activity", Some("activity"), self.reads_log),
            ("Settings", Some("settings"), self.manages()),
        ];
        let shown = tabs.into_iter().filter(|(_, _, is_shown)| *is_shown);
        shown
            .map(|(label, below, _)| Tab {
                label,
                href: below.into_iter().fold(path.clone(), Href::then),
            })
            .collect()
    }
}
