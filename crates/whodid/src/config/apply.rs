//! Sets one value in the tree of settings, if there is such a setting and the value is of its kind.

use serde_json::Value;

use super::{ConfigError, Origin};

/// How near a known key has to be to be offered instead of an unknown one.
const NEAR: f64 = 0.6;

/// One setting as it was given.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) path: Vec<String>,
    pub(super) value: Given,
    pub(super) origin: Origin,
}

/// A value as it was given.
#[derive(Clone, Debug)]
pub(super) enum Given {
    /// With its kind, from a file.
    Value(Value),
    /// As text, from a flag or the environment.
    Text(String),
    /// A table with nothing in it, from a file.
    Table,
}

impl Setting {
    pub(super) fn key(&self) -> String {
        self.path.join(".")
    }
}

/// Sets it.
pub(super) fn apply(tree: &mut Value, setting: &Setting) -> Result<(), ConfigError> {
    let unknown = |tree: &Value| ConfigError::Unknown {
        key: setting.key(),
        origin: setting.origin.clone(),
        hint: hint(tree, &setting.key()),
    };
    let pointer = format!("/{}", setting.path.join("/"));
    if tree.pointer(&pointer).is_none() || setting.path.iter().any(|part| part.contains(['/', '~'])) {
        return Err(unknown(tree));
    }
    let slot = tree
        .pointer_mut(&pointer)
        .expect("this pointer led to a value a moment ago");
    let wrong = |why: String| ConfigError::Value {
        key: setting.key(),
        origin: setting.origin.clone(),
        why,
    };
    let value = match &setting.value {
        Given::Value(value) => value.clone(),
        Given::Table if slot.is_object() => return Ok(()),
        Given::Table => Value::Object(serde_json::Map::new()),
        Given::Text(text) => from_text(text, slot).map_err(wrong)?,
    };
    if !fits(&value, slot) {
        let say = kind(slot, &setting.key());
        return Err(wrong(format!(
            "{say} is wanted here, and what stands there is {}",
            what(&value)
        )));
    }
    *slot = value;
    Ok(())
}

/// A text as the kind of value that stands there.
fn from_text(text: &str, there: &Value) -> Result<Value, String> {
    let text = text.trim();
    match there {
        Value::Bool(_) => text
            .parse()
            .map(Value::Bool)
            .map_err(|_| format!("`{text}` is neither true nor false")),
        Value::Number(_) => text
            .parse::<serde_json::Number>()
            .map(Value::Number)
            .map_err(|_| format!("`{text}` is no number")),
        Value::Array(_) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(Value::Array(parts.map(|part| Value::String(part.to_owned())).collect()))
        }
        Value::Null if text.is_empty() => Ok(Value::Null),
        _ => Ok(Value::String(text.to_owned())),
    }
}

fn fits(value: &Value, there: &Value) -> bool {
    match there {
        Value::Null => !value.is_object(),
        Value::Bool(_) => value.is_boolean(),
        Value::Number(_) => value.is_number(),
        Value::String(_) => value.is_string(),
        Value::Array(_) => value.is_array(),
        Value::Object(_) => false,
    }
}

fn kind(there: &Value, key: &str) -> String {
    match there {
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => format!("a table ([{key}])"),
        Value::String(_) | Value::Null => "a text".to_owned(),
    }
}

/// What a value is, without saying it: one that stands in the wrong place may be a password.
fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

/// What to write instead.
fn hint(tree: &Value, key: &str) -> String {
    if let Some(nearest) = nearest(tree, key) {
        return format!("did you mean `{nearest}`?");
    }
    let mut known = Vec::new();
    keys(tree, "", &mut known);
    format!("known are: {}", known.join(", "))
}

/// The known key that is most like this one, by its whole or by its last part.
fn nearest(tree: &Value, key: &str) -> Option<String> {
    let mut known = Vec::new();
    keys(tree, "", &mut known);
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let alike = |other: &str| {
        let parts = strsim::jaro_winkler(&last(key), &last(other)) - 0.08;
        strsim::normalized_damerau_levenshtein(key, other).max(parts)
    };
    let nearest = known
        .into_iter()
        .map(|other| (alike(&other), other))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.filter(|(near, _)| *near >= NEAR).map(|(_, other)| other)
}

fn keys(tree: &Value, before: &str, known: &mut Vec<String>) {
    match tree {
        Value::Object(parts) => {
            for (name, part) in parts {
                let key = if before.is_empty() {
                    name.clone()
                } else {
                    format!("{before}.{name}")
                };
                keys(part, &key, known);
            }
        }
        _ => known.push(before.to_owned()),
    }
}
