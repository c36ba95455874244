//! What goes for every operation of the description: where the API is, which headers an answer has, and shapes made
//! plain for generators of clients. Owns no operation and no limit.

use serde_json::{Map, Value, json};

/// Answers with these shapes say their version as `ETag`.
const TAGGED: &[&str] = &[
    "Application",
    "RegisteredApplication",
    "Group",
    "Member",
    "Session",
    "SessionDetails",
    "User",
];

/// Finishes the description.
pub(super) fn finish(document: &mut Value) {
    document["servers"] = json!([{ "url": "/", "description": "The installation this description comes from." }]);
    merge_parts(document);
    for (_, operation) in operations(document) {
        for parameter in operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            without_null(&mut parameter["schema"]);
        }
        let pages = has_parameter(operation, "after");
        let records = operation["operationId"] == "recordActivities";
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
            continue;
        };
        for (status, response) in responses {
            let mut headers = headers(status, response, pages);
            if records && status == "202" {
                let says = "`true` where a request was sent before with the same key, and nothing was recorded again.";
                headers.insert(
                    "Idempotency-Replayed".to_owned(),
                    header(json!({ "const": "true" }), says, false),
                );
            }
            response["headers"] = Value::Object(headers);
        }
    }
}

/// Every operation with its path.
pub(super) fn operations(document: &mut Value) -> impl Iterator<Item = (&str, &mut Value)> {
    let paths = document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object_mut().into_iter().flatten();
        methods.map(|(_, operation)| (path.as_str(), operation))
    })
}

fn has_parameter(operation: &Value, name: &str) -> bool {
    operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|parameter| parameter["name"] == name)
}

fn headers(status: &str, response: &Value, pages: bool) -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let seconds = || json!({ "type": "integer", "minimum": 0 });
    let shape = response
        .pointer("/content/application~1json/schema/$ref")
        .and_then(Value::as_str);
    let shape = shape.and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let mut headers = vec![("X-Request-Id", text(), "The request, for whoever looks into it.", true)];
    if TAGGED.contains(&shape) {
        headers.push(("ETag", text(), "The version, for `If-Match` of an edit.", true));
    }
    match status {
        "200" if pages => headers.push(("Link", text(), "`rel=\"next\"`: the next page, if there is one.", false)),
        "201" => headers.push(("Location", text(), "Where it is.", true)),
        "401" => headers.push(("WWW-Authenticate", text(), "`Bearer`.", true)),
        "429" | "503" => headers.push(("Retry-After", seconds(), "Seconds to wait.", true)),
        _ => {}
    }
    headers
        .into_iter()
        .map(|(name, schema, says, always)| (name.to_owned(), header(schema, says, always)))
        .collect()
}

fn header(schema: Value, says: &str, always: bool) -> Value {
    json!({ "schema": schema, "description": says, "required": always })
}

/// A parameter is there or not; it is never `null`.
fn without_null(schema: &mut Value) {
    for forms in ["oneOf", "anyOf"] {
        let Some(list) = schema.get_mut(forms).and_then(Value::as_array_mut) else {
            continue;
        };
        list.retain(|form| form["type"] != "null");
        if let [only] = list.as_slice() {
            *schema = only.clone();
        }
    }
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
}

/// Shapes that are put together from others become one object each: generators lose the types of nested parts.
fn merge_parts(document: &mut Value) {
    let Some(schemas) = document.pointer("/components/schemas").cloned() else {
        return;
    };
    let whole: Map<String, Value> = schemas
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.clone(), merged(schema, &schemas)))
        .collect();
    document["components"]["schemas"] = Value::Object(whole);
}

fn merged(schema: &Value, all: &Value) -> Value {
    let Some(parts) = schema["allOf"].as_array() else {
        return schema.clone();
    };
    let mut whole = json!({ "type": "object", "properties": {}, "required": [] });
    for part in parts {
        let named = part["$ref"].as_str().and_then(|path| all.get(path.rsplit('/').next()?));
        let part = merged(named.unwrap_or(part), all);
        if let (Some(into), Some(from)) = (whole["properties"].as_object_mut(), part["properties"].as_object()) {
            into.extend(from.clone());
        }
        if let (Some(into), Some(from)) = (whole["required"].as_array_mut(), part["required"].as_array()) {
            into.extend(from.iter().cloned());
        }
    }
    if let Some(says) = schema.get("description") {
        whole["description"] = says.clone();
    }
    whole
}
