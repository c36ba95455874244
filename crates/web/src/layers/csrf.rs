//! Refuses what another site makes a browser do here.

use axum::http::{HeaderMap, Method, header};

/// Whether a request may change something on behalf of the browser's cookies.
///
/// Browsers say in `Sec-Fetch-Site` who caused a request, or else in `Origin`; only this site itself and a person
/// typing an address may. A request with neither comes from no browser, and carries no cookie it was not given.
pub(crate) fn is_allowed(method: &Method, headers: &HeaderMap, public_url: &str) -> bool {
    if method.is_safe() {
        return true;
    }
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else {
        return true;
    };
    let Some((_, host)) = origin.split_once("://") else {
        return false;
    };
    text(header::HOST).is_some_and(|here| here.eq_ignore_ascii_case(host))
        || public_url.trim_end_matches('/').eq_ignore_ascii_case(origin)
}
