//! Style sheets, scripts and fonts, embedded, under addresses that carry the hash of their content.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use rust_embed::Embed;

use super::{Href, PageError, Policy, Route};

#[derive(Embed)]
#[folder = "dist"]
struct Dist;

/// Hash of all assets together; the style sheet names its fonts relative to itself, so one hash serves them all.
const HASH: &str = env!("WHODID_ASSETS_HASH");

pub(crate) fn url(name: &str) -> Href {
    Href::to(&["assets", HASH, name])
}

pub(crate) fn has(name: &str) -> bool {
    Dist::get(name).is_some()
}

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/assets/{hash}/{name}", Policy::Public, serve)]
}

async fn serve(Path((hash, name)): Path<(String, String)>) -> Result<Response, PageError> {
    let file = Dist::get(&name).ok_or_else(|| PageError::not_found(format!("There is no asset `{name}`.")))?;
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    // A page of the version before may ask with its own hash: it gets what there is, and keeps it for a moment only.
    let keep = if hash == HASH {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=60"
    };
    let mut response = Response::new(Body::from(file.data));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    Ok(response)
}
