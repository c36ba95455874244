//! The keys of the query language, for completion, documentation and the parser's errors.

use crate::{Outcome, Severity};

/// What one key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// As it is typed, without the colon; `metadata.` is followed by a key of its own.
    pub key: &'static str,
    /// What it looks at, in a few words.
    pub description: &'static str,
    /// A whole condition.
    pub example: &'static str,
    /// The values it takes, if they are few.
    pub values: &'static [&'static str],
}

const fn key(
    key: &'static str,
    description: &'static str,
    example: &'static str,
    values: &'static [&'static str],
) -> KeyInfo {
    KeyInfo {
        key,
        description,
        example,
        values,
    }
}

/// What is asked for most where a time is.
const TIMES: &[&str] = &["today", "yesterday", "-1h", "-24h", "-7d", "-30d", "monday"];

/// Every key, in the order they are explained.
pub const KEYS: &[KeyInfo] = &[
    key(
        "activity",
        "Activity type; .* for a whole category",
        "activity:user.login,group.*",
        &[],
    ),
    key("outcome", "How it ended", "outcome:failure", Outcome::WORDS),
    key(
        "severity",
        "How grave its reporter says it is",
        "severity:warning,error",
        Severity::WORDS,
    ),
    key(
        "user",
        "Whose log: id, username, e-mail or words of the name; me for your own",
        "user:sam@example.com",
        &["me"],
    ),
    key(
        "by",
        "Who did it: a sort of doer, or a person or application",
        "by:administrator",
        &[
            "self",
            "administrator",
            "member",
            "person",
            "application",
            "system",
            "me",
        ],
    ),
    key(
        "target",
        "What it was done to: id, username, e-mail or words of the name",
        "target:sam",
        &["me"],
    ),
    key(
        "group",
        "Group: id or words of the name",
        "group:\"Example Group\"",
        &[],
    ),
    key(
        "application",
        "Application: id or words of the name",
        "application:\"Web manager\"",
        &[],
    ),
    key("device", "Words of the device", "device:firefox", &[]),
    key(
        "user_agent",
        "Words of the user agent as it was sent",
        "user_agent:curl",
        &[],
    ),
    key("place", "Words of the place", "place:leipzig", &[]),
    key("country", "Country of the address, two letters", "country:DE", &[]),
    key("ip", "Address, network or beginning", "ip:10.0.0.0/8", &[]),
    key("reason", "Why it failed or happened", "reason:wrong_password", &[]),
    key("metadata.", "A free-form value by its key", "metadata.plan:pro", &[]),
    key(
        "has",
        "The field is present",
        "has:target",
        &[
            "reason",
            "severity",
            "user",
            "target",
            "group",
            "application",
            "ip",
            "device",
            "user_agent",
            "country",
            "place",
            "trace",
            "description",
            "changes",
            "metadata",
            "external_id",
            "raw",
        ],
    ),
    key("id", "Number of the activity, or a range", "id:100..200", &[]),
    key("at", "When it happened: day, range or the last days", "at:-7d", TIMES),
    key("recorded", "When this log recorded it", "recorded:>=2026-11-01", TIMES),
    key(
        "reported",
        "Who put it into the log: Whodid itself, or a key, application or import by name",
        "reported:key:\"Nightly import\"",
        &["whodid", "key", "application", "import"],
    ),
    key("trace", "The trace it belongs to", "trace:4bf92f3577b34da6", &[]),
];
