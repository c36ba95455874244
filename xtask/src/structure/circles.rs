//! No circles between the folders of a crate: what many use lies below them. A crate's root is no module here, what it
//! takes in by name counts as the module that it comes from, and what tests name does not count.

mod paths;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use self::paths::{absolute, leaves, paths};
use super::{is_test, is_test_only, shown};

/// A file of a crate.
struct Source {
    /// As findings name it.
    name: String,
    /// Its place in the crate; empty for the root.
    module: Vec<String>,
    /// Whether it lies in a folder of its first module.
    in_folder: bool,
    file: syn::File,
}

impl Source {
    /// `name` from the checkout's root; `inner` from the crate's `src`.
    fn new(name: String, inner: &Path, text: &str) -> Result<Self> {
        let file = syn::parse_file(text).with_context(|| name.clone())?;
        let mut module: Vec<String> = inner
            .with_extension("")
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        let in_folder = module.len() > 1;
        let is_root = ["lib", "main"].iter().any(|root| module == [*root]);
        if is_root || module.last().is_some_and(|last| last == "mod") {
            module.pop();
        }
        Ok(Self {
            name,
            module,
            in_folder,
            file,
        })
    }
}

/// Looks for circles in every crate.
pub(super) fn check(root: &Path, sources: &[PathBuf]) -> Result<Vec<String>> {
    let mut crates: BTreeMap<PathBuf, Vec<Source>> = BTreeMap::new();
    for path in sources.iter().filter(|path| !is_test(path)) {
        let Some(folder) = path.ancestors().find(|folder| folder.ends_with("src")) else {
            continue;
        };
        let source = Source::new(
            shown(root, path),
            path.strip_prefix(folder)?,
            &std::fs::read_to_string(path)?,
        )?;
        crates.entry(folder.to_owned()).or_default().push(source);
    }
    Ok(crates
        .values()
        .flat_map(|sources| Graph::of(sources).findings())
        .collect())
}

/// Where one module names another first.
struct Arrow {
    file: String,
    path: String,
}

/// The first-level modules of a crate, and which names which.
#[derive(Default)]
struct Graph {
    arrows: BTreeMap<String, BTreeMap<String, Arrow>>,
    folders: BTreeSet<String>,
}

impl Graph {
    fn of(sources: &[Source]) -> Self {
        let modules: BTreeSet<&str> = sources.iter().filter_map(|source| first(&source.module)).collect();
        let exports = exports(sources, &modules);
        let only_tests: BTreeSet<Vec<String>> = sources.iter().flat_map(test_modules).collect();
        let mut graph = Self::default();
        for source in sources {
            let Some(from) = first(&source.module) else { continue };
            if source.in_folder {
                graph.folders.insert(from.to_owned());
            }
            if only_tests.iter().any(|module| source.module.starts_with(module)) {
                continue;
            }
            for path in paths(&source.file, &source.module) {
                let Some(name) = first(&path) else { continue };
                let to = if modules.contains(name) {
                    name
                } else {
                    exports.get(name).map_or(from, String::as_str)
                };
                if to != from {
                    let arrows = graph.arrows.entry(from.to_owned()).or_default();
                    arrows.entry(to.to_owned()).or_insert_with(|| Arrow {
                        file: source.name.clone(),
                        path: format!("crate::{}", path.join("::")),
                    });
                }
            }
        }
        graph
    }

    /// One finding for every group of modules that reach each other, if a folder is among them.
    fn findings(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut findings = Vec::new();
        for module in self.arrows.keys() {
            let group = self.group(module);
            if group.len() < 2 || !seen.insert(group.clone()) {
                continue;
            }
            let circles = group.iter().filter(|module| self.folders.contains(*module));
            let Some(circle) = circles.filter_map(|folder| self.circle(folder)).min_by_key(Vec::len) else {
                continue;
            };
            let steps = circle.windows(2).filter_map(|step| {
                let arrow = self.arrows.get(&step[0])?.get(&step[1])?;
                Some(format!("{} names {}", arrow.file, arrow.path))
            });
            findings.push(format!(
                "{}: a circle: what both use belongs below them (modules that reach each other: {})",
                steps.collect::<Vec<_>>().join("; "),
                group.into_iter().collect::<Vec<_>>().join(", "),
            ));
        }
        findings
    }

    /// The module, and those that it reaches and that reach it.
    fn group(&self, module: &str) -> BTreeSet<String> {
        let mut group = self.reached(module);
        group.retain(|other| self.reached(other).contains(module));
        group
    }

    /// What can be come to from a module in one step or more.
    fn reached(&self, module: &str) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut open = vec![module];
        while let Some(from) = open.pop() {
            for to in self.arrows.get(from).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(to.clone()) {
                    open.push(to);
                }
            }
        }
        reached
    }

    /// The shortest way from a module back to itself, with it at both ends.
    fn circle(&self, start: &str) -> Option<Vec<String>> {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut open = VecDeque::from([start]);
        while let Some(from) = open.pop_front() {
            for to in self.arrows.get(from).into_iter().flat_map(BTreeMap::keys) {
                if to == start {
                    let mut way = vec![start.to_owned(), from.to_owned()];
                    let mut at = from;
                    while at != start {
                        at = came_from.get(at)?;
                        way.push(at.to_owned());
                    }
                    way.reverse();
                    return Some(way);
                }
                if !came_from.contains_key(to.as_str()) {
                    came_from.insert(to, from);
                    open.push_back(to);
                }
            }
        }
        None
    }
}

fn first(path: &[String]) -> Option<&str> {
    path.first().map(String::as_str)
}

/// Which module each name comes from that the crate's root takes in with `use`.
fn exports(sources: &[Source], modules: &BTreeSet<&str>) -> BTreeMap<String, String> {
    let mut exports = BTreeMap::new();
    let roots = sources.iter().filter(|source| source.module.is_empty());
    for item in roots.flat_map(|root| &root.file.items) {
        let syn::Item::Use(item) = item else { continue };
        if item.leading_colon.is_some() {
            continue;
        }
        for (path, name) in leaves(&item.tree) {
            let path = absolute(&path, &[]).unwrap_or(path);
            if let Some(module) = first(&path).filter(|module| modules.contains(module)) {
                exports.insert(name, module.to_owned());
            }
        }
    }
    exports
}

/// The modules that a file declares for tests only.
fn test_modules(source: &Source) -> impl Iterator<Item = Vec<String>> {
    source.file.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if is_test_only(&module.attrs) => {
            Some([source.module.as_slice(), &[module.ident.to_string()]].concat())
        }
        _ => None,
    })
}
