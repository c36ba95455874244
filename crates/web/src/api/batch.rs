//! From the bytes of a body to the items of a submission: one object, an array, or lines. Owns where one item ends
//! and the next begins; what an item says is read strictly by the activity crate.

use std::collections::BTreeMap;

use activity::json::Reported;
use activity::limits::{self, FieldError};
use activity::{Facts, Numbered, Time, json};
use app::import::mapping::{Mapped, Mapping};
use axum::http::{HeaderMap, StatusCode, header};

use crate::problem::FieldProblem;
use crate::problem::Problem;

/// How a body is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One JSON object, or an array of them.
    Json,
    /// One JSON object a line.
    Lines,
}

impl Layout {
    /// By the request's content type; JSON where there is none.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(kind) = headers.get(header::CONTENT_TYPE) else {
            return Ok(Self::Json);
        };
        let text = kind.to_str().unwrap_or("?");
        let essence = text.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/json" | "text/json" => Ok(Self::Json),
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonlines"
            | "application/json-lines"
            | "text/x-ndjson" => Ok(Self::Lines),
            _ => {
                let detail = format!(
                    "The content type `{essence}` is not taken: send `application/json` (one object or an array) or \
                     `application/x-ndjson` (one object a line)."
                );
                let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                Err(Problem::new(
                    status,
                    "unsupported_media_type",
                    "Unknown content type",
                    detail,
                ))
            }
        }
    }
}

/// One item, read or refused.
pub(super) type Item = Result<Facts, Vec<FieldError>>;

/// Faults of one body after which it is read no further: whoever sends so many has misunderstood something, and each
/// costs more than an activity that is right.
const MOST_FAULTS: usize = 1_000;

/// An activity of so many bytes is a short one: of lines that are shorter there is no telling what they hold.
const SHORT: usize = 128;

/// The items of a body.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) items: Vec<Item>,
    /// By the places of items, the JSON pointers to what was shortened of them.
    pub(super) shortened: BTreeMap<usize, Vec<String>>,
    /// By the places of items, the numbers that their sources gave them.
    pub(super) numbered: BTreeMap<usize, Numbered>,
    faults: usize,
}

impl Parsed {
    /// Adds an item, if there are fewer than `limit` and not too much was wrong.
    fn push(&mut self, item: Result<Reported, Vec<FieldError>>, limit: usize) -> Result<(), Problem> {
        let place = self.items.len();
        if place == limit {
            return Err(too_many(limit));
        }
        self.items.push(item.map(|reported| {
            if !reported.shortened.is_empty() {
                self.shortened.insert(place, reported.shortened);
            }
            self.numbered.extend(reported.numbered.map(|number| (place, number)));
            reported.facts
        }));
        if let Some(Err(errors)) = self.items.last() {
            self.faults += errors.len();
        }
        match self.faults > MOST_FAULTS {
            true => Err(too_many_faults(&self.items)),
            false => Ok(()),
        }
    }

    fn or_empty(self, what: &str) -> Result<Self, Problem> {
        match self.items.is_empty() {
            true => Err(Problem::bad_request(what)),
            false => Ok(self),
        }
    }
}

/// Reads every item of a body, at most `limit` of them; a lenient reading shortens what is too long.
pub(super) fn parse(
    body: &[u8],
    (layout, lenient): (Layout, bool),
    limit: usize,
    now: Time,
) -> Result<Parsed, Problem> {
    let mut parsed = Parsed::default();
    let read = match lenient {
        true => json::parse_shortened,
        false => json::parse_reported,
    };
    if layout == Layout::Lines {
        // An item is large to move, and all of them are again where the vector grows.
        let lines = body.iter().filter(|byte| **byte == b'\n').count() + 1;
        parsed.items.reserve(lines.min(body.len() / SHORT).min(limit));
    }
    pieces(body, layout, |raw| parsed.push(read(raw, now), limit))?;
    parsed.or_empty("The body holds no activity. Send one object, an array of them, or one a line.")
}

/// Reads every event of a body by a mapping, at most `limit` of them.
pub(super) fn parse_mapped(
    body: &[u8],
    (layout, mapping): (Layout, &Mapping),
    limit: usize,
    now: Time,
) -> Result<Parsed, Problem> {
    let mut parsed = Parsed::default();
    let refused = |why: String| Err(vec![FieldError::new("", why)]);
    pieces(body, layout, |raw| {
        let sent: serde_json::Value = match serde_json::from_slice(raw) {
            Ok(sent) => sent,
            Err(error) => return parsed.push(refused(format!("is not JSON: {error}")), limit),
        };
        let text = std::str::from_utf8(raw).unwrap_or_default();
        for (event, raw) in mapping.taken_apart(&sent, text) {
            match mapping.read(event, &raw, now) {
                Ok(Mapped::Activity(facts)) => {
                    let checked = limits::check(&facts, now).map(|()| Reported::from(*facts));
                    parsed.push(checked, limit)?;
                }
                Ok(Mapped::Passed) => {}
                Err(why) => parsed.push(refused(why), limit)?,
            }
        }
        Ok(())
    })?;
    parsed.or_empty("The body holds no event that becomes an activity. Send one event, a list of them, or one a line.")
}

/// Hands over what a body holds, piece by piece: its lines, the elements of its array, or all of it.
fn pieces(body: &[u8], layout: Layout, mut take: impl FnMut(&[u8]) -> Result<(), Problem>) -> Result<(), Problem> {
    // Some senders begin with a byte order mark, which is no part of what they send.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match layout {
        Layout::Lines => {
            for line in body.split(|&byte| byte == b'\n') {
                if !line.trim_ascii().is_empty() {
                    take(line)?;
                }
            }
            Ok(())
        }
        Layout::Json if body.trim_ascii_start().first() == Some(&b'[') => split_array(body, take),
        Layout::Json => take(body),
    }
}

/// Hands over the raw elements of a JSON array. Looks only at strings, brackets and commas: each element is read as
/// JSON by itself, so whatever is wrong inside one is found there.
fn split_array(body: &[u8], mut element: impl FnMut(&[u8]) -> Result<(), Problem>) -> Result<(), Problem> {
    let text = body.trim_ascii();
    let inside = text.strip_prefix(b"[").unwrap_or(text);
    let (mut depth, mut begin, mut at) = (0_u64, 0_usize, 0_usize);
    while let Some(&byte) = inside.get(at) {
        match byte {
            b'"' => at += skip_string(&inside[at..]),
            b'{' | b'[' => depth += 1,
            b']' if depth == 0 => {
                let last = &inside[begin..at];
                if !last.trim_ascii().is_empty() {
                    element(last)?;
                } else if begin > 0 {
                    return Err(Problem::bad_request(format!(
                        "There is nothing after the comma at byte {begin}."
                    )));
                }
                return match inside.len() == at + 1 {
                    true => Ok(()),
                    false => Err(Problem::bad_request(format!(
                        "There is more after the array ends at byte {}.",
                        at + 2
                    ))),
                };
            }
            b'}' | b']' => {
                depth = depth
                    .checked_sub(1)
                    .ok_or_else(|| Problem::bad_request(format!("The bracket at byte {} closes nothing.", at + 1)))?;
            }
            b',' if depth == 0 => {
                element(&inside[begin..at])?;
                begin = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    Err(Problem::bad_request(
        "The array is not closed: the body may have been cut off.",
    ))
}

/// Bytes of a string from its opening quote up to, not including, its closing one, or to the end.
fn skip_string(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len().saturating_sub(1)
}

/// Nothing of the body is recorded; the first faults are told.
fn too_many_faults(items: &[Item]) -> Problem {
    let detail = format!(
        "More than {MOST_FAULTS} values of this body are wrong, so it was read no further than its activity {}, and \
         nothing is recorded. See `errors` for the first of them.",
        items.len() - 1
    );
    let refused = items
        .iter()
        .enumerate()
        .filter_map(|(at, item)| Some((at, item.as_ref().err()?)));
    let errors = refused.flat_map(|(at, errors)| {
        errors.iter().map(move |error| FieldProblem {
            pointer: format!("/{at}{}", error.pointer),
            code: error.code.word(),
            detail: error.detail.clone(),
        })
    });
    let problem = Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_activity",
        "Nothing could be recorded",
        detail,
    );
    problem.with_errors(errors.take(100).collect())
}

fn too_many(limit: usize) -> Problem {
    Problem::too_large(format!(
        "A request may carry at most {limit} activities. Split what you send into several requests."
    ))
}
