//! Who may read what an installation keeps: its own user alone, whatever the mode of the directory it is in. Owns the
//! umask of the process and no file.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;

use crate::config::Config;

/// What a mode grants to others than the owner.
const OTHERS: u32 = 0o077;

/// From here on, whatever this process makes is for its user alone.
pub(crate) fn keep_private() {
    rustix::process::umask(Mode::from_raw_mode(OTHERS));
}

/// Whether others than its owner may do anything with it; `None` if it cannot be seen. A link is what it leads to.
pub(crate) fn is_open(path: &Path) -> Option<bool> {
    let meta = std::fs::metadata(path).ok()?;
    Some(meta.permissions().mode() & OTHERS != 0)
}

/// The files and directories of the installation that others may do something with. The data directory itself is not
/// among them: it may hold more than is ours.
pub(crate) fn open_to_others(config: &Config) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for name in ["whodid.db", "whodid.db-wal", "whodid.db-shm", "whodid.lock"] {
        look(&config.data_dir.join(name), &mut found);
    }
    look(&config.log.volumes_dir, &mut found);
    look(&config.app.exports.dir, &mut found);
    found
}

/// Adds what is open of this and all that is in it. Links are not followed: they may lead anywhere.
fn look(path: &Path, found: &mut Vec<PathBuf>) {
    let Ok(meta) = std::fs::symlink_metadata(path) else {
        return;
    };
    if meta.is_symlink() {
        return;
    }
    if meta.permissions().mode() & OTHERS != 0 {
        found.push(path.to_owned());
    }
    if meta.is_dir() {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.for_each(|entry| look(&entry.path(), found));
    }
}

/// Takes from others what they may do with these.
pub(crate) fn tighten(paths: &[PathBuf]) -> Result<(), (PathBuf, io::Error)> {
    for path in paths {
        let tightened = std::fs::symlink_metadata(path).and_then(|meta| {
            let mut rights = meta.permissions();
            rights.set_mode(rights.mode() & 0o7777 & !OTHERS);
            std::fs::set_permissions(path, rights)
        });
        match tightened {
            // What went away meanwhile is open to nobody.
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err((path.clone(), error)),
            _ => {}
        }
    }
    Ok(())
}

/// What others may do that is not ours to change, each with what to do about it.
pub(crate) fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    if is_open(&config.data_dir) == Some(true) {
        warnings.push(format!(
            "other users of this machine can look into {}; its files are closed to them, and `chmod 700` closes it as well",
            config.data_dir.display()
        ));
    }
    if let Some(file) = config.file.as_deref().filter(|file| is_open(file) == Some(true))
        && has_password(config)
    {
        warnings.push(format!(
            "other users of this machine can read the passwords in {}; `chmod 600` it",
            file.display()
        ));
    }
    warnings
}

/// Whether the settings hold something that others must not know.
fn has_password(config: &Config) -> bool {
    let mail = config.app.mail.smtp_url.as_deref().is_some_and(|url| url.contains('@'));
    mail || config.app.sms.url.is_some()
}
