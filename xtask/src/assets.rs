//! The browser's files: `npm ci` and esbuild in crates/web/frontend. The web crate embeds what this leaves in dist.

use anyhow::Result;

use crate::{machine, shell};

/// Installs the pinned packages, checks the types and bundles.
pub fn build() -> Result<()> {
    machine::need_node()?;
    let frontend = shell::root().join("crates/web/frontend");
    shell::run_in(&frontend, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    shell::run_in(&frontend, "npm", &["run", "--silent", "check"])?;
    shell::run_in(&frontend, "npm", &["run", "--silent", "build"])
}
