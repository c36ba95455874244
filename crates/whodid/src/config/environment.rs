//! Settings from the environment: `WHODID_MAIL__SMTP_URL` is `mail.smtp_url`.

use super::Origin;
use super::apply::{Given, Setting};

const PREFIX: &str = "WHODID_";
/// Variables that are flags, secrets of commands, or meant for the build.
const ELSEWHERE: [&str; 4] = ["DATA_DIR", "CONFIG", "WEB_DIST", "API_KEY"];

/// The settings among these variables.
pub(super) fn settings(variables: &[(String, String)]) -> Vec<Setting> {
    let mut ours: Vec<_> = variables
        .iter()
        .filter_map(|(name, value)| Some((name, name.strip_prefix(PREFIX)?, value)))
        .collect();
    ours.retain(|(_, rest, _)| !ELSEWHERE.contains(rest) && !is_of_kubernetes(rest));
    ours.sort();
    let setting = |(name, rest, value): (&String, &str, &String)| Setting {
        path: rest.to_lowercase().split("__").map(str::to_owned).collect(),
        value: Given::Text(value.clone()),
        origin: Origin::Variable(name.clone()),
    };
    ours.into_iter().map(setting).collect()
}

/// Kubernetes sets `WHODID_SERVICE_HOST`, `WHODID_PORT_8080_TCP` and the like for a service called `whodid`.
fn is_of_kubernetes(rest: &str) -> bool {
    rest.starts_with("SERVICE_") || rest == "PORT" || rest.starts_with("PORT_")
}
