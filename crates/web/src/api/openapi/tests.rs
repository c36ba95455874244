use std::collections::BTreeSet;

use activity::field::{FIELDS, Field};
use serde_json::{Value, json};

use super::{bounds, description};

fn schemas() -> Value {
    description()["components"]["schemas"].take()
}

/// Whether a text says what it may be.
fn is_bounded(schema: &Value) -> bool {
    let limits = ["maxLength", "minLength", "pattern", "format", "enum", "const"];
    limits.iter().any(|limit| !schema[*limit].is_null())
}

fn holds_text(schema: &Value) -> bool {
    match &schema["type"] {
        Value::String(one) => one == "string",
        Value::Array(types) => types.iter().any(|one| one == "string"),
        _ => false,
    }
}

/// The shapes that are named by this part of the description, and those that they name.
fn named(part: &Value, schemas: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(|path| path.as_str()?.rsplit('/').next())
                && found.insert(name.to_owned())
            {
                named(&schemas[name], schemas, found);
            }
            fields.values().for_each(|field| named(field, schemas, found));
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, schemas, found)),
        _ => {}
    }
}

#[test]
fn every_row_of_the_table_names_a_property_and_every_text_that_is_sent_has_one() {
    let (document, schemas) = (description(), schemas());
    let rows: BTreeSet<_> = bounds::names().into_iter().collect();
    for (shape, property) in &rows {
        assert!(
            !schemas[shape]["properties"][property].is_null(),
            "{shape}.{property} is nowhere"
        );
    }
    let mut sent = BTreeSet::new();
    for path in document["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            named(&operation["requestBody"], &schemas, &mut sent);
        }
    }
    assert!(sent.contains("NewActivity") && sent.contains("NewUser"), "{sent:?}");
    for shape in &sent {
        for (property, schema) in schemas[shape]["properties"].as_object().into_iter().flatten() {
            let listed = rows.contains(&(shape.as_str(), property.as_str()));
            assert!(
                !holds_text(schema) || listed || is_bounded(schema),
                "{shape}.{property} may be anything"
            );
        }
    }
}

#[test]
fn activities_are_described_field_by_field_with_every_word() {
    let schemas = schemas();
    let (sent, row) = (
        &schemas["NewActivity"]["properties"],
        &schemas["Activity"]["properties"],
    );
    for info in &FIELDS {
        assert!(!row[info.key].is_null(), "{} of a row", info.key);
        assert_eq!(
            sent[info.key].is_null(),
            info.field == Field::Recorder,
            "{} of what is sent",
            info.key
        );
    }
    assert_eq!(
        row["outcome"]["enum"],
        json!(["success", "failure", "denied", "challenged", "unknown"])
    );
    assert_eq!(sent["outcome"]["enum"].as_array().unwrap().len(), 6, "and null");
    assert_eq!(
        schemas["Recorder"]["properties"]["kind"]["enum"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    assert_eq!(sent["trace_id"]["maxLength"], 256);
    assert_eq!(sent["reason"]["type"], json!(["string", "null"]));
}

#[test]
fn no_shape_is_put_together_from_others_and_no_parameter_is_null() {
    let document = description();
    let text = document.to_string();
    assert!(!text.contains("allOf"), "generators lose the types of nested parts");
    for path in document["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(!parameter["schema"].to_string().contains("null"), "{parameter}");
            }
        }
    }
}

#[test]
fn every_answer_names_its_headers() {
    let document = description();
    let answer = |path: &str, method: &str, status: &str| {
        let headers = &document["paths"][path][method]["responses"][status]["headers"];
        headers.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>()
    };
    let has = |headers: BTreeSet<String>, name: &str| assert!(headers.contains(name), "{name} in {headers:?}");
    has(answer("/v1/groups", "post", "201"), "Location");
    has(answer("/v1/groups", "post", "201"), "ETag");
    has(answer("/v1/groups", "get", "200"), "Link");
    has(answer("/v1/me", "get", "401"), "WWW-Authenticate");
    has(answer("/v1/me", "get", "429"), "Retry-After");
    has(answer("/v1/activities", "post", "202"), "Idempotency-Replayed");
    has(answer("/v1/activities", "get", "503"), "X-Request-Id");
    assert_eq!(document["servers"][0]["url"], "/");
}
