//! JSON as it stands in the body: borrowed texts, keys in order and repeated ones kept, depth bounded.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::MAX_DEPTH;
use crate::limits::FieldError;

/// A JSON value.
#[derive(Debug)]
pub(super) enum Node<'a> {
    Null,
    Bool(bool),
    /// A whole number as it is written.
    Int(String),
    /// Any other number.
    Float,
    Text(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
    /// Nested deeper than allowed; what stood here was passed over.
    TooDeep,
}

impl Node<'_> {
    /// What it is, for an error.
    pub(super) fn sort(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float => "a number",
            Self::Text(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
            Self::TooDeep => "something nested too deep",
        }
    }
}

/// The whole body as one value, which holds at most `most` values. With more, reading ends where they are too many.
pub(super) fn parse(body: &[u8], most: usize) -> Result<Node<'_>, FieldError> {
    let mut from = serde_json::Deserializer::from_slice(body);
    let left = Cell::new(Some(most));
    let place = Place { depth: 0, left: &left };
    let node = place.deserialize(&mut from).and_then(|node| from.end().map(|()| node));
    node.map_err(|error| match left.get() {
        Some(_) => FieldError::new("", format!("the body is not JSON: {error}")),
        None => FieldError::new(
            "",
            format!(
                "there are more than {most} values in it, far more than an activity can have; it was read no further"
            ),
        ),
    })
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// How many arrays and objects are around it.
    depth: usize,
    /// How many values may still come; `None` once there were too many.
    left: &'a Cell<Option<usize>>,
}

impl Place<'_> {
    /// The place of a value within this one; an error if there are too many.
    fn inner<E: Error>(self) -> Result<Self, E> {
        self.left.set(self.left.get().and_then(|left| left.checked_sub(1)));
        match self.left.get() {
            Some(_) => Ok(Self {
                depth: self.depth + 1,
                ..self
            }),
            None => Err(E::custom("too many values")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Node<'de>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Int(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Int(value.to_string()))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Node<'de>, E> {
        Ok(Node::Float)
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Node<'de>, A::Error> {
        if self.depth == MAX_DEPTH {
            while from.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Node::TooDeep);
        }
        let mut items = Vec::new();
        // Taken before it is known whether there is one more, so an end counts as a value too.
        while let Some(item) = from.next_element_seed(self.inner()?)? {
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Node<'de>, A::Error> {
        if self.depth == MAX_DEPTH {
            while from.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Node::TooDeep);
        }
        let mut entries = Vec::new();
        while let Some(key) = from.next_key_seed(Key)? {
            entries.push((key, from.next_value_seed(self.inner()?)?));
        }
        Ok(Node::Object(entries))
    }
}

/// A key, borrowed where it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Cow<'de, str>, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}
