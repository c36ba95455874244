use super::*;

fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let sources: Vec<Source> = files
        .iter()
        .map(|(name, text)| Source::new((*name).to_owned(), Path::new(name), text).expect("it is Rust"))
        .collect();
    Graph::of(&sources).findings()
}

#[test]
fn a_circle_is_told_with_the_files_and_paths_that_close_it() {
    let found = findings(&[
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "use crate::{b::Thing, c};"),
        ("b/inner.rs", "fn f() { let x: Vec<super::super::a::Other> = g(); }"),
        ("c.rs", ""),
    ]);
    assert_eq!(
        found,
        [
            "a/mod.rs names crate::b::Thing; b/inner.rs names crate::a::Other: a circle: what both use belongs below \
             them (modules that reach each other: a, b)"
        ]
    );
}

#[test]
fn the_shortest_circle_of_a_group_is_told() {
    let found = findings(&[
        ("a/mod.rs", "use crate::b;"),
        ("b/mod.rs", "use crate::c;"),
        ("c/mod.rs", "use crate::{a, d};"),
        ("d/mod.rs", "use crate::c::X;"),
    ]);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("c/mod.rs names crate::d; d/mod.rs names crate::c::X:"));
    assert!(found[0].contains("a, b, c, d"));
}

#[test]
fn a_name_of_the_root_counts_as_the_module_it_comes_from() {
    let root = ("lib.rs", "pub use a::{Thing, other::Old as New}; pub struct App;");
    let below = ("a/mod.rs", "use crate::b::B;");
    for text in ["use crate::Thing;", "use super::New;", "fn f(x: crate::Thing) {}"] {
        assert_eq!(findings(&[root, below, ("b.rs", text)]).len(), 1, "{text}");
    }
    assert!(findings(&[root, below, ("b.rs", "use crate::App; use a::Foreign;")]).is_empty());
}

#[test]
fn paths_in_macros_count_and_methods_do_not() {
    let below = ("a/mod.rs", "use crate::b::B;");
    for text in [
        "fn f() { print!(\"{}\", crate::a::x()); }",
        "macro_rules! m { () => { $crate::a::x() } }",
        "fn f() { crate::a::m!(1) }",
    ] {
        assert_eq!(findings(&[below, ("b.rs", text)]).len(), 1, "{text}");
    }
    assert!(findings(&[below, ("b.rs", "fn f(app: crate::App) { app.a() }")]).is_empty());
}

#[test]
fn what_tests_name_closes_no_circle() {
    let below = ("a/mod.rs", "use crate::b::B;");
    let inline = ("b/mod.rs", "#[cfg(test)] mod tests { use crate::a; }");
    let declared = ("b/mod.rs", "#[cfg(test)] mod properties;");
    let properties = ("b/properties.rs", "use crate::a;");
    assert!(findings(&[below, inline]).is_empty());
    assert!(findings(&[below, declared, properties]).is_empty());
}

#[test]
fn files_outside_folders_may_name_each_other() {
    assert!(findings(&[("a.rs", "use crate::b;"), ("b.rs", "use crate::a;")]).is_empty());
}
