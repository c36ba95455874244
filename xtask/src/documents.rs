//! Documents that must stay true: every path they name exists, every dependency has its reason.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

const DOCUMENTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/dependencies.md",
];

/// Checks the documents against the checkout.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for document in DOCUMENTS {
        let text = std::fs::read_to_string(root.join(document)).with_context(|| format!("{document} is missing"))?;
        let missing = named_paths(&text).into_iter().filter(|path| !root.join(path).exists());
        findings.extend(missing.map(|path| format!("{document} names `{path}`, which does not exist")));
    }
    findings.extend(dependencies_without_reason(root)?);
    Ok(findings)
}

/// Every back-quoted word that looks like a path of this repository.
fn named_paths(text: &str) -> BTreeSet<String> {
    let roots = ["crates/", "xtask/", "docs/", "e2e/", ".ci/"];
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| roots.iter().any(|root| word.starts_with(root)))
        .filter(|word| !word.contains([' ', '*', '<', '{', '…']))
        .map(|word| word.trim_end_matches('/').to_owned())
        .collect()
}

/// Direct dependencies of the workspace without a row in docs/dependencies.md, and rows without a dependency.
fn dependencies_without_reason(root: &Path) -> Result<Vec<String>> {
    let manifest = std::fs::read_to_string(root.join("Cargo.toml"))?;
    let used: BTreeSet<&str> = manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.contains("path ="))
        .filter_map(|line| line.split_once(" =").map(|(name, _)| name))
        .collect();
    let table = std::fs::read_to_string(root.join("docs/dependencies.md"))?;
    let listed: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name))
        .collect();
    let npm: BTreeSet<&str> = table
        .lines()
        .skip_while(|line| !line.starts_with("## npm"))
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name))
        .collect();
    let without = used
        .difference(&listed)
        .map(|name| format!("docs/dependencies.md does not say what `{name}` is for"));
    let stale = listed
        .iter()
        .filter(|name| !used.contains(*name) && !npm.contains(*name))
        .map(|name| format!("docs/dependencies.md lists `{name}`, which is not a dependency"));
    Ok(without.chain(stale).collect())
}
