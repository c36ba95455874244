//! What a schema says of one value, in words: `list of Activity`, `text, at most 100 characters`.

use serde_json::Value;

/// A piece of those words; some name a shape, which is described by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Whether the text is the name of a shape.
    pub(super) is_shape: bool,
}

fn words(text: impl Into<String>) -> Piece {
    Piece {
        text: text.into(),
        is_shape: false,
    }
}

/// What kind of value this schema takes.
pub(super) fn kind_of(schema: &Value) -> Vec<Piece> {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return vec![Piece {
            text: name.to_owned(),
            is_shape: true,
        }];
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(kinds) = schema[choice].as_array() {
            return joined(kinds.iter().map(kind_of));
        }
    }
    if let Some(value) = schema.get("const") {
        return vec![words(code(value))];
    }
    if let Some(values) = schema["enum"].as_array() {
        return vec![words(values.iter().map(code).collect::<Vec<_>>().join(", "))];
    }
    match &schema["type"] {
        Value::Array(types) => joined(
            types
                .iter()
                .map(|kind| plain(kind.as_str().unwrap_or_default(), schema)),
        ),
        kind => plain(kind.as_str().unwrap_or_default(), schema),
    }
}

/// Kinds with "or" between them; each once.
fn joined(kinds: impl Iterator<Item = Vec<Piece>>) -> Vec<Piece> {
    let mut each: Vec<Vec<Piece>> = Vec::new();
    for kind in kinds {
        if !each.contains(&kind) {
            each.push(kind);
        }
    }
    each.join(&words(" or "))
}

fn plain(kind: &str, schema: &Value) -> Vec<Piece> {
    match kind {
        "array" => {
            let mut said = vec![words("list of ")];
            said.extend(kind_of(&schema["items"]));
            said.push(words(limits(schema)));
            said
        }
        // An alternative says only how its text is written.
        "" if schema["format"].is_string() => plain("string", schema),
        "string" => {
            let text = schema["format"].as_str().map_or("text", format_words);
            vec![words(format!("{text}{}", limits(schema)))]
        }
        "integer" | "number" => vec![words(format!("number{}", limits(schema)))],
        "boolean" => vec![words("`true` or `false`")],
        "null" => vec![words("`null`")],
        "object" if schema["additionalProperties"].is_object() => {
            let mut said = vec![words("names with values, each ")];
            said.extend(kind_of(&schema["additionalProperties"]));
            said
        }
        "object" => vec![words("object")],
        _ => vec![words("any value")],
    }
}

fn format_words(format: &str) -> &str {
    match format {
        "date-time" => "time (RFC 3339)",
        "date" => "date",
        "ipv4" => "IPv4 address",
        "ipv6" => "IPv6 address",
        "email" => "e-mail address",
        "uri" | "url" => "address (URL)",
        "password" => "text",
        other => other,
    }
}

/// The limits of a value, as what follows its kind.
fn limits(schema: &Value) -> String {
    let number = |key: &str| schema[key].as_i64();
    let mut said = String::new();
    let mut say = |text: String| {
        said.push_str(", ");
        said.push_str(&text);
    };
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => say(format!("{least} to {most}")),
        (Some(least), None) => say(format!("at least {least}")),
        (None, Some(most)) => say(format!("at most {most}")),
        (None, None) => {}
    }
    if let Some(most) = number("maxLength") {
        say(format!("at most {most} characters"));
    }
    if let Some(most) = number("maxItems") {
        say(format!("at most {most}"));
    }
    if let Some(value) = schema.get("default").filter(|value| !value.is_null()) {
        say(format!("{} if absent", code(value)));
    }
    said
}

/// A value as code.
fn code(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}
