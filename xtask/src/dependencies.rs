//! What others wrote and we build in: its licences, sources and versions, and the reason for each direct dependency,
//! held against docs/dependencies.md. Owns no list itself; advisories are not looked up, for want of their database.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use spdx::{Expression, LicenseReq, ParseMode};

const PAGE: &str = "docs/dependencies.md";
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM: &[&str] = &["crates/web/frontend/package.json", "e2e/package.json"];
const PYPI: &[&str] = &[
    "e2e/independent/requirements.txt",
    "e2e/schemathesis/requirements.txt",
    "crates/bench/src/peers/requirements.txt",
];

/// Compares what is built with the page; every difference is a finding.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let page = Page(std::fs::read_to_string(root.join(PAGE)).with_context(|| format!("{PAGE} is missing"))?);
    let read = |file: &str| std::fs::read_to_string(root.join(file)).with_context(|| format!("{file} is missing"));
    let all = packages(root, &["--edges", "normal,build,dev"])?;
    let direct: BTreeSet<String> = packages(root, &["--depth", "1", "--no-dedupe"])?
        .into_iter()
        .filter(|package| !package.ours)
        .map(|package| package.name)
        .collect();
    let mut findings = foreign_sources(&read("Cargo.lock")?);
    findings.extend(licences(&all, &page)?);
    findings.extend(versions(&all, &page));
    findings.extend(unused(&read("Cargo.toml")?, &direct));
    findings.extend(reasons(&page, "", &direct));
    let mut npm = BTreeSet::new();
    for file in NPM {
        npm.extend(npm_names(&read(file)?));
    }
    findings.extend(reasons(&page, "npm", &npm));
    let mut pypi = BTreeSet::new();
    for file in PYPI {
        pypi.extend(pypi_names(&read(file)?));
    }
    findings.extend(reasons(&page, "PyPI", &pypi));
    Ok(findings)
}

/// A package that is built on this platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    /// Its statement; empty where it makes none.
    licence: String,
    /// Whether it is of this workspace.
    ours: bool,
}

impl Package {
    /// From a line `name v1.2.3 (/where)|LICENCE`, perhaps with a mark that its dependencies were listed before.
    fn of(line: &str) -> Option<Self> {
        let (package, licence) = line.split_once('|')?;
        let mut words = package.split(' ');
        Some(Self {
            name: words.next()?.to_owned(),
            version: words.next()?.trim_start_matches('v').to_owned(),
            licence: licence.trim_end_matches(" (*)").to_owned(),
            ours: package.contains("(/"),
        })
    }

    /// The part of the version within which cargo takes one for another.
    fn line(&self) -> &str {
        let numbers = match self.version.starts_with("0.") {
            true => 2,
            false => 1,
        };
        let end = self.version.match_indices('.').nth(numbers - 1);
        end.map_or(self.version.as_str(), |(at, _)| &self.version[..at])
    }
}

/// What `cargo tree` lists. It names platforms' packages only where they are built, and needs no JSON to be read.
fn packages(root: &Path, arguments: &[&str]) -> Result<BTreeSet<Package>> {
    let output = Command::new("cargo")
        .args([
            "tree",
            "--workspace",
            "--locked",
            "--prefix",
            "none",
            "--format",
            "{p}|{l}",
        ])
        .args(arguments)
        .current_dir(root)
        .output()
        .context("`cargo tree` could not be started")?;
    if !output.status.success() {
        bail!("`cargo tree` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout).context("`cargo tree` writes UTF-8")?;
    Ok(text.lines().filter_map(Package::of).collect())
}

/// Packages of the lock file that come from elsewhere than crates.io, whatever platform they are for.
fn foreign_sources(lock: &str) -> Vec<String> {
    lock.split("[[package]]")
        .filter_map(|package| {
            let source = value(package, "source")?;
            let name = value(package, "name")?;
            (source != REGISTRY).then(|| format!("`{name}` comes from {source}: take it from crates.io"))
        })
        .collect()
}

/// The value of `key = "value"`.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'))
}

/// Packages whose licence the allowed ones cannot meet, and allowed ones that nothing needs.
fn licences(packages: &BTreeSet<Package>, page: &Page) -> Result<Vec<String>> {
    let allowed = page.names("Licences");
    let mut findings = Vec::new();
    let mut needed = BTreeSet::new();
    for package in packages.iter().filter(|package| !package.ours) {
        let Package { name, licence, .. } = package;
        let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else {
            findings.push(format!(
                "`{name}` says `{licence}` of its licence, which is no SPDX expression"
            ));
            continue;
        };
        let met = |without: Option<&str>| {
            expression.evaluate(|asked| allowed.iter().any(|one| Some(*one) != without && is(asked, one)))
        };
        if !met(None) {
            findings.push(format!(
                "`{name}` has the licence `{licence}`, which {PAGE} does not allow"
            ));
        }
        needed.extend(allowed.iter().filter(|one| !met(Some(one))));
    }
    let stale = allowed.difference(&needed);
    findings.extend(stale.map(|name| format!("{PAGE} allows the licence `{name}`, which nothing needs")));
    Ok(findings)
}

fn is(asked: &LicenseReq, name: &str) -> bool {
    asked.addition.is_none() && asked.license.id().is_some_and(|id| id.name == name)
}

/// Packages in several versions that the page does not list just so, and those it lists without need.
fn versions(packages: &BTreeSet<Package>, page: &Page) -> Vec<String> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        found.entry(&package.name).or_default().insert(package.line());
    }
    found.retain(|_, lines| lines.len() > 1);
    let listed: BTreeMap<&str, BTreeSet<&str>> = page
        .rows("In more than one version")
        .map(|(name, rest)| {
            let versions = rest.split('|').nth(1).unwrap_or_default();
            (name, versions.split(',').map(str::trim).collect())
        })
        .collect();
    let names: BTreeSet<&str> = found.keys().chain(listed.keys()).copied().collect();
    let says = |lines: Option<&BTreeSet<&str>>| {
        lines.map_or_else(
            || "one version".to_owned(),
            |lines| lines.iter().copied().collect::<Vec<_>>().join(", "),
        )
    };
    names
        .into_iter()
        .filter(|name| found.get(name) != listed.get(name))
        .map(|name| {
            let (is, says) = (says(found.get(name)), says(listed.get(name)));
            format!("`{name}` is built in {is}; {PAGE} says {says}")
        })
        .collect()
}

/// What the workspace's manifest declares and none of its crates uses.
fn unused(manifest: &str, direct: &BTreeSet<String>) -> Vec<String> {
    manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.contains("path ="))
        .filter_map(|line| line.split_once(" =").map(|(name, _)| name))
        .filter(|name| !direct.contains(*name))
        .map(|name| format!("Cargo.toml declares `{name}`, which no crate depends on"))
        .collect()
}

/// Dependencies without a row in their section of the page, and rows without a dependency.
fn reasons(page: &Page, section: &str, used: &BTreeSet<String>) -> Vec<String> {
    let listed = page.names(section);
    let without = used.iter().filter(|name| !listed.contains(name.as_str()));
    let without = without.map(|name| format!("{PAGE} does not say what `{name}` is for"));
    let stale = listed.iter().filter(|name| !used.contains(**name));
    without
        .chain(stale.map(|name| format!("{PAGE} lists `{name}`, which is not a dependency")))
        .collect()
}

/// The packages that a `package.json` pins.
fn npm_names(manifest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('"') && line.ends_with('{') {
            inside = line.to_ascii_lowercase().contains("dependencies\"");
        } else if line.starts_with('}') {
            inside = false;
        } else if inside && let Some(name) = line.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
            names.insert(name.to_owned());
        }
    }
    names
}

/// The packages that a requirements file pins for our own sake: those before the first comment.
fn pypi_names(requirements: &str) -> BTreeSet<String> {
    requirements
        .lines()
        .take_while(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once("==").map(|(name, _)| name.to_owned()))
        .collect()
}

/// The document: tables under headings, whose first column is a name in back quotes.
struct Page(String);

impl Page {
    /// The rows under a heading of the second level (none: before the first), as name and what follows it.
    fn rows<'a>(&'a self, section: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut heading = "";
        self.0
            .lines()
            .filter(move |line| {
                heading = line.strip_prefix("## ").unwrap_or(heading);
                heading == section
            })
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
    }

    fn names<'a>(&'a self, section: &'a str) -> BTreeSet<&'a str> {
        self.rows(section).map(|(name, _)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let text = "| `here` | reason |\n## Licences\n| `MIT` | x |\n| `ISC` | x |\n\
                    ## In more than one version\n| `twice` | 0.1, 2 | old |\n| `once` | 1, 2 | old |";
        Page(text.to_owned())
    }

    fn built(lines: &[&str]) -> BTreeSet<Package> {
        lines.iter().filter_map(|line| Package::of(line)).collect()
    }

    #[test]
    fn a_line_of_cargo_tree_is_read_with_its_place_and_mark() {
        let ours = Package::of("app v0.1.0 (/somewhere/app)|Apache-2.0 OR MIT (*)").unwrap();
        assert!(ours.ours);
        assert_eq!((ours.licence.as_str(), ours.line()), ("Apache-2.0 OR MIT", "0.1"));
        let other = Package::of("serde_derive v1.0.229 (proc-macro)|MIT").unwrap();
        assert!(!other.ours);
        assert_eq!((other.version.as_str(), other.line()), ("1.0.229", "1"));
        assert_eq!(Package::of(""), None);
    }

    #[test]
    fn licences_that_cannot_be_met_and_allowances_without_need_are_findings() {
        let findings = |lines: &[&str]| licences(&built(lines), &page()).unwrap();
        assert_eq!(
            findings(&["a v1.0.0|MIT/Apache-2.0", "b v1.0.0|ISC AND (MIT OR GPL-3.0)"]),
            Vec::<String>::new()
        );
        assert_eq!(findings(&["a v1.0.0|MIT AND ISC", "b v1.0.0|AGPL-3.0"]).len(), 1);
        assert_eq!(findings(&["a v1.0.0|MIT AND ISC", "b v1.0.0|"]).len(), 1);
        assert_eq!(
            findings(&["a v1.0.0|MIT AND ISC", "b v1.0.0|GPL-2.0 WITH Classpath-exception-2.0"]).len(),
            1
        );
        assert_eq!(
            findings(&["a v1.0.0|MIT OR ISC", "b v1.0.0|MIT"]),
            ["docs/dependencies.md allows the licence `ISC`, which nothing needs"]
        );
    }

    #[test]
    fn versions_are_listed_exactly() {
        let all = [
            "twice v0.1.7|MIT",
            "twice v2.0.0|MIT",
            "once v2.3.0|MIT",
            "thrice v1.0.0|MIT",
            "thrice v0.9.0|MIT",
        ];
        assert_eq!(
            versions(&built(&all), &page()),
            [
                "`once` is built in one version; docs/dependencies.md says 1, 2",
                "`thrice` is built in 0.9, 1; docs/dependencies.md says one version",
            ]
        );
        assert!(versions(&built(&["x v1.0.1|MIT", "x v1.2.0|MIT"]), &Page(String::new())).is_empty());
    }

    #[test]
    fn every_source_reason_and_declaration_is_compared() {
        let lock =
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"b\"\nsource = \"git+https://b\"\n";
        assert_eq!(
            foreign_sources(lock),
            ["`b` comes from git+https://b: take it from crates.io"]
        );
        let used = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert!(reasons(&page(), "", &used(&["here"])).is_empty());
        assert_eq!(reasons(&page(), "", &used(&["there"])).len(), 2);
        let manifest =
            "[workspace.dependencies]\nours = { path = \"x\" }\nhere = \"1\"\nthere = \"1\"\n[profile.dev]\nx = 1";
        assert_eq!(
            unused(manifest, &used(&["here"])),
            ["Cargo.toml declares `there`, which no crate depends on"]
        );
        let npm = "{\n  \"name\": \"x\",\n  \"devDependencies\": {\n    \"@a/b\": \"1\",\n    \"c\": \"2\"\n  }\n}";
        assert_eq!(npm_names(npm), used(&["@a/b", "c"]));
        assert_eq!(pypi_names("a==1\n# brought along\nb==2\n"), used(&["a"]));
    }
}
