//! Which crate may name which. The allow-list is the arrow diagram of ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

/// Crate, and the crates of this workspace it may depend on outside its tests.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("activity", &[]),
    ("proof", &[]),
    ("volume", &["activity", "proof"]),
    ("store", &["activity"]),
    ("engine", &["activity", "proof", "store", "volume"]),
    ("foreign", &["activity"]),
    ("app", &["activity", "engine", "foreign", "store"]),
    ("web", &["activity", "app"]),
    ("testkit", &["activity"]),
    (
        "whodid",
        &["activity", "app", "engine", "proof", "store", "testkit", "web"],
    ),
    ("bench", &["activity", "app", "engine", "store", "testkit"]),
];

/// Foreign crates that only some of ours may name: SQL stays in `store`, HTTP in `web`, the index in `volume`;
/// Parquet is what records are in `volume`, and a form of exports in `app`.
const KEPT_IN: &[(&str, &[&str])] = &[
    ("sqlx", &["store", "bench"]),
    ("tantivy", &["volume"]),
    ("parquet", &["volume", "app"]),
    ("axum", &["web"]),
    ("hyper", &["web"]),
    ("askama", &["web"]),
    ("lettre", &["app"]),
    ("clap", &["whodid", "bench"]),
];

/// Compares every manifest with the allow-lists; a crate without an entry is a finding, and so is an entry that nothing
/// needs.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let mut arrows = BTreeSet::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let directory = entry?.path();
        let name = directory
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        let manifest = std::fs::read_to_string(directory.join("Cargo.toml")).with_context(|| name.clone())?;
        let Some((_, allowed)) = MAY_NAME.iter().find(|(known, _)| *known == name) else {
            findings.push(format!("crates/{name} has no entry in the dependency allow-list"));
            continue;
        };
        if section(&manifest).any(|line| line.contains("\"testing\"")) {
            findings.push(format!(
                "crates/{name} may ask for the feature `testing` in its tests only"
            ));
        }
        arrows.extend(dependencies(&manifest).map(|dependency| (name.clone(), dependency.to_owned())));
        for dependency in dependencies(&manifest) {
            let ours = MAY_NAME.iter().any(|(known, _)| *known == dependency);
            if ours && !allowed.contains(&dependency) {
                findings.push(format!("crates/{name} may not depend on `{dependency}`"));
            }
            let kept = KEPT_IN.iter().find(|(foreign, _)| *foreign == dependency);
            if kept.is_some_and(|(_, crates)| !crates.contains(&name.as_str())) {
                findings.push(format!(
                    "crates/{name} may not depend on `{dependency}`, which stays in its own crate"
                ));
            }
        }
    }
    findings.extend(unneeded(&arrows));
    Ok(findings)
}

/// Entries of the lists that no manifest of these arrows needs.
fn unneeded(arrows: &BTreeSet<(String, String)>) -> Vec<String> {
    let ours = MAY_NAME
        .iter()
        .flat_map(|(from, allowed)| allowed.iter().map(move |to| (*from, *to)));
    let foreign = KEPT_IN
        .iter()
        .flat_map(|(to, crates)| crates.iter().map(move |from| (*from, *to)));
    ours.chain(foreign)
        .filter(|(from, to)| !arrows.contains(&((*from).to_owned(), (*to).to_owned())))
        .map(|(from, to)| format!("`{from}` may depend on `{to}` and does not: take it off the allow-list"))
        .collect()
}

/// The lines under `[dependencies]` of a manifest.
fn section(manifest: &str) -> impl Iterator<Item = &str> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
}

/// The names there.
fn dependencies(manifest: &str) -> impl Iterator<Item = &str> {
    section(manifest)
        .filter_map(|line| line.split(['.', '=', ' ']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::dependencies;

    #[test]
    fn only_the_dependencies_section_counts() {
        let manifest = "[package]\nname = \"x\"\n[dependencies]\nactivity.workspace = true\nserde = \"1\"\n\n[dev-dependencies]\napp.workspace = true\n";
        assert_eq!(dependencies(manifest).collect::<Vec<_>>(), ["activity", "serde"]);
    }
}
