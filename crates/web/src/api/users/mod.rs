//! `/v1/users` and `/v1/me`: accounts. Administrators manage them; everybody reads and edits their own.

mod actions;
mod bodies;
mod create;
mod edit;
mod get;
mod list;
mod me;

use utoipa::OpenApi;

use super::devices::Device;
use super::list::Listed;
use crate::shell::{Policy, Route};
use bodies::User;

#[derive(OpenApi)]
#[openapi(
    paths(
        list::list, create::create, get::get, get::devices, edit::edit, actions::unlock, actions::activation,
        actions::end_devices, actions::require_mfa, actions::reset_mfa, me::get, me::edit,
    ),
    components(schemas(User, Listed<User>, Listed<Device>)),
    tags((name = "Users"))
)]
pub(super) struct Document;

pub(super) fn routes() -> Vec<Route> {
    let program = Policy::Program;
    vec![
        Route::get("/v1/users", program, list::list),
        Route::post("/v1/users", program, create::create),
        Route::get("/v1/users/{id}", program, get::get),
        Route::patch("/v1/users/{id}", program, edit::edit),
        Route::get("/v1/users/{id}/devices", program, get::devices),
        Route::post("/v1/users/{id}/unlock", program, actions::unlock),
        Route::post("/v1/users/{id}/activation", program, actions::activation),
        Route::post("/v1/users/{id}/end-devices", program, actions::end_devices),
        Route::post("/v1/users/{id}/require-mfa", program, actions::require_mfa),
        Route::post("/v1/users/{id}/reset-mfa", program, actions::reset_mfa),
        Route::get("/v1/me", program, me::get),
        Route::patch("/v1/me", program, me::edit),
    ]
}
