//! The keys of an activity in JSON, and what was meant by others.

use std::fmt::Write;
use std::sync::LazyLock;

use crate::field::{FIELDS, Field};
use crate::limits::shown;

/// Keys of a row that the log itself gives.
pub(super) const GIVEN_BY_THE_LOG: &[&str] = &["id", "recorded_at", "recorded_by", "sentence"];

/// Keys of the number that a reporter gave an activity, which is no field of it.
pub(super) const OF_A_NUMBER: [&str; 3] = ["source", "epoch", "sequence"];

/// Every key of an activity that a reporter may send; `target` is a single one of `targets`.
pub(super) static KEYS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let sent = FIELDS.iter().filter(|info| info.field != Field::Recorder);
    sent.map(|info| info.key).chain(["target"]).chain(OF_A_NUMBER).collect()
});

/// What others call our keys.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("action", "activity"),
    ("actor", "by"),
    ("app", "application"),
    ("code", "activity"),
    ("created", "occurred_at"),
    ("created_at", "occurred_at"),
    ("event", "activity"),
    ("fields", "metadata"),
    ("ip_address", "ip"),
    ("organization", "group"),
    ("result", "outcome"),
    ("seq", "sequence"),
    ("sequence_number", "sequence"),
    ("source_ip", "ip"),
    ("original", "raw"),
    ("level", "severity"),
    ("location", "place"),
    ("status", "outcome"),
    ("trace", "trace_id"),
    ("team", "group"),
    ("time", "occurred_at"),
    ("timestamp", "occurred_at"),
    ("type", "activity"),
];

/// What is said of an unknown key.
pub(super) fn unknown_key(key: &str, known: &[&str]) -> String {
    let mut detail = format!("{} is not a key here", shown(key));
    let other_name = OTHER_NAMES
        .iter()
        .find(|(other, meant)| *other == key && known.contains(meant));
    let near = || {
        known
            .iter()
            .copied()
            .find(|known| strsim::osa_distance(key, known) <= 2)
    };
    let meant = other_name
        .map(|(_, meant)| *meant)
        .or_else(|| if key.len() > 64 { None } else { near() });
    // Writing to a `String` cannot fail.
    let _ = match meant {
        _ if GIVEN_BY_THE_LOG.contains(&key) => write!(detail, ": the log gives it; leave it out"),
        Some(meant) => write!(detail, "; did you mean `{meant}`?"),
        None => write!(
            detail,
            "; keys are {}; anything of your own goes into `metadata`",
            known.join(", ")
        ),
    };
    detail
}
