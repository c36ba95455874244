//! The pages: an overview, one for each area, and the shapes.

use axum::extract::Path;
use axum::response::Response;

use super::rail::{Rail, rail};
use super::reference::{Area, Reference, reference};
use crate::shell::{PageError, Shell, filters, render};

#[derive(askama::Template)]
#[template(path = "docs/start.html")]
struct StartPage {
    shell: Shell,
    rail: Rail,
    reference: &'static Reference,
}

#[derive(askama::Template)]
#[template(path = "docs/area.html")]
struct AreaPage {
    shell: Shell,
    rail: Rail,
    area: &'static Area,
}

#[derive(askama::Template)]
#[template(path = "docs/shapes.html")]
struct ShapesPage {
    shell: Shell,
    rail: Rail,
    reference: &'static Reference,
}

pub(in crate::api) async fn start(shell: Shell) -> Result<Response, PageError> {
    render(&StartPage {
        shell,
        rail: rail(""),
        reference: reference(),
    })
}

pub(in crate::api) async fn area(shell: Shell, Path(slug): Path<String>) -> Result<Response, PageError> {
    let found = reference().areas.iter().find(|area| area.slug == slug);
    let area = found.ok_or_else(|| PageError::not_found(format!("The API has no part `{slug}`. Look in /docs.")))?;
    render(&AreaPage {
        shell,
        rail: rail(&area.slug),
        area,
    })
}

pub(in crate::api) async fn shapes(shell: Shell) -> Result<Response, PageError> {
    render(&ShapesPage {
        shell,
        rail: rail("shapes"),
        reference: reference(),
    })
}
