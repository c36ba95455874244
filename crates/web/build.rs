//! Puts the style sheet, the script and the fonts into `dist/`, which the server embeds.
//!
//! In this order: the directory named by `WHODID_WEB_DIST`; `dist/` if it is newer than its sources; what npm and
//! esbuild make of `frontend/`. Without Node the style sheets are joined as they are and there is no script: every
//! page works so.

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{env, fs};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let frontend = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("frontend");
    let dist = frontend.with_file_name("dist");
    for watched in ["src", "build.mjs", "package-lock.json"] {
        println!("cargo::rerun-if-changed={}", frontend.join(watched).display());
    }
    println!("cargo::rerun-if-env-changed=WHODID_WEB_DIST");
    fs::create_dir_all(&dist)?;
    let made = PathBuf::from(env::var("OUT_DIR")?).join("dist");
    if let Some(given) = env::var_os("WHODID_WEB_DIST") {
        mirror(Path::new(&given), &dist)?;
    } else if is_fresh(&dist, &frontend) {
        // Somebody ran the npm step themselves.
    } else if run_npm(&frontend, &made) {
        mirror(&made, &dist)?;
    } else {
        println!("cargo::warning=without Node 20 and npm the pages are built without their script; they work");
        remove_others(&dist, &[])?;
        fs::write(dist.join("app.css"), join_styles(&frontend.join("src"))?)?;
    }
    fs::copy(frontend.join("src/icon.svg"), dist.join("icon.svg"))?;
    println!("cargo::rustc-env=WHODID_ASSETS_HASH={:016x}", hash_of(&dist)?);
    Ok(())
}

/// Makes `to` hold the files of `from` and no others. Each file appears whole: another build may be reading.
fn mirror(from: &Path, to: &Path) -> Outcome<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            let name = entry.file_name();
            let part = to.join(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
            fs::write(&part, fs::read(entry.path())?)?;
            fs::rename(&part, to.join(&name))?;
            names.push(name);
        }
    }
    remove_others(to, &names)
}

fn remove_others(dir: &Path, kept: &[OsString]) -> Outcome<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        // A name with a dot in front is a file that another build is writing.
        let is_part = entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type()?.is_file() && !is_part && !kept.contains(&entry.file_name()) {
            // Another build may have removed it first.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

fn newest(dir: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(dir).ok()?.flatten();
    entries
        .filter_map(|entry| {
            if entry.path().is_dir() {
                newest(&entry.path())
            } else {
                entry.metadata().ok()?.modified().ok()
            }
        })
        .max()
}

fn is_fresh(dist: &Path, frontend: &Path) -> bool {
    let made = fs::metadata(dist.join("app.js")).and_then(|file| file.modified());
    let lock = fs::metadata(frontend.join("package-lock.json")).and_then(|file| file.modified());
    let (Ok(made), Ok(lock), Some(source)) = (made, lock, newest(&frontend.join("src"))) else {
        return false;
    };
    made >= source && made >= lock
}

fn run_npm(frontend: &Path, to: &Path) -> bool {
    let npm = |args: &[&str]| {
        Command::new("npm")
            .args(args)
            .current_dir(frontend)
            .output()
            .is_ok_and(|done| done.status.success())
    };
    let installed = frontend.join("node_modules/esbuild").exists();
    let to = to.to_string_lossy();
    (installed || npm(&["ci", "--ignore-scripts"])) && npm(&["run", "build", "--", &to])
}

/// The style sheets that `app.css` imports, in its order, as one.
fn join_styles(src: &Path) -> Outcome<String> {
    let index = fs::read_to_string(src.join("app.css"))?;
    let mut all = String::new();
    for line in index.lines() {
        match line
            .strip_prefix("@import \"./")
            .and_then(|rest| rest.strip_suffix("\";"))
        {
            Some(name) => all.push_str(&fs::read_to_string(src.join(name))?),
            None => all.push_str(line),
        }
        all.push('\n');
    }
    Ok(all)
}

/// FNV-1a over names and contents in the order of names: a new address whenever anything is new.
fn hash_of(dir: &Path) -> Outcome<u64> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        let name = file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        for byte in name.bytes().chain(fs::read(&file)?) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    Ok(hash)
}
