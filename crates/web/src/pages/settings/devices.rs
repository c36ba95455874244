//! Where a member is signed in.

use app::devices::{self, Device};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::AppState;
use crate::shell::{Fields, PageError, Shell, SignedIn, done, filters, refused, render};

#[derive(Template)]
#[template(path = "settings/devices.html")]
struct DevicesPage {
    shell: Shell,
    devices: Vec<Device>,
}

const HERE: &str = "/settings/devices";

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
) -> Result<Response, PageError> {
    let devices = devices::list_devices(state.app(), &caller).await.map_err(refused)?;
    render(&DevicesPage { shell, devices })
}

pub(super) async fn revoke(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(device): Path<String>,
    _: Fields,
) -> Result<Response, PageError> {
    let outcome = devices::revoke_device(state.app(), &caller, &caller.person.id, &device).await;
    done(outcome, HERE, "The device was logged out.")
}

pub(super) async fn end(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    _: Fields,
) -> Result<Response, PageError> {
    let outcome = devices::end_devices(state.app(), &caller, &caller.person.id).await;
    done(outcome.map(drop), HERE, "All other devices were logged out.")
}
