//! The mappings that come with the product.

use std::sync::LazyLock;

use super::{Mapping, MappingError};

macro_rules! shipped {
    ($($name:literal,)+) => {
        /// The names of the mappings that come with the product.
        pub const NAMES: &[&str] = &[$($name),+];

        /// The file of a mapping that comes with the product.
        #[must_use]
        pub fn text_of(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("shipped/", $name, ".toml"))),)+
                _ => None,
            }
        }
    };
}

shipped![
    "okta",
    "github",
    "auth0",
    "cloudtrail",
    "keycloak",
    "google_workspace",
    "slack",
    "onelogin",
    "duo",
    "1password",
    "entra_signin",
    "entra_audit",
    "gitlab",
];

static ALL: LazyLock<Vec<Result<Mapping, MappingError>>> = LazyLock::new(|| {
    let parse = |name: &&str| Mapping::parse(text_of(name).unwrap_or_default());
    NAMES.iter().map(parse).collect()
});

/// A mapping that comes with the product, compiled once.
#[must_use]
pub fn find(name: &str) -> Option<&'static Mapping> {
    let place = NAMES.iter().position(|known| *known == name)?;
    // That each compiles is held by a test.
    ALL.get(place)?.as_ref().ok()
}
