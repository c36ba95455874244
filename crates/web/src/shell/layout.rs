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
    /// The zone times are shown in.
    pub zone: Zone,
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
            Self::Auto => "Auto",
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
            zone: context.zone(),
            now: state.app().now(),
            once: state.app().opaque_id::<16>(),
        }
    }

    /// The main navigation of whoever is signed in.
    #[must_use]
    pub fn nav(&self) -> Vec<NavItem> {
        let Some(caller) = &self.caller else { return Vec::new() };
        let mut entries: Vec<(&'static str, &'static str)> = Vec::new();
        if caller.is_administrator() {
            entries.push(("Users", "/users"));
        }
        if caller.reads_everything() {
            entries.extend([("Activity", "/activity"), ("Exports", "/exports")]);
        } else {
            entries.push(("Activity Logs", "/settings/activity-logs"));
        }
        entries.extend([("Groups", "/groups"), ("Sessions", "/sessions")]);
        entries.push(("Logged activities", "/activity/types"));
        if caller.is_administrator() {
            entries.extend([
                ("Applications", "/admin/applications"),
                ("API keys", "/admin/api-keys"),
                ("Outbox", "/admin/outbox"),
            ]);
        }
        self.items(&entries)
    }

    /// The pages of Settings.
    #[must_use]
    pub fn settings_tabs(&self) -> Vec<NavItem> {
        self.items(&[
            ("Profile", "/settings/profile"),
            ("Email", "/settings/email"),
            ("Password", "/settings/password"),
            ("Two-factor authentication", "/settings/two-factor"),
            ("Passkeys", "/settings/passkeys"),
            ("Devices", "/settings/devices"),
            ("Memberships", "/settings/memberships"),
            ("Invitations", "/settings/invitations"),
            ("Connections", "/settings/connections"),
            ("Activity Logs", "/settings/activity-logs"),
            ("Privacy", "/settings/privacy"),
        ])
    }

    fn items(&self, entries: &[(&'static str, &'static str)]) -> Vec<NavItem> {
        entries
            .iter()
            .map(|(label, href)| NavItem {
                label,
                href,
                current: self.is_under(href),
            })
            .collect()
    }

    fn is_under(&self, href: &str) -> bool {
        // The catalogue lies below the log but has an entry of its own.
        let is_elsewhere = href == "/activity" && self.path.as_str().starts_with("/activity/types");
        !is_elsewhere
            && self
                .path
                .as_str()
                .strip_prefix(href)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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
