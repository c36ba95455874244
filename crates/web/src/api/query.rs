//! Reading the query string of the API strictly, and what is wrong with a query as a problem.

use activity::Time;
use activity::limits::FaultCode;
use activity::query::ParseError;
use app::activity::ViewError;
use axum::http::{StatusCode, Uri};
use serde::de::value::Error as ValueError;
use serde::de::{DeserializeOwned, IntoDeserializer as _};

use crate::problem::{FieldProblem, Problem, sentence};

/// The parameters of one request; unknown and repeated ones are refused.
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn read(uri: &Uri, known: &[&str]) -> Result<Self, Problem> {
        let text = uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text)
            .map_err(|error| Problem::bad_request(format!("The query string cannot be read: {error}.")))?;
        for (place, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let detail = format!("There is no parameter `{name}`. There are: {}.", known.join(", "));
                return Err(Self::wrong(name, detail));
            }
            if pairs[..place].iter().any(|(earlier, _)| earlier == name) {
                return Err(Self::wrong(name, format!("The parameter `{name}` is given twice.")));
            }
        }
        Ok(Self(pairs))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The cursor of the page before.
    pub(super) fn after(&self) -> Result<Option<String>, Problem> {
        match self.get("after") {
            Some("") => Err(Self::cursor()),
            other => Ok(other.map(str::to_owned)),
        }
    }

    /// An id: not empty.
    pub(super) fn id(&self, name: &str) -> Result<Option<&str>, Problem> {
        match self.get(name) {
            Some("") => Err(Self::wrong(
                name,
                format!("`{name}` is empty: give an id, or leave it out."),
            )),
            other => Ok(other),
        }
    }

    /// A word of a closed set.
    pub(super) fn word<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let read: Result<T, ValueError> = T::deserialize(text.into_deserializer());
        read.map(Some).map_err(|error| {
            let error = error.to_string();
            let known = error.split_once("expected ").map_or("another word", |(_, known)| known);
            Self::wrong(name, format!("`{text}` is not known here: give {known}."))
        })
    }

    pub(super) fn time(&self, name: &str) -> Result<Option<Time>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let whole_day = || {
            Time::parse(&format!("{text}T00:00:00Z"))
                .ok()
                .filter(|_| text.len() == 10)
        };
        Time::parse(text).ok().or_else(whole_day).map(Some).ok_or_else(|| {
            Self::wrong(
                name,
                format!("`{text}` is not an RFC 3339 time such as 2026-11-21T14:02:51Z, nor a date."),
            )
        })
    }

    pub(super) fn limit(&self, default: usize, most: usize) -> Result<usize, Problem> {
        let Some(text) = self.get("limit") else {
            return Ok(default);
        };
        let limit = text.parse::<usize>().ok().filter(|limit| (1..=most).contains(limit));
        limit.ok_or_else(|| Self::wrong("limit", format!("`{text}` is not a number from 1 to {most}.")))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(text) => Err(Self::wrong(name, format!("`{text}` is neither `true` nor `false`."))),
        }
    }

    /// A cursor that this list did not give.
    pub(super) fn cursor() -> Problem {
        let detail = "This cursor is damaged or of another kind of list. Begin without `after`.";
        Self::wrong("after", detail)
    }

    pub(super) fn wrong(name: &str, detail: impl Into<String>) -> Problem {
        let detail = detail.into();
        let errors = vec![FieldProblem {
            pointer: format!("?{name}"),
            code: FaultCode::Invalid.word(),
            detail: detail.clone(),
        }];
        Problem::new(StatusCode::BAD_REQUEST, "bad_parameter", "A parameter is wrong", detail).with_errors(errors)
    }
}

/// Why a log cannot be read, as a problem.
pub(super) fn refusal(error: ViewError) -> Problem {
    match error {
        ViewError::Query(error) => bad_query(&error),
        ViewError::Forbidden => Problem::forbidden("This key may not read this log."),
        ViewError::NoSuchGroup => Problem::not_found("There is no such group that this key may see."),
        ViewError::TooCostly(text) => Problem::too_costly(sentence(&text)),
        ViewError::Busy(text) => Problem::busy(sentence(&text), 2),
        ViewError::Unreadable(_) => Problem::busy(sentence(&error.to_string()), 60),
        ViewError::Unavailable(cause) => Problem::unavailable(cause),
        ViewError::Cursor => Params::cursor(),
        ViewError::Range { from, to } => {
            Params::wrong("to", format!("The range ends ({to}) before it begins ({from})."))
        }
    }
}

fn bad_query(error: &ParseError) -> Problem {
    let help = error.suggestion.iter().map(|suggestion| sentence(&suggestion.text));
    let said: Vec<String> = std::iter::once(sentence(&error.message)).chain(help).collect();
    let detail = said.join(" ");
    Problem::new(StatusCode::BAD_REQUEST, "bad_query", "The query is wrong", detail).at_bytes(
        error.span.clone(),
        error
            .suggestion
            .as_ref()
            .map(|suggestion| suggestion.replacement.clone()),
    )
}
