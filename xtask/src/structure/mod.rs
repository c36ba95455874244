//! `cargo xtask check-structure`: the rules of the code base that the compiler does not know. They only get stricter.

mod circles;
mod direction;
mod shape;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{dependencies, documents, shell};

/// Runs every check and fails with all findings at once.
pub fn run() -> Result<()> {
    let root = shell::root();
    let sources = rust_files(&root)?;
    let mut findings = direction::check(&root)?;
    findings.extend(shape::check(&root, &sources)?);
    findings.extend(circles::check(&root, &sources)?);
    findings.extend(words::check(&root, &sources)?);
    findings.extend(documents::check(&root)?);
    findings.extend(dependencies::check(&root)?);
    if findings.is_empty() {
        println!("structure: {} files, no findings", sources.len());
        return Ok(());
    }
    for finding in &findings {
        eprintln!("structure: {finding}");
    }
    bail!("{} structural findings", findings.len())
}

/// Every Rust file of the workspace, generated and fetched ones left out.
fn rust_files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![root.join("crates"), root.join("xtask")];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !["target", "node_modules", "dist"].contains(&name) {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a file holds tests, examples or benchmarks rather than the product.
fn is_test(path: &Path) -> bool {
    let test_directory = path
        .components()
        .any(|part| ["tests", "examples"].iter().any(|name| part.as_os_str() == *name));
    test_directory || path.file_name().is_some_and(|name| name == "tests.rs")
}

/// Whether an item is compiled for tests only.
fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

/// The path as it is written in findings.
fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}
