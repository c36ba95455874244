//! Settings from a TOML file, each with the line it stands on.

use std::path::Path;

use serde_json::{Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::apply::{Given, Setting};
use super::{ConfigError, Origin};

/// Reads the file.
pub(super) fn read(path: &Path) -> Result<Vec<Setting>, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        source,
    })?;
    let table = DeTable::parse(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        ConfigError::Syntax {
            path: path.to_owned(),
            line: line(&text, at),
            column: column(&text, at),
            // Its whole text would quote the line.
            why: error.message().lines().collect::<Vec<_>>().join("; "),
        }
    })?;
    let mut settings = Vec::new();
    let place = |at: usize| Origin::File(path.to_owned(), line(&text, at));
    collect(table.get_ref(), &mut Vec::new(), &place, &mut settings);
    Ok(settings)
}

fn collect(
    table: &DeTable<'_>,
    before: &mut Vec<String>,
    place: &dyn Fn(usize) -> Origin,
    settings: &mut Vec<Setting>,
) {
    for (key, value) in table {
        before.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) if !inner.is_empty() => collect(inner, before, place, settings),
            // An empty table sets nothing, and yet it has to have a known name.
            DeValue::Table(_) => settings.push(Setting {
                path: before.clone(),
                value: Given::Table,
                origin: place(key.span().start),
            }),
            _ => settings.push(Setting {
                path: before.clone(),
                value: Given::Value(json(value)),
                origin: place(key.span().start),
            }),
        }
        before.pop();
    }
}

fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// Characters before the place on its line, and one.
fn column(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    before.rsplit('\n').next().unwrap_or_default().chars().count() + 1
}

fn json(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => {
            let digits = number.as_str();
            i64::from_str_radix(digits, number.radix()).map_or_else(|_| Value::String(digits.to_owned()), Value::from)
        }
        DeValue::Float(number) => {
            let float = number.as_str().parse().ok().and_then(Number::from_f64);
            float.map_or_else(|| Value::String(number.as_str().to_owned()), Value::Number)
        }
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(at) => Value::String(at.to_string()),
        DeValue::Array(values) => Value::Array(values.iter().map(json).collect()),
        DeValue::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, value)| (key.get_ref().to_string(), json(value)))
                .collect(),
        ),
    }
}
