//! The pages of the activity view: everybody's, a group's, one user's with their CSV, and the reader's own.

use activity::{Named, Person};
use app::activity::{EmptyReason, LogScope, ViewError};
use app::exports::UserCsv;
use app::{Caller, ZoneChoice};
use axum::extract::{Path, State};
use axum::response::Response;

use super::export::{asked, export_error};
use super::query_box::Note;
use super::row::Part;
use super::saved::beginning;
use super::state::UrlState;
use super::view::{View, page_error};
use crate::AppState;
use crate::pages::groups::GroupShell;
use crate::shell::{
    Fields, Flash, Href, PageError, Query, ReaderOfAll, Shell, SignedIn, Zone, filters, redirect, redirect_with,
    render, render_status,
};

/// Activity: everybody's.
#[derive(askama::Template)]
#[template(path = "activity/everything.html")]
pub(super) struct EverythingPage {
    pub(super) shell: Shell,
    pub(super) view: View,
}

/// A user's Activity Log.
#[derive(askama::Template)]
#[template(path = "activity/user.html")]
pub(super) struct UserPage {
    pub(super) shell: Shell,
    pub(super) view: View,
    pub(super) person: Person,
    /// The user's id as it stands in a path.
    pub(super) user_id: String,
    pub(super) csv: UserCsv,
}

impl UserPage {
    fn title(&self) -> String {
        self.view.title(&format!("Activity Log of {}", self.person))
    }

    /// Whether it is somebody of this installation, who has pages of their own.
    fn is_account(&self) -> bool {
        app::ids::is_ours(&self.user_id)
    }
}

/// A group's Activity.
#[derive(askama::Template)]
#[template(path = "groups/activity.html")]
pub(super) struct GroupPage {
    pub(super) shell: Shell,
    pub(super) view: View,
    /// The group as its log is called: as it is named now, or was named last.
    pub(super) named: Named,
    /// `None` for a group that was deleted.
    pub(super) group: Option<GroupShell>,
}

impl GroupPage {
    fn title(&self) -> String {
        self.view.title(&format!("Activity of {}", self.named.name))
    }
}

/// Settings → Activity Logs.
#[derive(askama::Template)]
#[template(path = "activity/mine.html")]
pub(super) struct MinePage {
    pub(super) shell: Shell,
    pub(super) view: View,
}

/// Generate CSV and Download CSV by themselves, for keeping the progress up to date.
#[derive(askama::Template)]
#[template(path = "activity/csv.html")]
pub(super) struct CsvPart {
    pub(super) shell: Shell,
    pub(super) user_id: String,
    pub(super) csv: UserCsv,
    /// The view that it stands on.
    pub(super) url: UrlState,
}

/// What Generate CSV has to say of the view that it stands on.
pub(super) trait OfView {
    fn url(&self) -> &UrlState;

    /// Whether the view shows less than the whole log.
    fn is_narrowed(&self) -> bool {
        let url = self.url();
        [&url.q, &url.from, &url.to].iter().any(|part| !part.trim().is_empty())
    }

    /// The page of the view.
    fn page(&self, user_id: &str) -> Href {
        self.url()
            .with_after("")
            .href(&Href::to(&["users", user_id, "activity"]))
    }

    /// The part that keeps itself up to date.
    fn part(&self, user_id: &str) -> Href {
        self.url()
            .with_after("")
            .href(&Href::to(&["users", user_id, "activity", "csv"]))
    }

    /// The zone that was chosen last, else the usual one.
    fn zone_of(&self, csv: &UserCsv) -> String {
        let last = csv.running.as_ref().or(csv.ready.as_ref());
        last.map_or_else(|| "EST".to_owned(), |export| export.zone.clone())
    }
}

impl OfView for UserPage {
    fn url(&self) -> &UrlState {
        &self.view.state
    }
}

impl OfView for CsvPart {
    fn url(&self) -> &UrlState {
        &self.url
    }
}

pub(super) async fn everything(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    shell: Shell,
    Query(url): Query<UrlState>,
) -> Result<Response, PageError> {
    if let Some(to) = elsewhere(&state, &caller, &shell, &LogScope::Everything, &url).await? {
        return Ok(redirect(to));
    }
    let view = View::load(&state, &caller, &shell, LogScope::Everything, url).await?;
    render_status(view.status(), &EverythingPage { shell, view })
}

pub(super) async fn mine(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    Query(url): Query<UrlState>,
) -> Result<Response, PageError> {
    if let Some(to) = elsewhere(&state, &caller, &shell, &LogScope::Me, &url).await? {
        return Ok(redirect(to));
    }
    let view = View::load(&state, &caller, &shell, LogScope::Me, url).await?;
    render_status(view.status(), &MinePage { shell, view })
}

pub(super) async fn user(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(user_id): Path<String>,
    shell: Shell,
    Query(url): Query<UrlState>,
) -> Result<Response, PageError> {
    let person = app::activity::person(state.app(), &caller, &user_id)
        .await
        .map_err(page_error)?;
    let person = person.ok_or_else(|| no_such_user(&user_id))?;
    if let Some(to) = elsewhere(&state, &caller, &shell, &LogScope::User(user_id.clone()), &url).await? {
        return Ok(redirect(to));
    }
    let csv = app::exports::user_csv(state.app(), &caller, &user_id)
        .await
        .map_err(export_error)?;
    let view = View::load(&state, &caller, &shell, LogScope::User(user_id.clone()), url).await?;
    render_status(
        view.status(),
        &UserPage {
            shell,
            view,
            person,
            user_id,
            csv,
        },
    )
}

pub(super) async fn group(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(group_id): Path<String>,
    shell: Shell,
    Query(url): Query<UrlState>,
) -> Result<Response, PageError> {
    let named = app::activity::group(state.app(), &caller, &group_id)
        .await
        .map_err(page_error)?;
    let named = named.ok_or_else(|| page_error(ViewError::NoSuchGroup))?;
    if let Some(to) = elsewhere(&state, &caller, &shell, &LogScope::Group(group_id.clone()), &url).await? {
        return Ok(redirect(to));
    }
    let group = match GroupShell::load(&state, &caller, &group_id).await {
        Ok(group) => Some(group),
        Err(PageError::NotFound(_)) => None,
        Err(error) => return Err(error),
    };
    let view = View::load(&state, &caller, &shell, LogScope::Group(group_id), url).await?;
    let status = view.status();
    let page = GroupPage {
        shell,
        view,
        named,
        group,
    };
    render_status(status, &page)
}

pub(super) async fn user_csv(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(user_id): Path<String>,
    shell: Shell,
    Query(url): Query<UrlState>,
) -> Result<Response, PageError> {
    let csv = app::exports::user_csv(state.app(), &caller, &user_id)
        .await
        .map_err(export_error)?;
    render(&CsvPart {
        shell,
        user_id,
        csv,
        url,
    })
}

pub(super) async fn generate(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(user_id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let name = fields.trimmed("zone");
    let zone = if name.is_empty() {
        Some(ZoneChoice::est())
    } else {
        ZoneChoice::named(name)
    };
    let zone = zone.ok_or_else(|| PageError::bad_request(format!("There is no time zone “{name}”.")))?;
    let url = UrlState::of(&fields);
    let view = match fields.get("covers") {
        "view" => {
            let zone = Zone::named(&url.tz).unwrap_or_else(|| shell.zone.clone());
            Some(asked(&state, &url, &zone)?)
        }
        _ => None,
    };
    let export = app::exports::generate_user_csv(state.app(), &caller, &user_id, &zone, view.as_ref())
        .await
        .map_err(export_error)?;
    let said = if export.state == app::exports::State::Done {
        "The CSV is ready."
    } else {
        "The CSV is being generated."
    };
    let back = url.href(&Href::to(&["users", &user_id, "activity"]));
    Ok(redirect_with(back, Flash::good(said)))
}

/// Where this address leads instead: to the one state that it means, else to what the log begins with.
async fn elsewhere(
    state: &AppState,
    caller: &Caller,
    shell: &Shell,
    scope: &LogScope,
    url: &UrlState,
) -> Result<Option<Href>, PageError> {
    let public_url = &state.app().settings().public_url;
    match url.settled(&shell.path, &shell.zone, shell.now, public_url) {
        Some(settled) => Ok(Some(settled)),
        None => beginning(state, caller, shell, scope, url).await,
    }
}

fn no_such_user(id: &str) -> PageError {
    PageError::not_found(format!(
        "There is no user `{id}`, and nothing is in the log under this id."
    ))
}

impl GroupPage {
    /// Whether what is shown may come from below the group as well.
    fn has_subgroups(&self) -> bool {
        self.group.as_ref().is_some_and(|group| group.group.parent.is_none())
    }
}
