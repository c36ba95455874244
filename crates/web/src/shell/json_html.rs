//! JSON for people to read: its lines and indents are layout, and only its keys and values are marked where they hold
//! characters that cannot be seen.

use serde_json::Value;

use super::respond::visible_html;

/// The value as HTML inside a `pre`, two spaces a level; keys, texts and everything else told apart by class.
pub(crate) fn json_html(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            let members = object.iter().map(|(key, value)| (Some(key), value));
            block('{', '}', members, depth, out);
        }
        Value::Array(array) if !array.is_empty() => {
            block('[', ']', array.iter().map(|value| (None, value)), depth, out);
        }
        Value::String(_) => text("s", value, out),
        // Nothing in the rest has a character that could be taken for markup.
        Value::Object(_) | Value::Array(_) => out.push_str(&value.to_string()),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            out.push_str(&format!("<span class=\"n\">{value}</span>"));
        }
    }
}

fn block<'a>(
    open: char,
    close: char,
    members: impl Iterator<Item = (Option<&'a String>, &'a Value)>,
    depth: usize,
    out: &mut String,
) {
    out.push(open);
    for (at, (key, value)) in members.enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        indent(depth + 1, out);
        if let Some(key) = key {
            text("k", &Value::String(key.clone()), out);
            out.push_str(": ");
        }
        write(value, depth + 1, out);
    }
    out.push('\n');
    indent(depth, out);
    out.push(close);
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// A text as JSON writes it: what JSON escapes stays an escape, what it leaves and nobody sees gets its mark.
fn text(class: &str, value: &Value, out: &mut String) {
    out.push_str(&format!(
        "<span class=\"{class}\">{}</span>",
        visible_html(&value.to_string())
    ));
}
