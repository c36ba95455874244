//! Where a value stands in an event: `client.ipAddress`, `target.0.id`, `target[type=User].id`; or a JSON pointer such
//! as `/a.b/c`, where names have dots in them.

use serde_json::Value;

/// A place in an event.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Key(String),
    Place(String, usize),
    /// The first element whose value under this key is this.
    Which(String, String),
}

impl Path {
    /// Compiles a path; an error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some(pointer) = text.strip_prefix('/') {
            let name = |part: &str| part.replace("~1", "/").replace("~0", "~");
            return Ok(Self(pointer.split('/').map(|part| step(&name(part))).collect()));
        }
        if text.is_empty() {
            return Err("a path is empty".to_owned());
        }
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (which, after) = inside.split_once(']').ok_or_else(|| format!("`{text}` lacks a `]`"))?;
                let (key, value) = which
                    .split_once('=')
                    .ok_or_else(|| format!("`{text}`: between `[` and `]` stands `key=value`"))?;
                steps.push(Step::Which(key.to_owned(), value.to_owned()));
                rest = after.strip_prefix('.').unwrap_or(after);
                continue;
            }
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            if key.is_empty() {
                return Err(format!("`{text}` has an empty part"));
            }
            steps.push(step(key));
            rest = after.strip_prefix('.').unwrap_or(after);
        }
        Ok(Self(steps))
    }

    /// What stands there; `None` for nothing, and for `null`.
    pub(super) fn find<'a>(&self, event: &'a Value) -> Option<&'a Value> {
        let found = self.0.iter().try_fold(event, |value, step| step.of(value))?;
        (!found.is_null()).then_some(found)
    }
}

fn step(text: &str) -> Step {
    match text.parse() {
        Ok(place) => Step::Place(text.to_owned(), place),
        Err(_) => Step::Key(text.to_owned()),
    }
}

impl Step {
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match (self, value) {
            (Self::Key(key) | Self::Place(key, _), Value::Object(object)) => object.get(key).or_else(|| {
                // What carries events from one product to another may have made their names lower-case.
                let mut entries = object.iter();
                entries
                    .find(|(name, _)| name.eq_ignore_ascii_case(key))
                    .map(|(_, value)| value)
            }),
            (Self::Place(_, place), Value::Array(list)) => list.get(*place),
            (Self::Which(key, wanted), Value::Array(list)) => list.iter().find(|element| {
                element
                    .get(key)
                    .and_then(Value::as_str)
                    .is_some_and(|text| text.eq_ignore_ascii_case(wanted))
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_finds_a_value_by_name_place_or_what_stands_beside_it() {
        let event =
            json!({"a": {"B": 1, "c.d": 2, "n": null}, "list": [{"type": "User", "id": 7}, {"type": "App", "id": 8}]});
        let find = |path: &str| Path::parse(path).unwrap().find(&event).cloned();
        assert_eq!(find("a.b"), Some(json!(1)));
        assert_eq!(find("/a/c.d"), Some(json!(2)));
        assert_eq!(find("list.1.id"), Some(json!(8)));
        assert_eq!(find("list[type=app].id"), Some(json!(8)));
        for absent in ["a.n", "a.x", "list.2.id", "list[type=x].id", "a.b.c", "list.id"] {
            assert_eq!(find(absent), None, "{absent}");
        }
        for wrong in ["", "a..b", "a[b", "a[b]"] {
            assert!(Path::parse(wrong).is_err(), "{wrong}");
        }
    }
}
