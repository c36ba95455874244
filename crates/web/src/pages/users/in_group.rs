//! All Users narrowed to a group: which one, and the groups that are offered.

use app::groups::{self, Group, GroupSearch};
use app::{App, Caller, ChangeError};

use super::filters_kept::Kept;
use crate::shell::{Href, PageError, refused};

/// Groups offered at once; a part of its name finds any other.
const OFFERED: u32 = 8;

/// The chip of the group, and its menu.
#[derive(Debug, Default)]
pub(super) struct InGroup {
    /// The group that is chosen.
    pub(super) chosen: Option<Group>,
    /// The id of one that was chosen and is not there.
    pub(super) missing: Option<String>,
    /// What was typed to find one; `None` while nothing was.
    pub(super) typed: Option<String>,
    /// Those whose names fit.
    pub(super) offers: Vec<Group>,
    /// Whether there are more that fit.
    pub(super) more: bool,
}

impl InGroup {
    /// What `kept` narrows to, and what fits to the `typed` part of a name. A group that is not there narrows nothing
    /// and is forgotten: it may have been deleted since.
    pub(super) async fn of(
        app: &App,
        caller: &Caller,
        kept: &mut Kept,
        typed: Option<String>,
    ) -> Result<Self, PageError> {
        let mut found = Self::default();
        if let Some(id) = &kept.group {
            match groups::get(app, caller, id).await {
                Ok(group) => found.chosen = Some(group),
                Err(ChangeError::NotFound) => found.missing = Some(id.clone()),
                Err(error) => return Err(refused(error)),
            }
        }
        if found.missing.is_some() {
            kept.forget_group(app, caller).await?;
        }
        let search = GroupSearch {
            find: typed.clone().unwrap_or_default(),
            all: true,
            after: None,
            limit: OFFERED,
        };
        let page = groups::list(app, caller, &search).await.map_err(refused)?;
        found.more = page.turns.next.is_some();
        found.offers = page.rows;
        found.typed = typed;
        Ok(found)
    }

    /// The group that what was typed can only mean.
    pub(super) fn only(&self) -> Option<Href> {
        let typed = self.typed.as_ref().filter(|typed| !typed.trim().is_empty());
        match (typed, self.offers.as_slice()) {
            (Some(_), [group]) => Some(Self::href(group)),
            _ => None,
        }
    }

    /// All Users in this group; the rest stays as it is.
    pub(super) fn href(group: &Group) -> Href {
        Href::from("/users").with(&[("group", &group.id)])
    }

    /// Its name, below that of the group it belongs to.
    pub(super) fn name(group: &Group) -> String {
        match &group.parent {
            Some(parent) => format!("{} › {}", parent.name, group.name),
            None => group.name.clone(),
        }
    }
}
