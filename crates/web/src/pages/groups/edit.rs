//! Settings of a group: its name, whether its members need a second factor, and its end.

use app::groups::{self, EditGroup};
use app::{ChangeError, FieldError};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::GroupShell;
use crate::AppState;
use crate::shell::{
    Fields, Flash, Href, PageError, Shell, SignedIn, error_of, filters, redirect_with, refused, render, render_status,
};

#[derive(Template)]
#[template(path = "groups/settings.html")]
pub(super) struct SettingsPage {
    pub(super) shell: Shell,
    pub(super) group: GroupShell,
    pub(super) name: String,
    pub(super) requires_second_factor: bool,
    pub(super) errors: Vec<FieldError>,
}

impl SettingsPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }

    fn new(shell: Shell, group: GroupShell) -> Result<Self, PageError> {
        if !group.manages() {
            return Err(PageError::Forbidden);
        }
        Ok(Self {
            shell,
            name: group.group.name.clone(),
            requires_second_factor: group.group.requires_second_factor,
            group,
            errors: Vec::new(),
        })
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
) -> Result<Response, PageError> {
    let group = GroupShell::load(&state, &caller, &id).await?;
    render(&SettingsPage::new(shell, group)?)
}

pub(super) async fn submit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    // Only owners are shown the tick, and an absent tick of theirs means no.
    let asks_factor = fields.opt("owner").is_some();
    let edit = EditGroup {
        name: Some(fields.trimmed("name").to_owned()),
        requires_second_factor: asks_factor.then(|| fields.ticked("requires_second_factor")),
    };
    let expected = fields.get("version").parse().ok();
    let back = Href::to(&["groups", &id, "settings"]);
    match groups::edit(state.app(), &caller, &id, edit, expected).await {
        Ok(_) => Ok(redirect_with(&back, Flash::good("Saved."))),
        Err(ChangeError::Stale) => Ok(redirect_with(&back, Flash::bad(STALE))),
        Err(ChangeError::Invalid(errors)) => {
            let group = GroupShell::load(&state, &caller, &id).await?;
            let page = SettingsPage {
                name: fields.get("name").to_owned(),
                requires_second_factor: fields.ticked("requires_second_factor"),
                errors,
                ..SettingsPage::new(shell, group)?
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(refused(error)),
    }
}

const STALE: &str = "Nothing was saved: somebody else changed the group meanwhile, and this is how it stands now.";

const OTHER_NAME: &str = "What was typed is not the group's name. Nothing was deleted.";

pub(super) async fn delete(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    let group = GroupShell::load(&state, &caller, &id).await?;
    let name = group.name().to_owned();
    // The name is typed, so that no slip ends a group; who may is decided by the use case.
    if group.owns() && fields.trimmed("confirm") != name.trim() {
        let back = Href::to(&["groups", &id, "settings"]);
        return Ok(redirect_with(&back, Flash::bad(OTHER_NAME)));
    }
    groups::delete(state.app(), &caller, &id).await.map_err(refused)?;
    Ok(redirect_with("/groups", Flash::good(format!("Deleted {name}."))))
}
