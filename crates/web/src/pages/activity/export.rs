//! The export of a view: what it would hold, and the choice of form, columns and zone; asking for it leads to its page.
//! A page of its own, which the script shows as a dialog over the view.

use activity::Time;
use app::Caller;
use app::activity::{Count, LogScope, ViewRequest};
use app::exports::{Column, Estimate, ExportError, Format, ViewExport};
use axum::extract::{OriginalUri, Path, State};
use axum::http::Uri;
use axum::response::Response;

use super::display::Display;
use super::export_choice::{Choice, Set};
use super::range::words_of;
use super::state::{UrlState, WrongRange};
use super::view::{View, page_error, sentence};
use crate::AppState;
use crate::shell::{Fields, Href, PageError, ReaderOfAll, Shell, SignedIn, Zone, filters, redirect, render};

/// The choice of form, columns and zone.
#[derive(askama::Template)]
#[template(path = "exports/new.html")]
pub(super) struct NewPage {
    pub(super) shell: Shell,
    /// The page of the view.
    pub(super) base: Href,
    /// Whose log it is, in words.
    pub(super) whose: String,
    pub(super) url: UrlState,
    pub(super) range: (Option<Time>, Option<Time>),
    /// The zone in which the range is read.
    pub(super) zone: Zone,
    pub(super) estimate: Estimate,
    pub(super) choice: Choice,
    pub(super) keep_days: u32,
}

/// One of the forms to choose from.
struct Offer {
    format: Format,
    is_chosen: bool,
    /// What it is for.
    says: &'static str,
    /// About how many bytes the file would have.
    bytes: u64,
}

pub(super) async fn everything_form(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    OriginalUri(uri): OriginalUri,
    shell: Shell,
) -> Result<Response, PageError> {
    let whose = ("everyone".to_owned(), "/activity".into());
    form(&state, &caller, LogScope::Everything, (shell, &uri, whose)).await
}

pub(super) async fn mine_form(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    OriginalUri(uri): OriginalUri,
    shell: Shell,
) -> Result<Response, PageError> {
    let whose = ("your own log".to_owned(), "/settings/activity-logs".into());
    form(&state, &caller, LogScope::Me, (shell, &uri, whose)).await
}

pub(super) async fn user_form(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    shell: Shell,
) -> Result<Response, PageError> {
    let person = app::activity::person(state.app(), &caller, &id)
        .await
        .map_err(page_error)?;
    let person = person.ok_or_else(|| export_error(ExportError::NoSuchUser))?;
    let whose = (format!("the log of {person}"), Href::to(&["users", &id, "activity"]));
    form(&state, &caller, LogScope::User(id), (shell, &uri, whose)).await
}

pub(super) async fn group_form(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    shell: Shell,
) -> Result<Response, PageError> {
    let group = app::activity::group(state.app(), &caller, &id)
        .await
        .map_err(page_error)?;
    let group = group.ok_or_else(|| page_error(app::activity::ViewError::NoSuchGroup))?;
    let name = if group.name.is_empty() { &group.id } else { &group.name };
    let whose = (format!("the group {name}"), Href::to(&["groups", &id, "activity"]));
    form(&state, &caller, LogScope::Group(id), (shell, &uri, whose)).await
}

async fn form(
    state: &AppState,
    caller: &Caller,
    scope: LogScope,
    (shell, uri, (whose, base)): (Shell, &Uri, (String, Href)),
) -> Result<Response, PageError> {
    let fields = Fields::of_query(uri)?;
    let url = UrlState::of(&fields);
    let zone = match url.tz.as_str() {
        "" => shell.zone.clone(),
        name => Zone::named(name).ok_or_else(|| no_zone(name))?,
    };
    let view = asked(state, &url, &zone)?;
    let display = displayed(state, caller, &scope, &fields).await?;
    let estimate = app::exports::estimate(state.app(), caller, &scope, &view)
        .await
        .map_err(export_error)?;
    render(&NewPage {
        range: (view.from, view.to),
        choice: Choice::of(&fields, &zone, (&display.columns, &scope))?,
        keep_days: state.app().settings().exports.keep_days,
        shell,
        base,
        whose,
        url,
        zone,
        estimate,
    })
}

pub(super) async fn everything(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    export(&state, &caller, LogScope::Everything, (&shell, &fields)).await
}

pub(super) async fn mine(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    export(&state, &caller, LogScope::Me, (&shell, &fields)).await
}

pub(super) async fn user(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(user_id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    export(&state, &caller, LogScope::User(user_id), (&shell, &fields)).await
}

pub(super) async fn group(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(group_id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    export(&state, &caller, LogScope::Group(group_id), (&shell, &fields)).await
}

/// Asks for the file, and leads to the page that says how far it is.
async fn export(
    state: &AppState,
    caller: &Caller,
    scope: LogScope,
    (shell, fields): (&Shell, &Fields),
) -> Result<Response, PageError> {
    let url = UrlState::of(fields);
    let zone = match url.tz.as_str() {
        "" => shell.zone.clone(),
        name => Zone::named(name).ok_or_else(|| no_zone(name))?,
    };
    let display = displayed(state, caller, &scope, fields).await?;
    let choice = Choice::of(fields, &zone, (&display.columns, &scope))?;
    let of_file = Zone::named(&choice.zone).ok_or_else(|| no_zone(&choice.zone))?;
    let request = ViewExport {
        view: asked(state, &url, &zone)?,
        format: choice.format,
        columns: choice.names(),
        zone: of_file.choice().clone(),
        has_mark: choice.has_mark,
    };
    let caller = fields.once(caller.clone());
    let export = app::exports::create(state.app(), &caller, &scope, &request)
        .await
        .map_err(export_error)?;
    Ok(redirect(Href::to(&["exports", &export.id])))
}

/// How the view is shown that is exported.
async fn displayed(state: &AppState, caller: &Caller, scope: &LogScope, fields: &Fields) -> Result<Display, PageError> {
    let url = UrlState {
        cols: fields.get("cols").to_owned(),
        ..UrlState::default()
    };
    Display::load(state.app(), caller, scope, &url).await
}

/// The view that an address asks for.
pub(super) fn asked(state: &AppState, url: &UrlState, zone: &Zone) -> Result<ViewRequest, PageError> {
    let (from, to) = url
        .range(zone, state.app().now())
        .map_err(|WrongRange(text)| PageError::bad_request(text))?;
    Ok(ViewRequest {
        q: url.q.clone(),
        from,
        to,
        zone: zone.zone().clone(),
        hides_reads: url.reads != "1",
        ..ViewRequest::default()
    })
}

fn no_zone(name: &str) -> PageError {
    PageError::bad_request(format!("There is no time zone “{name}”."))
}

impl NewPage {
    /// The forms to choose from.
    fn forms(&self) -> Vec<Offer> {
        let chosen = self.choice.names().len();
        let columns = if chosen == 0 { Column::ALL.len() } else { chosen };
        let offer = |format| Offer {
            format,
            is_chosen: format == self.choice.format,
            says: match format {
                Format::Csv => "for spreadsheets; formulas made harmless",
                Format::Jsonl => "every field, for programs",
                Format::Parquet => "typed columns, for analysis; times are instants",
                Format::Xlsx => "real dates; a new sheet every 1,048,576 rows, cells cut at 32,767 characters",
            },
            bytes: self.estimate.bytes(format, columns),
        };
        Format::ALL.map(offer).into()
    }

    fn rows(&self) -> Count {
        self.estimate.rows
    }

    /// The range as whoever exports chose it.
    fn range_words(&self) -> Option<String> {
        words_of(&self.url, &self.zone, self.shell.now)
    }

    /// The zones that are one click away: name and words.
    fn zones(&self) -> Vec<(String, String)> {
        let mut zones = vec![
            ("EST".to_owned(), "EST, UTC−05:00 all year".to_owned()),
            ("UTC".to_owned(), "UTC".to_owned()),
            ("America/New_York".to_owned(), "US Eastern (EST/EDT)".to_owned()),
        ];
        for name in [self.shell.zone.name(), self.zone.name(), &self.choice.zone] {
            if zones.iter().all(|(known, _)| known != name) {
                zones.push((name.to_owned(), name.to_owned()));
            }
        }
        zones
    }
}

impl View {
    /// Where this view is exported.
    pub(super) fn export_page(&self) -> Href {
        self.state.with_after("").href(&self.base.clone().then("export"))
    }
}

/// What goes wrong in an export, as a page.
pub(crate) fn export_error(error: ExportError) -> PageError {
    match error {
        ExportError::View(error) => page_error(error),
        ExportError::NoSuchUser => PageError::not_found("There is no such user."),
        ExportError::Missing => PageError::not_found("The file is no longer there. Export it again."),
        ExportError::NothingBeside => PageError::not_found(sentence(&error)),
        ExportError::Column(_)
        | ExportError::ColumnsOfJson
        | ExportError::NoSuchZone(_)
        | ExportError::Ended
        | ExportError::KeyReused => PageError::bad_request(sentence(&error)),
        ExportError::Forbidden => PageError::Forbidden,
        ExportError::NoRoom => PageError::Busy {
            yours: false,
            text: sentence(&error),
        },
        ExportError::TooMany { yours } => PageError::Busy {
            yours,
            text: sentence(&error),
        },
        ExportError::Unavailable(cause) => PageError::unavailable(cause),
    }
}
