//! Style sheets, scripts and fonts, embedded, under addresses that carry the hash of their content.

pub(crate) fn url(name: &str) -> String {
    format!("/assets/{name}")
}

pub(crate) fn has(_name: &str) -> bool {
    false
}
