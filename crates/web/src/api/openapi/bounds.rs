//! How long texts may be, what ids look like and which words there are, put into the shapes that the handlers' structs
//! give. Read from where they are checked; a row that names nothing, or a text without a row, fails a test.

use app::activity::{Column, Density};
use app::factors::Answer;
use app::limits;
use serde_json::{Value, json};

use super::finish::operations;
use crate::api::docs;

/// What a property holds.
enum Holds {
    /// A text of so many characters.
    Text(usize, usize),
    /// A text without blanks of so many characters.
    Word(usize, usize),
    /// An e-mail address.
    Email,
    /// An id with this beginning.
    Id(&'static str),
    /// So many texts.
    Texts(usize, usize),
    /// So many names of files.
    Files(usize, usize),
    /// One of these.
    OneOf(Vec<&'static str>),
    /// A time or a date.
    TimeOrDate,
    /// What this pattern fits.
    Like(&'static str),
    /// What this server gave before, or checks whole: not empty.
    Given,
    /// Any text.
    Free,
}

/// Of what is sent: shape, property, and what it holds.
fn sent() -> Vec<(&'static str, &'static str, Holds)> {
    use Holds::{Email, Free, Given, Id, OneOf, Text, Texts, Word};
    let password = || Text(limits::SESSION_PASSWORD_LEAST, limits::SESSION_PASSWORD);
    vec![
        ("RegisterApplication", "name", Text(1, limits::APPLICATION_NAME)),
        ("ApplicationEdit", "name", Text(1, limits::APPLICATION_NAME)),
        ("NewGroup", "name", Text(1, limits::GROUP_NAME)),
        ("NewGroup", "owner_id", Id("usr")),
        ("EditGroup", "name", Text(1, limits::GROUP_NAME)),
        ("DefaultGroup", "group_id", Id("grp")),
        ("NewMember", "user_id", Id("usr")),
        ("NewInvitations", "addresses", Texts(1, limits::INVITATIONS)),
        ("NewSession", "group_id", Id("grp")),
        ("NewSession", "name", Text(1, limits::SESSION_NAME)),
        ("NewSession", "password", password()),
        ("EditSession", "name", Text(1, limits::SESSION_NAME)),
        ("EditSession", "password", password()),
        ("JoinSession", "password", Free),
        ("NewUser", "given_name", Text(0, limits::NAME)),
        ("NewUser", "family_name", Text(0, limits::NAME)),
        ("NewUser", "username", Word(1, limits::USERNAME)),
        ("NewUser", "email", Email),
        ("UserEdit", "given_name", Text(0, limits::NAME)),
        ("UserEdit", "family_name", Text(0, limits::NAME)),
        ("UserEdit", "username", Word(1, limits::USERNAME)),
        ("UserEdit", "email", Email),
        ("UserEdit", "login_addresses", Texts(0, limits::LOGIN_ADDRESSES)),
        ("MyProfile", "given_name", Text(0, limits::NAME)),
        ("MyProfile", "family_name", Text(0, limits::NAME)),
        ("MyProfile", "time_zone", Given),
        ("SignIn", "login", Text(1, limits::LOGIN)),
        ("SignIn", "password", Text(1, limits::TYPED_PASSWORD)),
        ("SignIn", "device_name", Text(0, limits::DEVICE_NAME)),
        ("SignIn", "known_device", Free),
        ("SecondFactor", "challenge", Given),
        ("SecondFactor", "code", Given),
        ("SecondFactor", "method", OneOf(Answer::METHODS.to_vec())),
        (
            "FactorMethod",
            "method",
            OneOf([Answer::METHODS, &["passkey"]].concat()),
        ),
        ("SecondFactor", "device_name", Text(0, limits::DEVICE_NAME)),
        ("SendCode", "challenge", Given),
        ("Refresh", "refresh_token", Given),
        ("NewErasure", "person", Text(1, activity::limits::FIELD_BYTES)),
        ("NewErasure", "reason", Text(1, limits::REASON)),
        ("ErasureDecision", "reason", Text(1, limits::REASON)),
        ("NewHold", "person", Text(1, activity::limits::FIELD_BYTES)),
        ("NewHold", "reason", Text(1, limits::REASON)),
    ]
}

/// The same of imports.
fn imported() -> Vec<(&'static str, &'static str, Holds)> {
    use Holds::{Files, Like, Text};
    vec![
        ("NewImport", "format", Like("^[^\\u0000-\\u001f\\u007f-\\u009f]{1,40}$")),
        (
            "NewImport",
            "source",
            Like("^[^\\u0000-\\u001f\\u007f-\\u009f]{0,200}$"),
        ),
        ("NewImport", "files", Files(1, app::import::FILES)),
        ("UndoImport", "reason", Text(1, limits::REASON)),
    ]
}

/// The same of what is asked for as a file.
fn exported() -> Vec<(&'static str, &'static str, Holds)> {
    use Holds::{Given, Text, Texts};
    vec![
        ("NewExport", "q", Text(0, activity::query::MAX_BYTES)),
        ("NewExport", "user", Given),
        ("NewExport", "group", Given),
        ("NewExport", "columns", Texts(0, app::exports::Column::ALL.len())),
        ("NewExport", "zone", Given),
    ]
}

/// The same of saved searches.
fn saved_searches() -> Vec<(&'static str, &'static str, Holds)> {
    use Holds::{Id, OneOf, Text, Texts};
    vec![
        ("SearchToSave", "name", Text(1, limits::SAVED_SEARCH_NAME)),
        ("SearchToSave", "q", Text(0, limits::QUERY)),
        ("SearchToSave", "from", Text(0, limits::RANGE_END)),
        ("SearchToSave", "to", Text(0, limits::RANGE_END)),
        ("SearchToSave", "columns", Texts(0, Column::ALL.len())),
        ("SearchToSave", "density", OneOf(densities())),
        ("SearchToSave", "shared_with", Id("grp")),
        ("SavedSearchEdit", "name", Text(1, limits::SAVED_SEARCH_NAME)),
        ("SavedSearchEdit", "q", Text(0, limits::QUERY)),
        ("SavedSearchEdit", "from", Text(0, limits::RANGE_END)),
        ("SavedSearchEdit", "to", Text(0, limits::RANGE_END)),
        ("SavedSearchEdit", "columns", Texts(0, Column::ALL.len())),
        ("SavedSearchEdit", "density", OneOf(densities())),
        ("SavedSearchEdit", "shared_with", Id("grp")),
        ("CopyName", "name", Text(1, limits::SAVED_SEARCH_NAME)),
    ]
}

/// The names of densities, and nothing for what its reader keeps.
fn densities() -> Vec<&'static str> {
    [""].into_iter().chain(Density::ALL.map(Density::name)).collect()
}

/// The same of what is answered.
fn answered() -> Vec<(&'static str, &'static str, Holds)> {
    use Holds::{Id, OneOf};
    let codes = docs::PROBLEMS.iter().map(|(code, ..)| *code).collect();
    vec![
        ("Application", "id", Id("app")),
        ("RegisteredApplication", "id", Id("app")),
        ("Device", "id", Id("dev")),
        ("DeviceApplication", "id", Id("app")),
        ("Group", "id", Id("grp")),
        ("GroupName", "id", Id("grp")),
        ("Member", "user_id", Id("usr")),
        ("Invitation", "id", Id("inv")),
        ("InvitedLine", "id", Id("inv")),
        ("Session", "id", Id("ses")),
        ("SessionDetails", "id", Id("ses")),
        ("SessionGroup", "id", Id("grp")),
        ("SessionHost", "id", Id("usr")),
        ("Participant", "id", Id("usr")),
        ("SavedSearch", "id", Id("srch")),
        ("SharedWith", "id", Id("grp")),
        ("Contact", "id", Id("usr")),
        ("User", "id", Id("usr")),
        ("Export", "id", Id("exp")),
        ("Erasure", "id", Id("ers")),
        ("Hold", "id", Id("hold")),
        ("SignedInBody", "user_id", Id("usr")),
        ("SignedInBody", "device_id", Id("dev")),
        ("Problem", "code", OneOf(codes)),
        (
            "FactorMethod",
            "method",
            OneOf([Answer::METHODS, &["passkey"]].concat()),
        ),
    ]
}

/// The beginning of the ids of what stands after this part of a path.
const IN_PATHS: &[(&str, &str)] = &[
    ("applications", "app"),
    ("connections", "usr"),
    ("devices", "dev"),
    ("erasures", "ers"),
    ("exports", "exp"),
    ("groups", "grp"),
    ("holds", "hold"),
    ("invitations", "inv"),
    ("members", "usr"),
    ("saved-searches", "srch"),
    ("sessions", "ses"),
    ("users", "usr"),
];

/// Puts the table into the shapes, and the form of ids into the parameters of paths.
pub(super) fn apply(document: &mut Value) {
    let own = sent().into_iter().chain(saved_searches()).chain(exported());
    for (shape, property, holds) in own.chain(imported()).chain(answered()) {
        if let Some(schema) = document.pointer_mut(&format!("/components/schemas/{shape}/properties/{property}")) {
            holds.put(schema);
        }
    }
    for (path, operation) in operations(document) {
        for parameter in operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            let name = parameter["name"].as_str().unwrap_or_default();
            if let Some(holds) = in_path(path, name).or_else(|| anywhere(name)) {
                holds.put(&mut parameter["schema"]);
            }
        }
    }
}

/// The id that a parameter of a path is.
fn in_path(path: &str, name: &str) -> Option<Holds> {
    let parts: Vec<&str> = path.split('/').collect();
    let before = parts
        .windows(2)
        .find(|pair| pair[1].trim_matches(['{', '}']) == name && pair[1] != name)?[0];
    let (_, prefix) = IN_PATHS.iter().find(|(part, _)| *part == before)?;
    Some(Holds::Id(prefix))
}

/// What a parameter of this name holds wherever it stands.
fn anywhere(name: &str) -> Option<Holds> {
    Some(match name {
        "from" | "to" => Holds::TimeOrDate,
        "tz" => Holds::Given,
        "If-Match" => Holds::Like("^(\\*|\"v[0-9]{1,18}\")$"),
        "Idempotency-Key" => Holds::Like("^[!-~]{1,255}$"),
        _ => return None,
    })
}

impl Holds {
    fn put(&self, schema: &mut Value) {
        let text = |least: usize, most: usize| json!({ "minLength": least, "maxLength": most });
        let more = match self {
            Self::Text(least, most) => text(*least, *most),
            Self::Word(least, most) => {
                let mut word = text(*least, *most);
                word["pattern"] = json!("^\\S+$");
                word
            }
            Self::Email => json!({ "format": "email", "maxLength": limits::EMAIL }),
            // 26 digits of base32hex, as `new_id` makes them.
            Self::Id(prefix) => json!({ "pattern": format!("^{prefix}_[0-9a-v]{{26}}$") }),
            Self::Texts(least, most) => json!({ "minItems": least, "maxItems": most }),
            Self::Files(least, most) => {
                let pattern = format!("^[^\\u0000-\\u001f\\u007f-\\u009f]{{1,{}}}$", app::import::NAME);
                json!({ "minItems": least, "maxItems": most, "items": { "type": "string", "pattern": pattern } })
            }
            Self::OneOf(words) => {
                let is_optional = schema["type"].is_array();
                let mut words = json!(words);
                if let (true, Some(list)) = (is_optional, words.as_array_mut()) {
                    list.push(Value::Null);
                }
                json!({ "enum": words })
            }
            Self::TimeOrDate => json!({ "anyOf": [{ "format": "date-time" }, { "format": "date" }] }),
            Self::Like(pattern) => json!({ "pattern": pattern }),
            Self::Given => json!({ "minLength": 1 }),
            Self::Free => json!({}),
        };
        if let (Some(schema), Value::Object(more)) = (schema.as_object_mut(), more) {
            schema.extend(more);
        }
    }
}

#[cfg(test)]
pub(super) fn names() -> Vec<(&'static str, &'static str)> {
    sent()
        .into_iter()
        .chain(saved_searches())
        .chain(exported())
        .chain(imported())
        .chain(answered())
        .map(|(shape, property, _)| (shape, property))
        .collect()
}
