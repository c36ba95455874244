//! How long files and functions are, and how many parameters a function takes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::{is_test, is_test_only, shown};

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;
const HANDLER_LINES: usize = 40;
const PARAMETERS: usize = 6;

/// Measures every production file and every function in it.
pub(super) fn check(root: &Path, sources: &[PathBuf]) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for path in sources.iter().filter(|path| !is_test(path)) {
        let name = shown(root, path);
        let text = std::fs::read_to_string(path)?;
        let file = syn::parse_file(&text).with_context(|| name.clone())?;
        let production = lines_without_tests(&file, text.lines().count());
        if production > FILE_LINES {
            findings.push(format!(
                "{name} has {production} lines, at most {FILE_LINES}: split it by use case"
            ));
        }
        let handlers = name.starts_with("crates/web/src/pages/") || name.starts_with("crates/web/src/api/");
        let mut functions = Functions {
            name,
            most: if handlers { HANDLER_LINES } else { FUNCTION_LINES },
            findings: &mut findings,
        };
        functions.visit_file(&file);
    }
    Ok(findings)
}

/// The file's lines less its inline test modules.
fn lines_without_tests(file: &syn::File, all: usize) -> usize {
    let tests: usize = file
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Mod(module) if is_test_only(&module.attrs) => Some(lines(module.span())),
            _ => None,
        })
        .sum();
    all.saturating_sub(tests)
}

fn lines(span: proc_macro2::Span) -> usize {
    span.end().line + 1 - span.start().line
}

/// How many parameters an argument stands for: each element of a tuple is one.
fn parameters(argument: &syn::FnArg) -> usize {
    tuple(argument).map_or(1, |tuple| tuple.elems.len())
}

/// Whether two neighbours in a tuple could be exchanged and nobody would notice.
fn has_twins(argument: &syn::FnArg) -> bool {
    tuple(argument).is_some_and(|tuple| {
        let mut neighbours = tuple.elems.iter().zip(tuple.elems.iter().skip(1));
        neighbours.any(|(a, b)| a.span().source_text() == b.span().source_text())
    })
}

/// The tuple that an argument is, by value or by reference.
fn tuple(argument: &syn::FnArg) -> Option<&syn::TypeTuple> {
    let syn::FnArg::Typed(argument) = argument else {
        return None;
    };
    let mut of = &*argument.ty;
    while let syn::Type::Reference(reference) = of {
        of = &reference.elem;
    }
    match of {
        syn::Type::Tuple(tuple) => Some(tuple),
        _ => None,
    }
}

struct Functions<'a> {
    name: String,
    most: usize,
    findings: &'a mut Vec<String>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &syn::Signature, body: proc_macro2::Span) {
        let (name, function) = (&self.name, &signature.ident);
        let length = lines(body);
        // Only handlers are async in the page and API folders; what they share keeps the general limit.
        let most = if signature.asyncness.is_some() {
            self.most
        } else {
            FUNCTION_LINES
        };
        if length > most {
            self.findings
                .push(format!("{name}: `{function}` has {length} lines, at most {most}"));
        }
        let count: usize = signature.inputs.iter().map(parameters).sum();
        if count > PARAMETERS {
            self.findings.push(format!(
                "{name}: `{function}` takes {count} parameters, at most {PARAMETERS}; a tuple's elements are parameters"
            ));
        }
        if signature.inputs.iter().any(has_twins) {
            self.findings.push(format!(
                "{name}: `{function}` takes a tuple with neighbours of one type; name them in a struct"
            ));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(&function.sig, function.block.span());
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.measure(&function.sig, function.block.span());
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test_only(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }
}
