use serde_json::json;

use super::kind::kind_of;
use super::reference::reference;

fn said(schema: &serde_json::Value) -> String {
    kind_of(schema).iter().map(|piece| piece.text.as_str()).collect()
}

#[test]
fn kinds_of_values_are_said_in_words() {
    for (schema, words) in [
        (json!({ "type": "string" }), "text"),
        (
            json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 }),
            "number, 1 to 1000, `100` if absent",
        ),
        (json!({ "enum": ["desc", "asc"], "type": "string" }), "`desc`, `asc`"),
        (
            json!({ "type": ["string", "null"], "format": "date-time" }),
            "time (RFC 3339) or `null`",
        ),
        (
            json!({ "type": "array", "items": { "$ref": "#/components/schemas/Activity" }, "maxItems": 3 }),
            "list of Activity, at most 3",
        ),
        (
            json!({ "oneOf": [{ "$ref": "#/components/schemas/By" }, { "type": "null" }] }),
            "By or `null`",
        ),
        (
            json!({ "anyOf": [{ "format": "date-time" }, { "format": "date" }], "type": "string" }),
            "time (RFC 3339) or date",
        ),
        (json!({}), "any value"),
    ] {
        assert_eq!(said(&schema), words, "{schema}");
    }
}

#[test]
fn every_operation_and_every_shape_that_is_named_is_described() {
    let reference = reference();
    let operations = || reference.areas.iter().flat_map(|area| &area.operations);
    assert!(operations().count() > 60);
    assert!(reference.areas.iter().all(|area| !area.operations.is_empty()));
    assert!(operations().all(|operation| !operation.summary.contains('\n')));
    let kinds = operations().flat_map(|operation| {
        let answers = operation.answers.iter().flat_map(|answer| &answer.kind);
        let body = operation
            .body
            .iter()
            .flat_map(|body| body.kinds.iter().flat_map(|(_, kind)| kind));
        answers.chain(body)
    });
    let fields = reference.shapes.iter().flat_map(|shape| &shape.variants);
    let fields = fields.flat_map(|variant| variant.fields.iter().flat_map(|field| &field.kind));
    for piece in kinds.chain(fields).filter(|piece| piece.is_shape) {
        assert!(
            reference.shapes.iter().any(|shape| shape.name == piece.text),
            "{}",
            piece.text
        );
    }
}
