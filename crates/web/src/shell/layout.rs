//! What the layout around every page shows.

use app::Caller;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::assets;
use super::{Flash, Href, LocalPath, PageError, RequestContext, Zone};
use crate::AppState;

/// Everything `layout.html` needs; a field `shell` of every page struct, made by extraction.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Who is signed in.
    pub caller: Option<Caller>,
    /// Path of this page, without its query.
    pub path: Href,
    /// Path and query of this page, to come back to.
    pub here: Href,
    /// A message from the step before.
    pub flash: Option<Flash>,
    /// Light, dark, or as the system is.
    pub theme: Theme,
    /// Where this installation is, as programs write it in front of a path.
    pub origin: String,
    /// The zone times are shown in.
    pub zone: Zone,
    /// What the address names as zone, where there is none of that name.
    pub no_such_zone: Option<String>,
    /// The present moment.
    pub now: activity::Time,
    /// Tells this drawing of a page from every other: the hidden field of forms that create something.
    pub once: String,
}

/// One entry of the navigation.
#[derive(Clone, Debug)]
pub struct NavItem {
    /// What it says.
    pub label: &'static str,
    /// Where it goes.
    pub href: &'static str,
    /// Whether this page is there or below.
    pub current: bool,
}

/// Entries of the navigation that belong together.
#[derive(Clone, Debug)]
pub struct NavGroup {
    /// What they are, as a heading says.
    pub label: &'static str,
    /// At least one.
    pub items: Vec<NavItem>,
    /// Whether they stand in a menu of the bar instead of the bar itself.
    pub is_menu: bool,
}

impl NavGroup {
    /// The entry whose page this is.
    #[must_use]
    pub fn current(&self) -> Option<&NavItem> {
        self.items.iter().find(|item| item.current)
    }
}

/// Light, dark, or as the system is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system is.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    pub(crate) fn of(name: Option<&str>) -> Self {
        match name {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// What its button says.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Auto => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// Its name, as in the attribute `data-theme`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Shell {
    pub(crate) fn of(context: &RequestContext, state: &AppState) -> Self {
        Self {
            caller: context.known_caller().cloned(),
            path: (&LocalPath::or_home(context.path())).into(),
            here: (&LocalPath::or_home(context.path_and_query())).into(),
            flash: context.cookies().flash(),
            theme: context.theme(),
            origin: state.app().settings().public_url.trim_end_matches('/').to_owned(),
            zone: context.zone(),
            no_such_zone: context.no_such_zone(),
            now: state.app().now(),
            once: state.app().opaque_id::<16>(),
        }
    }

    /// The main navigation of whoever is signed in: what is looked at, what is made of it, and the rest, which is a
    /// menu where it is more than one entry.
    #[must_use]
    pub fn nav(&self) -> Vec<NavGroup> {
        let Some(caller) = &self.caller else { return Vec::new() };
        let look: &[_] = match caller.reads_everything() {
            true => &[
                ("Activity", "/activity"),
                ("Users", "/users"),
                ("Groups", "/groups"),
                ("Sessions", "/sessions"),
            ],
            false => &[
                ("Activity Logs", "/settings/activity-logs"),
                ("Groups", "/groups"),
                ("Sessions", "/sessions"),
            ],
        };
        let rest: &[_] = match caller.is_administrator() {
            true => &[
                ("Integrity", "/admin/integrity"),
                ("Retention", "/admin/retention"),
                ("Erasure and holds", "/admin/erasure"),
                ("Imports", "/admin/imports"),
                ("Logged activities", "/activity/types"),
                ("Applications", "/admin/applications"),
                ("API keys", "/admin/api-keys"),
                ("Outbox", "/admin/outbox"),
                ("API documentation", "/docs"),
            ],
            false if caller.reads_everything() => &[
                ("Integrity", "/admin/integrity"),
                ("Retention", "/admin/retention"),
                ("Erasure and holds", "/admin/erasure"),
                ("Imports", "/admin/imports"),
                ("Logged activities", "/activity/types"),
            ],
            false => &[("Logged activities", "/activity/types")],
        };
        let is_menu = rest.len() > 1;
        let label = match is_menu {
            true if caller.is_administrator() => "Admin",
            true => "More",
            false => "About",
        };
        let rest = self.group(label, rest);
        vec![
            self.group("Look", look),
            self.group("Files", &[("Exports", "/exports")]),
            NavGroup { is_menu, ..rest },
        ]
    }

    /// The pages of Settings.
    #[must_use]
    pub fn settings(&self) -> Vec<NavGroup> {
        vec![
            self.group(
                "Account",
                &[("Profile", "/settings/profile"), ("Email", "/settings/email")],
            ),
            self.group(
                "Security",
                &[
                    ("Password", "/settings/password"),
                    ("Two-factor authentication", "/settings/two-factor"),
                    ("Passkeys", "/settings/passkeys"),
                    ("Devices", "/settings/devices"),
                ],
            ),
            self.group(
                "People",
                &[
                    ("Memberships", "/settings/memberships"),
                    ("Invitations", "/settings/invitations"),
                    ("Connections", "/settings/connections"),
                ],
            ),
            self.group(
                "My data",
                &[
                    ("Activity Logs", "/settings/activity-logs"),
                    ("Privacy", "/settings/privacy"),
                ],
            ),
        ]
    }

    /// What the page of Settings is called that this is, or is below.
    #[must_use]
    pub fn settings_page(&self) -> &'static str {
        let groups = self.settings();
        groups
            .iter()
            .find_map(NavGroup::current)
            .map_or("Settings", |item| item.label)
    }

    /// Whether the caller manages users.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.caller.as_ref().is_some_and(Caller::is_administrator)
    }

    /// Whether this is a page of Settings.
    #[must_use]
    pub fn is_settings(&self) -> bool {
        self.is_under("/settings")
    }

    fn group(&self, label: &'static str, entries: &[(&'static str, &'static str)]) -> NavGroup {
        let item = |(label, href): &(&'static str, &'static str)| NavItem {
            label,
            href,
            current: self.is_under(href),
        };
        NavGroup {
            label,
            items: entries.iter().map(item).collect(),
            is_menu: false,
        }
    }

    fn is_under(&self, href: &str) -> bool {
        let path = self.path.as_str();
        // The catalogue lies below the log but has an entry of its own; one activity's page belongs to the log.
        if href == "/activity" && path.starts_with("/activity/types") {
            return false;
        }
        let is_below = |place: &str| {
            path.strip_prefix(place)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_log = matches!(href, "/activity" | "/settings/activity-logs");
        is_below(href) || (is_log && is_below("/activities"))
    }

    /// The caller's full name, or what else they are called by.
    #[must_use]
    pub fn caller_name(&self) -> &str {
        let Some(caller) = &self.caller else { return "" };
        let person = &caller.person;
        [&person.name, &person.username, &person.email, &person.id]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or("", |text| text)
    }

    /// The themes to choose from, and whether each is the one in use.
    #[must_use]
    pub fn themes(&self) -> Vec<(Theme, bool)> {
        [Theme::Auto, Theme::Light, Theme::Dark]
            .into_iter()
            .map(|theme| (theme, theme == self.theme))
            .collect()
    }

    /// The first letters of the caller's names.
    #[must_use]
    pub fn initials(&self) -> String {
        let mut words = self
            .caller_name()
            .split_whitespace()
            .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
        let first = words.next();
        first
            .into_iter()
            .chain(words.next_back())
            .flat_map(char::to_uppercase)
            .collect()
    }

    /// The address of an asset by its name, with the hash of its content.
    #[must_use]
    pub fn asset(&self, name: &str) -> Href {
        assets::url(name)
    }

    /// Whether the browser enhancements were built in.
    #[must_use]
    pub fn has_script(&self) -> bool {
        assets::has("app.js")
    }
}

impl FromRequestParts<AppState> for Shell {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let context = RequestContext::of(parts);
        context.caller(state).await?;
        Ok(Self::of(&context, state))
    }
}
