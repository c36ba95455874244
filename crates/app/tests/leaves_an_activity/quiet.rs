//! Where a change is committed without an activity, and why. The compiler knows no third way to end one.

use std::path::{Path, PathBuf};

/// Files below `src` without `.rs`, and their reasons. The list only shrinks.
const QUIET: &[(&str, &str)] = &[
    ("accounts/change_password", "Counted"),
    ("accounts/fill_skeletons", "Derived"),
    ("accounts/fold_names", "Derived"),
    ("accounts/fold_names", "Derived"),
    ("accounts/preferences", "Preference"),
    ("activity/disclosure/give", "Disclosed"),
    ("api_keys/authenticate", "Seen"),
    ("applications/authenticate", "Seen"),
    ("applications/refresh", "TokenRefreshed"),
    ("attempts", "Counted"),
    ("backdate/accounts", "Past"),
    ("backdate/connections", "Past"),
    ("backdate/disclosures", "Past"),
    ("backdate/groups", "Past"),
    ("backdate/sessions", "Past"),
    ("connections/find", "Counted"),
    ("connections/request", "Counted"),
    ("devices/authenticate", "Seen"),
    ("exports/create", "ExportQueue"),
    ("exports/worker", "ExportQueue"),
    ("factors/reauthenticate", "Counted"),
    ("factors/reauthenticate", "Counted"),
    ("import/begin", "ImportBegun"),
    ("import/end", "ImportBegun"),
    ("import/end", "ImportBegun"),
    ("ingest/record", "ImportBegun"),
    ("logging_in/log_in", "SecondStepDue"),
    ("logging_in/log_in", "Rehashed"),
    ("mail/send", "MailQueue"),
    ("mail/send", "MailQueue"),
    ("passkeys/begin_add", "PasskeyAsked"),
    ("passkeys/begin_confirm", "PasskeyAsked"),
    ("passkeys/begin_log_in", "PasskeyAsked"),
    ("passkeys/begin_second_factor", "PasskeyAsked"),
    ("sessions/join", "Seen"),
    ("sessions/join", "Counted"),
    ("sessions/password", "Counted"),
    ("sessions/sweep", "Seen"),
];

#[test]
fn changes_without_an_activity_are_those_that_are_listed() {
    let source = Path::new("src");
    let mut found = Vec::new();
    for path in files(source) {
        let name = path.strip_prefix(source).unwrap().with_extension("");
        let name = name.to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let reasons = text.split("commit_quietly(").skip(1);
        found.extend(reasons.map(|rest| (name.clone(), rest.split(')').next().unwrap().to_owned())));
    }
    // The definition itself, which is given its reason.
    found.retain(|(name, _)| name != "tx");
    let listed: Vec<_> = QUIET
        .iter()
        .map(|(name, reason)| ((*name).to_owned(), format!("Quiet::{reason}")))
        .collect();
    assert_eq!(found, listed);
}

/// The files of the product, in order.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    let tests = |path: &PathBuf| path.file_stem().is_some_and(|stem| stem == "tests");
    let product = entries.into_iter().filter(|path| !tests(path));
    product
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .collect()
}
