//! Saving a search and changing one: a form that keeps what was typed when something is wrong with it.

use app::saved_searches::{self, EditSavedSearch, LogKind, NewSavedSearch, SavedSearch};
use app::{Caller, ChangeError, FieldError};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::list::in_words;
use crate::AppState;
use crate::pages::activity::{UrlState, saved_address, saved_groups};
use crate::shell::{
    Fields, Flash, Href, LocalPath, PageError, Shell, SignedIn, error_of, filters, redirect_with, refused,
    render_status,
};

/// A search to save, or one that is saved.
#[derive(askama::Template)]
#[template(path = "saved_searches/form.html")]
pub(super) struct FormPage {
    pub(super) shell: Shell,
    /// Its id and version; `None` for a new one.
    pub(super) saved: Option<(String, i64)>,
    pub(super) kind: LogKind,
    pub(super) name: String,
    pub(super) query: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) columns: String,
    pub(super) density: String,
    pub(super) shows_reads: bool,
    pub(super) shared_with: String,
    pub(super) is_default: bool,
    /// The page of the log that it was saved on.
    pub(super) base: String,
    /// The groups it can be shared with: id and name.
    pub(super) groups: Vec<(String, String)>,
    pub(super) errors: Vec<FieldError>,
}

impl FormPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }

    fn log(&self) -> &'static str {
        in_words(self.kind)
    }

    /// With what was typed.
    fn typed(shell: Shell, fields: &Fields, kind: LogKind) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            shell,
            saved: None,
            kind,
            name: text("name"),
            query: text("q"),
            from: text("from"),
            to: text("to"),
            columns: text("cols"),
            density: text("density"),
            shows_reads: fields.get("reads") == "1",
            shared_with: text("shared_with"),
            is_default: fields.ticked("default"),
            base: text("base"),
            groups: Vec::new(),
            errors: Vec::new(),
        }
    }

    fn of(shell: Shell, search: SavedSearch) -> Self {
        Self {
            shell,
            saved: Some((search.id, search.version)),
            kind: search.kind,
            name: search.name,
            query: search.query,
            from: search.from,
            to: search.to,
            columns: search.columns.map(|columns| columns.names()).unwrap_or_default(),
            density: search
                .density
                .map(|density| density.name().to_owned())
                .unwrap_or_default(),
            shows_reads: search.shows_reads,
            shared_with: search.shared_with.map(|group| group.id).unwrap_or_default(),
            is_default: search.is_default,
            base: String::new(),
            groups: Vec::new(),
            errors: Vec::new(),
        }
    }

    async fn show(mut self, state: &AppState, caller: &Caller, status: StatusCode) -> Result<Response, PageError> {
        self.groups = saved_groups(state, caller).await?;
        render_status(status, &self)
    }
}

pub(super) async fn create(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let kind = LogKind::from_code(fields.get("log"));
    let kind = kind.ok_or_else(|| PageError::bad_request("The form does not say of what log it is. Open it anew."))?;
    let page = FormPage::typed(shell, &fields, kind);
    let new = NewSavedSearch {
        kind,
        name: page.name.clone(),
        query: page.query.clone(),
        zone: page.shell.zone.zone().clone(),
        from: page.from.clone(),
        to: page.to.clone(),
        columns: page.columns.clone(),
        density: page.density.clone(),
        shows_reads: page.shows_reads,
        shared_with: Some(page.shared_with.clone()).filter(|id| !id.is_empty()),
        is_default: page.is_default,
    };
    let caller = fields.once(caller);
    match saved_searches::create(state.app(), &caller, new).await {
        Ok(saved) => {
            let base = Href::from(&LocalPath::or_home(&page.base));
            let tz = UrlState {
                tz: fields.get("tz").to_owned(),
                ..UrlState::default()
            };
            let said = Flash::good(format!("Saved the search {}.", saved.name));
            Ok(redirect_with(saved_address(&saved, &base, &tz), said))
        }
        Err(ChangeError::Invalid(errors)) => {
            let page = FormPage { errors, ..page };
            page.show(&state, &caller, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(refused(error)),
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
) -> Result<Response, PageError> {
    let page = FormPage::of(shell, mine(&state, &caller, &id).await?);
    page.show(&state, &caller, StatusCode::OK).await
}

pub(super) async fn edit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let version = fields.get("version").parse().ok();
    let group = fields.opt("shared_with").map(str::to_owned);
    let edit = EditSavedSearch {
        name: fields.opt("name").map(str::to_owned),
        query: fields.opt("q").map(|q| (q.to_owned(), shell.zone.zone().clone())),
        from: fields.opt("from").map(str::to_owned),
        to: fields.opt("to").map(str::to_owned),
        columns: fields.opt("cols").map(str::to_owned),
        density: fields.opt("density").map(str::to_owned),
        shows_reads: Some(fields.get("reads") == "1"),
        shared_with: group.map(|id| Some(id).filter(|id| !id.is_empty())),
        is_default: Some(fields.ticked("default")),
    };
    match saved_searches::edit(state.app(), &caller, &id, version, edit).await {
        Ok(saved) => {
            let said = Flash::good(format!("Changed the saved search {}.", saved.name));
            Ok(redirect_with("/saved-searches", said))
        }
        Err(ChangeError::Invalid(errors)) => {
            let now = mine(&state, &caller, &id).await?;
            let page = FormPage {
                saved: Some((id, now.version)),
                errors,
                ..FormPage::typed(shell, &fields, now.kind)
            };
            page.show(&state, &caller, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(refused(error)),
    }
}

/// One of the caller's own.
async fn mine(state: &AppState, caller: &Caller, id: &str) -> Result<SavedSearch, PageError> {
    let found = saved_searches::get(state.app(), caller, id).await.map_err(refused)?;
    let found = found.filter(|search| search.is_mine);
    found.ok_or_else(|| PageError::not_found("There is no such saved search of yours. It may have been deleted."))
}
