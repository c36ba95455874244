//! Reading values out of a JSON object: every key known, none twice, every value of its type, and what is wrong with its
//! place. Owns which sorts of value there are, not what they mean.

use std::borrow::Cow;
use std::net::IpAddr;

use super::keys::unknown_key;
use super::node::Node;
use crate::Time;
use crate::limits::{FieldError, pointer_part, shown};

/// The most errors told of one activity.
const MOST_ERRORS: usize = 20;

/// The way to a value, made a JSON pointer only for an error.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Key(parent, key) => format!("{}/{}", parent.pointer(), pointer_part(key)),
            Self::Index(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}

pub(super) type Entries<'a> = Vec<(Cow<'a, str>, Node<'a>)>;

/// The value of a key, taken out; `null` is absence.
pub(super) fn take<'a>(entries: &mut Entries<'a>, key: &str) -> Option<Node<'a>> {
    let at = entries.iter().position(|(known, _)| known == key)?;
    Some(entries.swap_remove(at).1).filter(|node| !matches!(node, Node::Null))
}

/// Reads values, and keeps what is wrong with them.
#[derive(Default)]
pub(super) struct Reader {
    errors: Vec<FieldError>,
    more: usize,
}

impl Reader {
    /// What was read, unless something is wrong with it.
    pub(super) fn finish<T>(mut self, read: Option<T>) -> Result<T, Vec<FieldError>> {
        if self.more > 0 {
            let rest = format!("and {} more errors", self.more);
            self.errors.push(FieldError::new("", rest));
        }
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ => Err(self.errors),
        }
    }

    pub(super) fn refuse<T>(&mut self, path: &Path<'_>, detail: impl Into<String>) -> Option<T> {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(FieldError::new(path.pointer(), detail));
        } else {
            self.more += 1;
        }
        None
    }

    pub(super) fn wrong_type<T>(&mut self, path: &Path<'_>, wanted: &str, node: &Node<'_>) -> Option<T> {
        let detail = match node {
            Node::TooDeep => format!("arrays and objects nest deeper than {}", super::MAX_DEPTH),
            other => format!("expected {wanted}, not {}", other.sort()),
        };
        self.refuse(path, detail)
    }

    /// The entries of an object whose keys are `known`, none of them twice.
    pub(super) fn object<'a>(
        &mut self,
        node: Node<'a>,
        path: &Path<'_>,
        wanted: &str,
        known: &[&str],
        passed_over: &[&str],
    ) -> Option<Entries<'a>> {
        let Node::Object(mut entries) = node else {
            return self.wrong_type(path, wanted, &node);
        };
        let mut seen = 0_u32;
        entries.retain(|(key, _)| {
            let Some(index) = known.iter().position(|known| known == key) else {
                if passed_over.contains(&key.as_ref()) {
                } else if self.errors.len() < MOST_ERRORS {
                    self.refuse::<()>(&Path::Key(path, key), unknown_key(key, known));
                } else {
                    // Not told any more, so not worth looking for what was meant.
                    self.more += 1;
                }
                return false;
            };
            let again = seen & (1 << index) != 0;
            seen |= 1 << index;
            if again {
                self.refuse::<()>(&Path::Key(path, key), "this key is there twice; send it once");
            }
            !again
        });
        Some(entries)
    }

    pub(super) fn text<'a>(&mut self, node: Node<'a>, path: &Path<'_>) -> Option<Cow<'a, str>> {
        match node {
            Node::Text(text) => Some(text),
            other => self.wrong_type(path, "a string", &other),
        }
    }

    /// A text, or a whole number or boolean as text.
    pub(super) fn scalar(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<String> {
        match node {
            Node::Text(text) => Some(text.into_owned()),
            Node::Int(digits) => Some(digits),
            Node::Bool(value) => Some(value.to_string()),
            Node::Float => self.refuse(
                path,
                "send a number with a fraction as a string, so that no digit is lost",
            ),
            other => self.wrong_type(path, "a string, a whole number or a boolean", &other),
        }
    }

    pub(super) fn time(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<Time> {
        let text = self.text(node, path)?;
        Time::parse(&text).ok().or_else(|| {
            let detail = format!(
                "{} is not an RFC 3339 time such as \"2026-11-21T14:02:51.204Z\"",
                shown(&text)
            );
            self.refuse(path, detail)
        })
    }

    /// A word of a closed set.
    pub(super) fn word(&mut self, node: Node<'_>, path: &Path<'_>, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(node, path)?;
        words.iter().copied().find(|word| *word == text).or_else(|| {
            let known = words.join(", ");
            self.refuse(path, format!("expected one of {known}, not {}", shown(&text)))
        })
    }

    pub(super) fn ip(&mut self, node: Node<'_>, path: &Path<'_>) -> Option<IpAddr> {
        let text = self.text(node, path)?;
        if text.is_empty() {
            return None;
        }
        let ip = text.parse::<IpAddr>().map(|ip| ip.to_canonical()).ok();
        ip.or_else(|| {
            let detail = format!(
                "{} is not an IP address such as \"10.0.0.1\" or \"2001:db8::1\"",
                shown(&text)
            );
            self.refuse(path, detail)
        })
    }

    /// The texts of an object, in the order of `keys`; absent ones are empty.
    pub(super) fn texts<const N: usize>(
        &mut self,
        node: Node<'_>,
        path: &Path<'_>,
        wanted: &str,
        keys: [&str; N],
    ) -> Option<[String; N]> {
        let mut entries = self.object(node, path, wanted, &keys, &[])?;
        Some(keys.map(|key| {
            let text = take(&mut entries, key).and_then(|node| self.text(node, &Path::Key(path, key)));
            text.map(Cow::into_owned).unwrap_or_default()
        }))
    }
}
