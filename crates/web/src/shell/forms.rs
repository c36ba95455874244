//! Forms and addresses as handlers read them.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use super::ask::Ask;
use super::{Href, PageError};
use crate::AppState;

/// The fields of a submitted form, in their order; names may repeat.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of a field, as sent; empty when it is absent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.opt(name).unwrap_or_default()
    }

    /// The first value of a field, if it was sent.
    #[must_use]
    pub fn opt(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every field with its value, in their order.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The first value of a field without blanks around it.
    #[must_use]
    pub fn trimmed(&self, name: &str) -> &str {
        self.get(name).trim()
    }

    /// Every value of a field that may repeat.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a checkbox was ticked.
    #[must_use]
    pub fn ticked(&self, name: &str) -> bool {
        self.opt(name)
            .is_some_and(|value| !matches!(value, "" | "0" | "false" | "off"))
    }
}

/// The page of this site that a form was sent from; the start where that is not known.
fn came_from(headers: &HeaderMap) -> Href {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let path = referer
        .and_then(|url| url.split_once("://"))
        .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    Href::from(&LocalPath::or_home(path.unwrap_or("/")))
}

/// Whether a request has no form in it, and says of none.
fn is_empty(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    !headers.contains_key(header::CONTENT_TYPE) && length.is_none_or(|length| length == "0")
}

impl FromRequest<AppState> for Fields {
    type Rejection = PageError;
    async fn from_request(request: Request, state: &AppState) -> Result<Self, PageError> {
        let back = came_from(request.headers());
        // A button alone sends nothing.
        if is_empty(request.headers()) {
            return Ok(Self::default());
        }
        let pairs = axum::extract::Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map(|axum::extract::Form(pairs)| pairs)
            .map_err(|refused| PageError::BadRequest(format!("The form could not be read: {refused}.")))?;
        match Ask::carried(&pairs, back) {
            Some(ask) => Err(PageError::Ask(Box::new(ask))),
            None => Ok(Self(pairs)),
        }
    }
}

/// The query string as a struct; what does not fit is a bad request that says so.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Query<T> {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, PageError> {
        serde_urlencoded::from_str(parts.uri.query().unwrap_or_default())
            .map(Self)
            .map_err(|error| PageError::BadRequest(format!("The address could not be read: {error}.")))
    }
}

/// A path of this site to go to after something is done; never another site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

impl std::fmt::Display for LocalPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl LocalPath {
    /// `text` if it is a path of this site, else `/`.
    #[must_use]
    pub fn or_home(text: &str) -> Self {
        let mut bytes = text.bytes();
        let local = bytes.next() == Some(b'/')
            && !matches!(bytes.next(), Some(b'/' | b'\\'))
            && text.bytes().all(|b| (0x21..0x7f).contains(&b) && b != b'\\');
        Self(if local { text.to_owned() } else { "/".to_owned() })
    }

    /// The path, with its query if it has one.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
