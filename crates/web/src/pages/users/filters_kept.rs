//! What All Users shows, as it stands in the address and as it stays until it is cleared.

use crate::shell::Href;
use app::accounts::{self, Order, RoleFilter, Sort, StatusFilter, UserSearch};
use app::{App, Caller};
use serde::{Deserialize, Serialize};

use crate::shell::PageError;

const PREFERENCE: &str = "users.filters";
const PAGE: u32 = 50;
/// Bytes of an id at most.
const ID_MOST: usize = 64;

/// The query string of All Users. A field that is absent stays as it was; an empty one is cleared.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Asked {
    find: Option<String>,
    status: Option<String>,
    role: Option<String>,
    enabled: Option<String>,
    group: Option<String>,
    /// A part of the name of a group, to choose among those that have it.
    pub(super) group_find: Option<String>,
    sort: Option<String>,
    dir: Option<String>,
    pub(super) after: Option<String>,
    pub(super) clear: Option<String>,
    pub(super) columns: Option<String>,
}

/// What stays until it is cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub(super) find: String,
    pub(super) status: Option<StatusFilter>,
    pub(super) role: Option<RoleFilter>,
    pub(super) enabled: Option<bool>,
    /// Id of the group they are members of.
    pub(super) group: Option<String>,
    pub(super) sort: Sort,
}

impl Kept {
    /// What was kept, with what the address asks for in its place; kept again if that changes it.
    pub(super) async fn of(app: &App, caller: &Caller, asked: &Asked) -> Result<Self, PageError> {
        let kept: Option<Self> = accounts::preference(app, caller, PREFERENCE)
            .await
            .map_err(PageError::unavailable)?;
        let before = kept.unwrap_or_default();
        let now = before.with(asked);
        // A page further on is looked at, not chosen.
        if now != before && asked.after.is_none() {
            accounts::set_preference(app, caller, PREFERENCE, Some(&now))
                .await
                .map_err(PageError::unavailable)?;
        }
        Ok(now)
    }

    /// Forgets everything but the order.
    pub(super) async fn clear(app: &App, caller: &Caller) -> Result<(), PageError> {
        let kept: Option<Self> = accounts::preference(app, caller, PREFERENCE)
            .await
            .map_err(PageError::unavailable)?;
        let left = Self {
            sort: kept.unwrap_or_default().sort,
            ..Self::default()
        };
        accounts::set_preference(app, caller, PREFERENCE, Some(&left))
            .await
            .map_err(PageError::unavailable)
    }

    /// Forgets the group.
    pub(super) async fn forget_group(&mut self, app: &App, caller: &Caller) -> Result<(), PageError> {
        self.group = None;
        accounts::set_preference(app, caller, PREFERENCE, Some(&*self))
            .await
            .map_err(PageError::unavailable)
    }

    /// Whether what narrows the list comes from another time: its address says nothing of it.
    pub(super) fn is_remembered(&self, asked: &Asked) -> bool {
        self.narrows() && *asked == Asked::default()
    }

    fn with(&self, asked: &Asked) -> Self {
        let mut now = self.clone();
        if let Some(find) = &asked.find {
            now.find = find.trim().chars().take(200).collect();
        }
        if let Some(status) = &asked.status {
            now.status = word(status);
        }
        if let Some(role) = &asked.role {
            now.role = word(role);
        }
        if let Some(enabled) = &asked.enabled {
            now.enabled = word(enabled).map(|enabled: YesNo| enabled == YesNo::Yes);
        }
        if let Some(group) = &asked.group {
            now.group = Some(group.clone()).filter(|group| !group.is_empty() && group.len() <= ID_MOST);
        }
        if let Some(by) = asked.sort.as_deref().and_then(word::<Order>) {
            now.sort = Sort {
                by,
                descending: asked.dir.as_deref() == Some("desc"),
            };
        }
        now
    }

    pub(super) fn search(&self, after: Option<String>) -> UserSearch {
        UserSearch {
            find: self.find.clone(),
            status: self.status,
            role: self.role,
            login_enabled: self.enabled,
            group: self.group.clone(),
            sort: self.sort,
            after,
            limit: PAGE,
        }
    }

    /// Whether anything is left out.
    pub(super) fn narrows(&self) -> bool {
        !self.find.is_empty() || self.has_filters()
    }

    /// Whether anything but what was typed leaves somebody out.
    pub(super) fn has_filters(&self) -> bool {
        self.status.is_some() || self.role.is_some() || self.enabled.is_some() || self.group.is_some()
    }

    /// The address of the first page of the same, complete, so that it means the same in another window.
    pub(super) fn href(&self) -> Href {
        let fields = [
            ("find", self.find.clone()),
            ("status", self.status.as_ref().map(name).unwrap_or_default()),
            ("role", self.role.as_ref().map(name).unwrap_or_default()),
            (
                "enabled",
                self.enabled
                    .map(|enabled| if enabled { "yes" } else { "no" }.to_owned())
                    .unwrap_or_default(),
            ),
            ("group", self.group.clone().unwrap_or_default()),
            ("sort", name(&self.sort.by)),
            ("dir", if self.sort.descending { "desc" } else { "asc" }.to_owned()),
        ];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        Href::from("/users").with(&fields)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum YesNo {
    Yes,
    No,
}

/// The value with this name; anything else is none.
fn word<T: for<'a> Deserialize<'a>>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// The name of a value, as in the address.
pub(super) fn name<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Asked {
        serde_urlencoded::from_str(query).unwrap()
    }

    #[test]
    fn filters_stay_until_they_are_cleared() {
        let kept = Kept::default().with(&asked(
            "find=Silva&status=locked&role=&enabled=no&group=grp_1&sort=email&dir=desc",
        ));
        assert_eq!(kept.status, Some(StatusFilter::Locked));
        assert_eq!(kept.enabled, Some(false));
        assert_eq!(kept.with(&asked("")), kept, "an address without fields changes nothing");
        let cleared = kept.with(&asked("status=&group="));
        assert_eq!((cleared.status, cleared.group), (None, None));
        assert_eq!(cleared.find, "Silva");
    }

    #[test]
    fn what_is_remembered_is_what_the_address_does_not_say() {
        let kept = Kept::default().with(&asked("find=Silva&sort=email"));
        assert!(kept.is_remembered(&asked("")) && kept.is_remembered(&asked("tz=UTC")));
        for said in ["find=Silva", "status=", "sort=name&dir=asc", "after=c1", "columns=open"] {
            assert!(!kept.is_remembered(&asked(said)), "{said}");
        }
        let ordered = Kept::default().with(&asked("sort=email"));
        assert!(!ordered.is_remembered(&asked("")), "an order leaves nobody out");
    }

    #[test]
    fn what_no_filter_knows_filters_nothing() {
        assert_eq!(
            Kept::default().with(&asked("status=purple&role=owner&enabled=maybe&sort=shoe")),
            Kept::default()
        );
    }

    #[test]
    fn the_address_of_a_page_means_the_same_elsewhere() {
        let kept = Kept::default().with(&asked(
            "find=Tam%C3%A1s+%26+co&role=auditor&group=grp_1%26&sort=last_login&dir=desc",
        ));
        let href = kept.href();
        let again = asked(href.as_str().strip_prefix("/users?").unwrap());
        assert_eq!(Kept::default().with(&again), kept);
    }
}
