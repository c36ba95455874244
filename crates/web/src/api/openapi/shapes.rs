//! The shapes of activities, made from the table of their fields, so that a limit or a word is written down once.

use activity::field::{FIELDS, Field, Holds, ID_BYTES, Info, TEXT_BYTES};
use activity::limits::{CHANGES, METADATA_KEY_BYTES, METADATA_KEYS, METADATA_VALUE_CHARS, TARGETS};
use activity::numbered::{EPOCH_BYTES, SEQUENCE_MOST, SOURCE_BYTES};
use activity::{By, Outcome, RecorderKind, Severity};
use serde_json::{Map, Value, json};

/// What [`activity::limits::is_code`] takes.
/// What stands in addresses: no part of one ends in it.
const ID: &str = r"^[^/?#\\%\x00-\x1f\x7f-\x9f]+$";
const ID_SAYS: &str = "Stable id. It stands in addresses: no `/`, `?`, `#`, `\\`, `%` or control character.";
/// No control character.
const NO_CONTROLS: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";
const CODE: &str = "^[a-z0-9_-]+(\\.[a-z0-9_-]+)*$";

/// Puts the shapes of activities among the others.
pub(super) fn add(document: &mut Value) {
    let shapes = [
        ("Activity", row()),
        ("NewActivity", sent()),
        ("NewActivities", one_or_many()),
        ("Person", person()),
        ("Named", named()),
        ("Target", target()),
        ("By", by()),
        ("NewPerson", with_nulls(person())),
        ("NewNamed", with_nulls(named())),
        ("NewTarget", with_nulls(target())),
        ("NewBy", with_nulls(by())),
        ("Recorder", recorder()),
        ("Change", change()),
    ];
    for (name, shape) in shapes {
        document["components"]["schemas"][name] = shape;
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn object<const N: usize>(says: &str, required: &[&str], properties: [(&str, Value); N]) -> Value {
    let properties: Map<String, Value> = properties
        .map(|(name, shape)| (name.to_owned(), shape))
        .into_iter()
        .collect();
    json!({
        "type": "object", "description": says, "properties": properties, "required": required,
        "additionalProperties": false,
    })
}

fn text(says: &str) -> Value {
    json!({ "type": "string", "maxLength": TEXT_BYTES, "description": says })
}

fn id() -> Value {
    json!({ "type": "string", "pattern": ID, "maxLength": ID_BYTES, "description": ID_SAYS })
}

/// Of a file, a table, an address: any text.
fn target_id() -> Value {
    let says = "Stable id. Of a `user`, `group`, `session` or `application` as of those; else any text.";
    json!({ "type": "string", "minLength": 1, "maxLength": ID_BYTES, "description": says })
}

fn code(says: &str) -> Value {
    json!({ "type": "string", "pattern": CODE, "maxLength": ID_BYTES, "description": says })
}

fn words(says: &str, words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words, "description": says })
}

fn time(says: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": says })
}

fn address() -> Value {
    let forms = [
        json!({ "type": "string", "format": "ipv4" }),
        json!({ "type": "string", "format": "ipv6" }),
    ];
    json!({ "anyOf": forms })
}

fn person() -> Value {
    let properties = [
        ("id", id()),
        ("name", text("Full name.")),
        ("username", text("Log-in name.")),
        ("email", text("E-mail address.")),
    ];
    object("A person as they were named at that moment.", &["id"], properties)
}

fn named() -> Value {
    let properties = [("id", id()), ("name", text("Name."))];
    object("Something with an id and a name.", &["id"], properties)
}

/// As a reporter may send it: `null` is absence.
fn with_nulls(mut shape: Value) -> Value {
    if let Some(forms) = shape.get_mut("oneOf").and_then(Value::as_array_mut) {
        forms.iter_mut().for_each(|form| *form = with_nulls(form.take()));
    }
    let required = shape["required"].clone();
    for (name, property) in shape
        .get_mut("properties")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        if !required.as_array().into_iter().flatten().any(|one| one == name) {
            *property = or_null(property.take());
        }
    }
    shape
}

fn target() -> Value {
    let properties = [
        ("kind", code("What sort of thing: `user`, `group`, `session`, …")),
        ("id", target_id()),
        ("name", text("Name.")),
        ("username", text("Log-in name of a person.")),
        ("email", text("E-mail address of a person.")),
    ];
    object("What it was done to.", &["kind", "id"], properties)
}

fn by() -> Value {
    let bare = [(
        "kind",
        words("The user of the activity themself, or a system by itself.", By::BARE),
    )];
    let named = [
        (
            "kind",
            words(
                "What sort of doer; `person` is somebody of the reporting system. `administrator` and `member` are of this \
                 installation, and kept as `person` when a reporter sends them.",
                By::NAMED,
            ),
        ),
        ("id", id()),
        ("name", text("Name.")),
        ("username", text("Log-in name.")),
        ("email", text("E-mail address.")),
    ];
    let forms = [
        object("Nobody in particular.", &["kind"], bare),
        object("Somebody, or a program.", &["kind", "id"], named),
    ];
    json!({ "description": "Who did it.", "oneOf": forms })
}

fn recorder() -> Value {
    let says = "`whodid` itself; `api_key`, `application` or `import` where it was reported and so is claimed; \
                `unstated` for activities from before rows said so.";
    let mut ip = address();
    ip["description"] = json!("The address it reported from.");
    let properties = [
        ("kind", words(says, RecorderKind::WORDS)),
        (
            "id",
            json!({ "type": "string", "description": "Id of the key, application or import." }),
        ),
        ("name", json!({ "type": "string", "description": "Its name then." })),
        ("ip", ip),
    ];
    object(
        "Who put an activity into the log; set by the server.",
        &["kind"],
        properties,
    )
}

/// A value that may be sent as a number or boolean, and is kept and shown as text.
fn scalar(says: &str, most: usize) -> Value {
    json!({ "type": ["string", "integer", "boolean"], "maxLength": most, "description": says })
}

fn change() -> Value {
    let properties = [
        (
            "field",
            json!({ "type": "string", "minLength": 1, "maxLength": ID_BYTES, "description": "What was changed." }),
        ),
        ("before", or_null(scalar("The value before.", TEXT_BYTES))),
        ("after", or_null(scalar("The value after.", TEXT_BYTES))),
    ];
    object("One value that was changed.", &["field"], properties)
}

fn metadata(says: &str) -> Value {
    json!({
        "type": "object", "description": says, "maxProperties": METADATA_KEYS,
        "propertyNames": { "minLength": 1, "maxLength": METADATA_KEY_BYTES },
        "additionalProperties": scalar("A value; at most 500 characters.", METADATA_VALUE_CHARS),
    })
}

/// A field as a row shows it.
fn shown(info: &Info) -> Value {
    let says = info.says;
    let list = |of: &str, most: usize| json!({ "type": "array", "items": reference(of), "maxItems": most, "description": says });
    let also = |mut shape: Value| {
        shape["description"] = json!(says);
        shape
    };
    match (info.field, info.holds) {
        (Field::Activity, _) => code(says),
        (Field::OccurredAt, _) => time(says),
        (Field::Outcome, _) => words(says, Outcome::WORDS),
        (Field::Severity, _) => words(says, Severity::WORDS),
        (Field::Recorder, _) => also(reference("Recorder")),
        (Field::Country, _) => json!({ "type": "string", "pattern": "^[A-Z]{2}$", "description": says }),
        (_, Holds::Person) => also(reference("Person")),
        (_, Holds::Doer) => also(reference("By")),
        (_, Holds::Targets) => list("Target", TARGETS),
        (_, Holds::Named) => also(reference("Named")),
        (_, Holds::Address) => also(address()),
        (_, Holds::Changes) => list("Change", CHANGES),
        (_, Holds::Metadata) => metadata(says),
        (_, Holds::Text(most)) => json!({ "type": "string", "maxLength": most, "description": says }),
        (_, Holds::Always | Holds::Word) => json!({ "type": "string", "description": says }),
    }
}

/// A field as a reporter may send it: short forms are taken, and `null` is absence.
fn taken(info: &Info) -> Value {
    let shape = match (info.field, info.holds) {
        (Field::Activity, _) => return code(info.says),
        (Field::Country, _) => json!({ "type": "string", "pattern": "^([A-Za-z]{2})?$" }),
        (_, Holds::Person) => json!({ "oneOf": [id(), reference("NewPerson")] }),
        (_, Holds::Named) => json!({ "oneOf": [id(), reference("NewNamed")] }),
        (_, Holds::Doer) => json!({ "oneOf": [words("Nobody in particular.", By::BARE), reference("NewBy")] }),
        (_, Holds::Address) => json!({ "anyOf": [
            { "type": "string", "format": "ipv4" }, { "type": "string", "format": "ipv6" },
            { "type": "string", "maxLength": 0 },
        ] }),
        (_, Holds::Targets) => json!({ "type": "array", "items": reference("NewTarget"), "maxItems": TARGETS }),
        _ => shown(info),
    };
    let mut shape = or_null(shape);
    let limit = match info.holds {
        Holds::Text(most) if most > 2 => format!("; at most {most} bytes of UTF-8"),
        Holds::Targets => format!(", the chief one first; at most {TARGETS}. A single one may be sent as `target`"),
        _ if info.field == Field::OccurredAt => "; now if absent, at most 24 hours ahead".to_owned(),
        _ if info.field == Field::Outcome => "; `success` if absent".to_owned(),
        Holds::Doer => "; the user themself if absent".to_owned(),
        _ => String::new(),
    };
    shape["description"] = json!(format!("{}{limit}.", info.says));
    shape
}

/// The same or `null`.
fn or_null(mut shape: Value) -> Value {
    if let Some(list) = shape.get_mut("enum").and_then(Value::as_array_mut) {
        list.push(Value::Null);
    }
    for forms in ["oneOf", "anyOf"] {
        if let Some(list) = shape.get_mut(forms).and_then(Value::as_array_mut) {
            list.push(json!({ "type": "null" }));
        }
    }
    let types = match shape.get_mut("type").map(Value::take) {
        Some(Value::Array(types)) => Some([types, vec![json!("null")]].concat()),
        Some(one) => Some(vec![one, json!("null")]),
        None => None,
    };
    if let Some(types) = types {
        shape["type"] = Value::Array(types);
    }
    shape
}

fn sent() -> Value {
    let fields = FIELDS.iter().filter(|info| info.field != Field::Recorder);
    let properties: Map<String, Value> = fields
        .map(|info| (info.key.to_owned(), taken(info)))
        .chain(number_of_its_source())
        .collect();
    json!({
        "type": "object", "properties": properties, "required": ["activity"], "additionalProperties": false,
        "if": { "anyOf": [is_there("source", "string"), is_there("epoch", "string")] },
        "then": is_there("sequence", "integer"),
        "description": "An activity to record. No text holds the character U+0000. All texts together have at most \
                        65,536 bytes, `raw` not counted.",
        "example": { "activity": "user.login", "user": { "id": "u1", "name": "Sam Jones" }, "ip": "203.0.113.7" },
    })
}

/// What stands beside the fields: the number that the event has where it comes from.
fn number_of_its_source() -> impl Iterator<Item = (String, Value)> {
    let name = |says: &str, most: usize| json!({ "type": ["string", "null"], "maxLength": most, "pattern": NO_CONTROLS, "description": says });
    let sequence = json!({
        "type": ["integer", "null"], "format": "int64", "minimum": 0, "maximum": SEQUENCE_MOST,
        "description": "The number that the event has where it comes from: each event has one more than the one before. \
                        Which are missing is at `GET /v1/integrity/sources`; the activity itself does not have it.",
    });
    let keys = [
        (
            "source",
            name(
                "What numbers the events, such as a host or a process; absent for the only one.",
                SOURCE_BYTES,
            ),
        ),
        (
            "epoch",
            name(
                "Another one each time the numbers begin anew, such as when the source was started.",
                EPOCH_BYTES,
            ),
        ),
        ("sequence", sequence),
    ];
    keys.into_iter().map(|(key, shape)| (key.to_owned(), shape))
}

/// That this key has a value of this sort, and not `null`.
fn is_there(key: &str, sort: &str) -> Value {
    json!({ "properties": { key: { "type": sort } }, "required": [key] })
}

fn one_or_many() -> Value {
    json!({
        "description": "One activity, or an array of them.",
        "oneOf": [reference("NewActivity"), { "type": "array", "items": reference("NewActivity"), "minItems": 1 }],
    })
}

fn row() -> Value {
    let number = json!({ "type": "integer", "format": "int64", "minimum": 0, "description": "Sequence number." });
    let given = [
        ("id", number),
        ("recorded_at", time("When this log recorded it.")),
        (
            "sentence",
            json!({ "type": "string", "description": "What happened, in words." }),
        ),
    ];
    let fields = FIELDS.iter().map(|info| (info.key, shown(info)));
    let properties: Map<String, Value> = given
        .into_iter()
        .chain(fields)
        .map(|(name, shape)| (name.to_owned(), shape))
        .collect();
    let required = [
        "id",
        "activity",
        "sentence",
        "occurred_at",
        "recorded_at",
        "outcome",
        "by",
        "recorded_by",
    ];
    json!({ "type": "object", "description": "A recorded activity.", "properties": properties, "required": required })
}
