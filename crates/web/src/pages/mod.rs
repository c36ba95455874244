//! The pages of the web manager: one module a group of pages. Owns only their sum.

pub mod activity;
pub mod admin;
pub mod catalogue;
pub mod erasure;
pub mod exports;
pub mod groups;
pub mod imports;
pub mod integrity;
pub mod retention;
pub mod saved_searches;
pub mod sessions;
pub mod settings;
pub mod signed_out;
pub mod users;

use crate::shell::Route;

/// The routes of every page.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        signed_out::routes(),
        users::routes(),
        sessions::routes(),
        settings::routes(),
        admin::routes(),
        activity::routes(),
        saved_searches::routes(),
        erasure::routes(),
        exports::routes(),
        groups::routes(),
        catalogue::routes(),
        integrity::routes(),
        retention::routes(),
        imports::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
