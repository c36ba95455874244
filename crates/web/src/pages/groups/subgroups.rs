//! Subgroups of a group, one level down.

use app::groups::{self, Group};
use app::{Caller, ChangeError, FieldError, Page};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::create::new_group;
use super::{GroupShell, LIMIT, role_name};
use crate::AppState;
use crate::shell::{
    Fields, Flash, Href, PageError, Paged, Pager, Query, Shell, SignedIn, error_of, filters, redirect_with, refused,
    render_status,
};

#[derive(Template)]
#[template(path = "groups/subgroups.html")]
pub(super) struct SubgroupsPage {
    pub(super) shell: Shell,
    pub(super) group: GroupShell,
    pub(super) page: Page<Group>,
    pub(super) pager: Pager,
    pub(super) name: String,
    pub(super) requires_second_factor: bool,
    pub(super) errors: Vec<FieldError>,
}

impl SubgroupsPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Paged>,
    shell: Shell,
) -> Result<Response, PageError> {
    let page = load(&state, &caller, shell, (&id, &asked)).await?;
    render_status(StatusCode::OK, &page)
}

pub(super) async fn submit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let caller = fields.once(caller);
    match groups::create_subgroup(state.app(), &caller, &id, new_group(&fields)).await {
        Ok(group) => {
            let flash = Flash::good(format!("Created {}.", group.name));
            Ok(redirect_with(Href::to(&["groups", &id, "subgroups"]), flash))
        }
        Err(ChangeError::Invalid(errors)) => {
            let page = SubgroupsPage {
                name: fields.get("name").to_owned(),
                requires_second_factor: fields.ticked("requires_second_factor"),
                errors,
                ..load(&state, &caller, shell, (&id, &Paged::default())).await?
            };
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(refused(error)),
    }
}

async fn load(
    state: &AppState,
    caller: &Caller,
    shell: Shell,
    (id, asked): (&str, &Paged),
) -> Result<SubgroupsPage, PageError> {
    let group = GroupShell::load(state, caller, id).await?;
    let page = groups::list_subgroups(state.app(), caller, id, &asked.request(LIMIT))
        .await
        .map_err(refused)?;
    let pager = asked.pager(group.path().then("subgroups"), &page.turns);
    Ok(SubgroupsPage {
        shell,
        group,
        page,
        pager,
        name: String::new(),
        requires_second_factor: false,
        errors: Vec::new(),
    })
}
