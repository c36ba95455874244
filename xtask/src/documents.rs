//! Documents that must stay true: every path they name exists.

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
