//! What the tests need on the machine, installed where it is missing. Debian only; nothing is skipped.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::shell;

/// Chromium for the browser tests, with the fonts that make its pictures readable.
pub fn install_browser() -> Result<()> {
    if shell::exists("chromium") {
        return Ok(());
    }
    apt(&["chromium", "fonts-dejavu-core"])
}

/// A PostgreSQL server, which the tests start by themselves.
pub fn install_postgres() -> Result<()> {
    let is_new = |version: std::io::Result<std::fs::DirEntry>| {
        let version = version.ok()?;
        let name = version.file_name().into_string().ok()?;
        // A client alone has a directory as well.
        Some(name.parse::<u32>().ok()? >= 15 && version.path().join("bin/postgres").is_file())
    };
    let found = std::fs::read_dir("/usr/lib/postgresql");
    if found.is_ok_and(|mut versions| versions.any(|version| is_new(version) == Some(true))) {
        return Ok(());
    }
    apt(&["postgresql"])
}

/// Node and npm, which the browser's files and tests are built with.
pub fn need_node() -> Result<()> {
    if shell::exists("node") && shell::exists("npm") {
        return Ok(());
    }
    apt(&["nodejs", "npm"])
}

/// The Python packages of this folder of `e2e` in a virtual environment of their own beside what cargo builds, with
/// exactly the versions that its requirements pin. Returns where the environment's programs are.
pub fn install_python(folder: &str) -> Result<PathBuf> {
    let pins = shell::root().join("e2e").join(folder).join("requirements.txt");
    let environment = shell::target().join(folder);
    let programs = environment.join("bin");
    // Written last: what was interrupted is begun again.
    let installed = environment.join("installed.txt");
    let wanted = std::fs::read(&pins).with_context(|| format!("{} is missing", pins.display()))?;
    if std::fs::read(&installed).is_ok_and(|found| found == wanted) {
        return Ok(programs);
    }
    if !shell::succeeds("python3", &["-c", "import ensurepip, venv"]) {
        apt(&["python3", "python3-venv"])?;
    }
    let (place, pins) = (environment.to_string_lossy(), pins.to_string_lossy());
    shell::run("python3", &["-m", "venv", "--clear", &place])?;
    let pip = programs.join("pip");
    shell::run(
        &pip.to_string_lossy(),
        &[
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--requirement",
            &pins,
        ],
    )?;
    std::fs::write(&installed, wanted)?;
    Ok(programs)
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
