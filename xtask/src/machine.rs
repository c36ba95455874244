//! What the tests need on the machine, installed where it is missing. Debian only; nothing is skipped.

use anyhow::{Result, bail};

use crate::shell;

/// Chromium for the browser tests, with the fonts that make its pictures readable.
pub fn install_browser() -> Result<()> {
    if shell::exists("chromium") {
        return Ok(());
    }
    apt(&["chromium", "fonts-dejavu-core"])
}

/// Node and npm, which the browser's files and tests are built with.
pub fn need_node() -> Result<()> {
    if shell::exists("node") && shell::exists("npm") {
        return Ok(());
    }
    apt(&["nodejs", "npm"])
}

fn apt(packages: &[&str]) -> Result<()> {
    if !shell::exists("apt-get") {
        bail!(
            "{} must be installed by hand: this machine has no apt-get",
            packages.join(", ")
        );
    }
    let sudo = shell::exists("sudo") && !is_root();
    let run = |arguments: &[&str]| match sudo {
        true => shell::run("sudo", &[&["apt-get"], arguments].concat()),
        false => shell::run("apt-get", arguments),
    };
    run(&["update", "-qq"])?;
    run(&[&["install", "-y", "-qq", "--no-install-recommends"], packages].concat())
}

fn is_root() -> bool {
    std::env::var("USER").is_ok_and(|user| user == "root") || std::env::var("HOME").is_ok_and(|home| home == "/root")
}
