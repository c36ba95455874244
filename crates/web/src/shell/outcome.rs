//! What a use case answered, as a page: done and back, refused, or beside the field it is about.

use activity::Person;
use app::{ChangeError, FieldError};
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::respond::visible_plain;
use super::{ByScript, Flash, Href, PageError, redirect_with};

const SENT_ALREADY: &str =
    "This form was sent already, with other values. What it was sent with first is done; open the form anew for more.";

/// What a use case refused, as a page. Fields have pages of their own to be corrected on; here they are said at once.
pub(crate) fn refused(error: ChangeError) -> PageError {
    match error {
        ChangeError::Forbidden => PageError::Forbidden,
        ChangeError::NotFound => {
            PageError::not_found("There is no such thing that your account may see, or it was removed meanwhile.")
        }
        error @ ChangeError::Invalid(_) => PageError::BadRequest(error.to_string()),
        error @ (ChangeError::Conflict(_) | ChangeError::Stale) => PageError::Conflict(error.to_string()),
        ChangeError::KeyReused => PageError::Conflict(SENT_ALREADY.to_owned()),
        ChangeError::Unavailable(cause) => PageError::unavailable(cause),
    }
}

/// After something was done on a page: back to it, saying so; or saying why not.
pub(crate) fn done(outcome: Result<(), ChangeError>, back: impl Into<Href>, text: &str) -> Result<Response, PageError> {
    match outcome {
        Ok(()) => Ok(redirect_with(back, Flash::good(text))),
        Err(error @ (ChangeError::Invalid(_) | ChangeError::Conflict(_) | ChangeError::Stale)) => {
            Ok(redirect_with(back, Flash::bad(error.to_string())))
        }
        Err(error) => Err(refused(error)),
    }
}

/// What a setting that acts at once says when it has acted, and how to put it back.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Acted {
    /// What is so now; names in it are isolated.
    pub(crate) text: String,
    /// What came of it besides.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) aside: String,
    /// The fields that put it back; none: nothing does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) undo: Vec<(&'static str, String)>,
    /// The page to go on to, where this one is not the caller's any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<&'static str>,
}

impl Acted {
    /// It was done: a sentence in which somebody is named.
    pub(crate) fn on(who: &Person, sentence: impl FnOnce(&str) -> String) -> Self {
        let name = [&who.name, &who.username, &who.email]
            .into_iter()
            .find(|name| !name.is_empty());
        let name = visible_plain(name.map_or(who.id.as_str(), String::as_str));
        Self {
            text: sentence(&format!("{ISOLATE}{name}{END}")),
            ..Self::default()
        }
    }
}

/// What stands around a name, so that one written from right to left keeps its place in a sentence.
const ISOLATE: char = '\u{2068}';
const END: char = '\u{2069}';

/// After a setting acted: its words for the script, or back to the page with them; or why it did not.
pub(crate) fn acted(
    ByScript(by_script): ByScript,
    outcome: Result<(), ChangeError>,
    back: impl Into<Href>,
    said: Acted,
) -> Result<Response, PageError> {
    if !by_script {
        let text = format!("{} {}", said.text, said.aside).replace([ISOLATE, END], "");
        return done(
            outcome,
            said.to.map_or_else(|| back.into(), Href::from),
            text.trim_end(),
        );
    }
    match outcome {
        Ok(()) => Ok(Json(said).into_response()),
        Err(error @ ChangeError::Invalid(_)) => Err(PageError::Conflict(error.to_string())),
        Err(error) => Err(refused(error)),
    }
}

/// The sentence beside a field, if there is one.
pub(crate) fn error_of(errors: &[FieldError], field: &str) -> Option<String> {
    let texts: Vec<&str> = errors
        .iter()
        .filter(|error| error.field == field)
        .map(|error| error.message.as_str())
        .collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}
