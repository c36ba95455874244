//! `/v1/devices`: where the caller's account is signed in.

use app::devices;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::answers::{Changing, Reading};
use crate::AppState;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Policy, Route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/v1/devices", Policy::Program, list_devices),
        Route::delete("/v1/devices/{id}", Policy::Program, revoke_device),
        Route::post("/v1/devices/end-others", Policy::Program, end_other_devices),
    ]
}

#[derive(OpenApi)]
#[openapi(
    paths(list_devices, revoke_device, end_other_devices),
    components(schemas(Device, Devices, DeviceApplication, EndedDevices)),
    tags((name = "Devices"))
)]
pub(super) struct Document;

/// A signed-in browser or client.
#[derive(Serialize, ToSchema)]
pub(super) struct Device {
    /// Stable id.
    id: String,
    /// In words, such as `Firefox on Linux`.
    name: String,
    /// The application it is signed in to; `null` for the web manager.
    application: Option<DeviceApplication>,
    /// The address it signed in from.
    ip: Option<String>,
    /// When it signed in.
    #[schema(value_type = String, format = DateTime)]
    signed_in_at: activity::Time,
    /// When it was last seen, to a few minutes.
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: activity::Time,
    /// Whether it is the one this request comes from.
    current: bool,
}

/// The application a device is signed in to.
#[derive(Serialize, ToSchema)]
pub(super) struct DeviceApplication {
    /// Stable id.
    id: String,
    /// What it is called.
    name: String,
}

/// The devices of an account, which are few.
#[derive(Serialize, ToSchema)]
pub(super) struct Devices {
    /// The devices, last seen first.
    data: Vec<Device>,
}

/// How many devices were logged out.
#[derive(Serialize, ToSchema)]
pub(super) struct EndedDevices {
    /// How many.
    pub(super) ended: u64,
}

impl From<devices::Device> for Device {
    fn from(device: devices::Device) -> Self {
        Self {
            id: device.id,
            name: device.name,
            application: device.application.map(|application| DeviceApplication {
                id: application.id,
                name: application.name,
            }),
            ip: device.ip.map(|ip| ip.to_string()),
            signed_in_at: device.signed_in_at,
            last_seen_at: device.last_seen_at,
            current: device.current,
        }
    }
}

impl From<Vec<devices::Device>> for Devices {
    fn from(devices: Vec<devices::Device>) -> Self {
        Self {
            data: devices.into_iter().map(Device::from).collect(),
        }
    }
}

/// Where the caller's account is signed in, last seen first.
#[utoipa::path(
    get, path = "/v1/devices", tag = "Devices", operation_id = "listDevices",
    responses((status = 200, description = "The devices.", body = Devices), Reading),
    security(("program" = [])),
)]
async fn list_devices(State(state): State<AppState>, ApiCaller(caller): ApiCaller) -> Result<Json<Devices>, Problem> {
    let devices = devices::list_devices(state.app(), &caller).await?;
    Ok(Json(devices.into()))
}

/// Logs one of the caller's own devices out.
#[utoipa::path(
    delete, path = "/v1/devices/{id}", tag = "Devices", operation_id = "revokeDevice",
    params(("id" = String, Path, description = "Id of the device.")),
    responses((status = 204, description = "It is logged out."), Changing),
    security(("program" = [])),
)]
async fn revoke_device(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    devices::revoke_device(state.app(), &caller, &caller.person.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Logs all of the caller's devices out but the one this request comes from.
#[utoipa::path(
    post, path = "/v1/devices/end-others", tag = "Devices", operation_id = "endOtherDevices",
    responses((status = 200, description = "How many were logged out.", body = EndedDevices), Changing),
    security(("program" = [])),
)]
async fn end_other_devices(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
) -> Result<Json<EndedDevices>, Problem> {
    let ended = devices::end_devices(state.app(), &caller, &caller.person.id).await?;
    Ok(Json(EndedDevices { ended }))
}
