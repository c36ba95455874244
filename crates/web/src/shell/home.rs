//! The start, which leads each to their own first page, and the choices of display kept in cookies.

use axum::extract::State;
use axum::response::Response;

use super::{Cookie, Fields, LocalPath, MaybeSignedIn, PageError, Policy, Route, Zone, redirect, with_cookie};
use crate::AppState;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/", Policy::Public, start),
        Route::post("/display", Policy::Public, display),
    ]
}

async fn start(MaybeSignedIn(caller): MaybeSignedIn) -> Response {
    redirect(match caller {
        None => "/login",
        Some(caller) if caller.is_administrator() => "/users",
        Some(caller) if caller.reads_everything() => "/activity",
        Some(_) => "/settings/activity-logs",
    })
}

async fn display(State(_): State<AppState>, fields: Fields) -> Result<Response, PageError> {
    let next = LocalPath::or_home(fields.get("next"));
    let mut response = redirect(&next);
    if let Some(theme) = fields.opt("theme") {
        let name = ["light", "dark"]
            .into_iter()
            .find(|name| *name == theme)
            .unwrap_or("auto");
        response = with_cookie(response, Cookie::theme(name));
    }
    if let Some(zone) = fields.opt("zone") {
        let zone = Zone::named(zone).ok_or_else(|| {
            PageError::bad_request(format!("There is no time zone `{zone}`; try `UTC` or `Europe/Berlin`."))
        })?;
        response = with_cookie(response, Cookie::zone(zone.name()));
    }
    Ok(response)
}
