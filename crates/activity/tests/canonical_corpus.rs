//! Canonical bytes and leaf hashes of every version stay what they were: one file of the corpus per activity.
//!
//! A file that does not hold yet shows what was found.

use std::collections::BTreeMap;
use std::fs;

use activity::{Facts, canonical};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Golden {
    facts: serde_json::Value,
    keys: BTreeMap<String, String>,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Expected {
    impersonal: String,
    personal: Vec<(String, String)>,
    leaf: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn key(text: &str) -> [u8; 32] {
    std::array::from_fn(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).expect("a key is 64 hexadecimal digits"))
}

/// The facts of a golden file. Those of version 1 were written before activities said who recorded them.
fn facts(version: u8, mut facts: serde_json::Value) -> Facts {
    if version == 1 {
        let fields = facts.as_object_mut().expect("facts are an object");
        let target = fields.remove("target");
        fields.insert("targets".into(), target.into_iter().collect());
        fields.insert("recorded_by".into(), serde_json::json!({"kind": "unstated"}));
    }
    serde_json::from_value(facts).expect("facts of the corpus can be read")
}

fn holds(version: u8, least: usize) {
    // Tests run in their crate's directory, which need not be the one that they were built in.
    let folder = format!("tests/corpus/canonical/v{version}");
    let mut read = 0;
    for entry in fs::read_dir(folder).expect("the corpus is there") {
        let path = entry.expect("the corpus can be listed").path();
        let golden: Golden = serde_json::from_slice(&fs::read(&path).expect("a golden file can be read"))
            .expect("a golden file is JSON");
        let facts = facts(version, golden.facts);
        let canonical = canonical::encode(&facts);
        assert_eq!(canonical.version, version, "{}", path.display());
        let leaf = canonical::leaf_of(&facts, |id| golden.keys.get(id).map(|text| key(text)))
            .expect("a golden file has the keys of its people");
        let personal = canonical
            .personal
            .iter()
            .map(|person| (person.person_id.clone(), hex(&person.values)));
        let found = Expected {
            impersonal: hex(&canonical.impersonal),
            personal: personal.collect(),
            leaf: hex(&leaf),
        };
        let told = serde_json::to_string_pretty(&found).expect("what was found is JSON");
        assert_eq!(golden.expected, found, "{}: found {told}", path.display());
        read += 1;
    }
    assert!(read >= least, "the corpus has only {read} files");
}

#[test]
fn canonical_bytes_of_version_1_are_what_they_were() {
    holds(1, 7);
}

#[test]
fn canonical_bytes_of_version_2_are_what_they_were() {
    holds(2, 7);
}
