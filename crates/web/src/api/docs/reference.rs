//! The description of the API as its pages show it: areas with their operations, and the shapes they speak of.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::kind::{Piece, kind_of};
use crate::api::openapi;

/// Everything that is described.
pub(super) struct Reference {
    pub(super) areas: Vec<Area>,
    pub(super) shapes: Vec<Shape>,
    /// What an `Authorization` header may hold.
    pub(super) keys: Vec<String>,
}

/// What belongs together.
pub(super) struct Area {
    pub(super) name: String,
    /// Its name in an address.
    pub(super) slug: String,
    pub(super) about: Vec<String>,
    pub(super) operations: Vec<Operation>,
}

/// One thing to ask for.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) about: Vec<String>,
    /// The scopes of a key that may, if it takes one.
    pub(super) scopes: Vec<String>,
    pub(super) parameters: Vec<Field>,
    pub(super) body: Option<Content>,
    pub(super) answers: Vec<Answer>,
}

/// A parameter, or a property of a shape.
pub(super) struct Field {
    pub(super) name: String,
    /// Where a parameter stands: `path`, `query` or `header`.
    pub(super) place: String,
    pub(super) is_required: bool,
    pub(super) kind: Vec<Piece>,
    pub(super) about: String,
}

/// What is sent.
pub(super) struct Content {
    pub(super) about: String,
    /// Each media type with the kind of its value.
    pub(super) kinds: Vec<(String, Vec<Piece>)>,
}

/// What may be answered.
pub(super) struct Answer {
    pub(super) status: String,
    pub(super) about: String,
    pub(super) kind: Vec<Piece>,
}

/// An object or a value that several operations speak of.
pub(super) struct Shape {
    pub(super) name: String,
    pub(super) about: Vec<String>,
    /// What it is, where it has no fields of its own.
    pub(super) kind: Vec<Piece>,
    /// Its fields; of a shape with alternatives, those of each.
    pub(super) variants: Vec<Variant>,
}

/// The fields of a shape, or of one of its alternatives.
pub(super) struct Variant {
    pub(super) about: String,
    pub(super) fields: Vec<Field>,
}

/// The description of this build.
pub(super) fn reference() -> &'static Reference {
    static REFERENCE: OnceLock<Reference> = OnceLock::new();
    REFERENCE.get_or_init(|| Reference::of(&openapi::description()))
}

impl Reference {
    fn of(document: &Value) -> Self {
        let mut areas: Vec<Area> = list(&document["tags"]).map(Area::of).collect();
        for (path, methods) in entries(&document["paths"]) {
            for (method, operation) in entries(methods) {
                let tag = text(&operation["tags"][0]);
                if let Some(area) = areas.iter_mut().find(|area| area.name == tag) {
                    area.operations.push(Operation::of(path, method, operation));
                }
            }
        }
        let components = &document["components"];
        Self {
            areas,
            shapes: entries(&components["schemas"])
                .map(|(name, schema)| Shape::of(name, schema))
                .collect(),
            keys: entries(&components["securitySchemes"])
                .map(|(_, scheme)| text(&scheme["description"]))
                .collect(),
        }
    }
}

impl Area {
    fn of(tag: &Value) -> Self {
        let name = text(&tag["name"]);
        Self {
            slug: name.to_lowercase().replace(' ', "-"),
            about: paragraphs(&tag["description"]),
            operations: Vec::new(),
            name,
        }
    }
}

impl Operation {
    fn of(path: &str, method: &str, operation: &Value) -> Self {
        let id = text(&operation["operationId"]);
        let summary = text(&operation["summary"]);
        let scopes = list(&operation["security"]).flat_map(|way| entries(way).flat_map(|(_, scopes)| list(scopes)));
        Self {
            summary: if summary.is_empty() { id.clone() } else { summary },
            about: paragraphs(&operation["description"]),
            scopes: scopes.map(text).collect(),
            parameters: list(&operation["parameters"]).map(Field::of_parameter).collect(),
            body: operation.get("requestBody").map(Content::of),
            answers: entries(&operation["responses"])
                .map(|(status, answer)| Answer::of(status, answer))
                .collect(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            id,
        }
    }
}

impl Field {
    fn of_parameter(parameter: &Value) -> Self {
        Self {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            is_required: parameter["required"] == true,
            kind: kind_of(&parameter["schema"]),
            about: text(&parameter["description"]),
        }
    }

    fn all_of(schema: &Value) -> Vec<Self> {
        let required: Vec<String> = list(&schema["required"]).map(text).collect();
        let fields = entries(&schema["properties"]).map(|(name, value)| Self {
            name: name.to_owned(),
            place: String::new(),
            is_required: required.iter().any(|required| required == name),
            kind: kind_of(value),
            about: text(&value["description"]),
        });
        fields.collect()
    }
}

impl Content {
    fn of(body: &Value) -> Self {
        let kinds = entries(&body["content"]).map(|(media, content)| (media.to_owned(), kind_of(&content["schema"])));
        Self {
            about: text(&body["description"]),
            kinds: kinds.collect(),
        }
    }
}

impl Answer {
    fn of(status: &str, answer: &Value) -> Self {
        let content = entries(&answer["content"]).next();
        Self {
            status: status.to_owned(),
            about: text(&answer["description"]),
            kind: content
                .map(|(_, content)| kind_of(&content["schema"]))
                .unwrap_or_default(),
        }
    }
}

impl Shape {
    fn of(name: &str, schema: &Value) -> Self {
        let choices: Vec<&Value> = list(&schema["oneOf"])
            .filter(|choice| choice["properties"].is_object())
            .collect();
        let own = schema["properties"].is_object().then_some(schema);
        let variants = own.into_iter().chain(choices).map(|variant| Variant {
            about: text(&variant["description"]),
            fields: Field::all_of(variant),
        });
        let variants: Vec<Variant> = variants.collect();
        Self {
            name: name.to_owned(),
            about: paragraphs(&schema["description"]),
            kind: if variants.is_empty() {
                kind_of(schema)
            } else {
                Vec::new()
            },
            variants,
        }
    }

    /// Whether each of its variants says what it is.
    pub(super) fn has_alternatives(&self) -> bool {
        self.variants.len() > 1
    }
}

/// A text on one line: descriptions are broken into lines as their source is.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('\n', " ")
}

/// The paragraphs of a description, which is broken into lines.
fn paragraphs(value: &Value) -> Vec<String> {
    let text = value.as_str().unwrap_or_default();
    let all = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    all.filter(|paragraph| !paragraph.trim().is_empty()).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = value.as_object().into_iter().flat_map(Map::iter);
    entries.map(|(name, value)| (name.as_str(), value))
}
