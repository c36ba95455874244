//! Lists of the API: which page is asked for, and `{data, page: {next, has_more}}` with `Link: rel="next"`.

use app::{Page, PageRequest};
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::query::Params;
use crate::problem::Problem;

/// Rows of a page, unless said otherwise.
const DEFAULT: usize = 100;
/// Rows of a page at most.
const MOST: usize = 1000;

/// Which page is asked for. In the description of a list: `params(Paging, …)`.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Rows of a page; 100 by default.
    #[param(required = false, minimum = 1, maximum = 1000, default = 100)]
    pub(super) limit: u32,
    /// `page.next` of the page before.
    #[param(min_length = 1)]
    pub(super) after: Option<String>,
}

impl Paging {
    /// Of parameters among whose names are `limit` and `after`.
    pub(super) fn of(params: &Params) -> Result<Self, Problem> {
        let limit = params.limit(DEFAULT, MOST)?;
        Ok(Self {
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            after: params.after()?,
        })
    }

    /// Of a list that takes nothing but `limit` and `after`.
    pub(super) fn read(uri: &Uri) -> Result<Self, Problem> {
        Self::of(&Params::read(uri, &["limit", "after"])?)
    }
}

impl From<Paging> for PageRequest {
    fn from(Paging { limit, after }: Paging) -> Self {
        Self { after, limit }
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Listed<T> {
    /// The rows.
    data: Vec<T>,
    /// Where to go on.
    page: PageLinks,
}

/// Where to go on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PageLinks {
    /// Cursor for `after`; of activities always there with `order=asc`.
    next: Option<String>,
    /// Whether more rows are known to follow.
    has_more: bool,
}

impl<T: Serialize> Listed<T> {
    /// The rows of one page, and the cursor of the next if there is one.
    pub(super) fn new(data: Vec<T>, next: Option<String>) -> Self {
        Self {
            data,
            page: PageLinks {
                has_more: next.is_some(),
                next,
            },
        }
    }

    /// One page as `app` gives it.
    pub(super) fn of<R: Into<T>>(page: Page<R>) -> Self {
        Self::new(page.rows.into_iter().map(Into::into).collect(), page.turns.next)
    }

    /// As the answer to a request for `uri`.
    pub(super) fn answer(self, uri: &Uri) -> Response {
        let link = self.page.next.as_deref().map(|next| next_link(uri, next));
        let mut response = axum::Json(self).into_response();
        if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

/// The same address with another `after`, as the header `Link` has it.
pub(super) fn next_link(uri: &Uri, next: &str) -> String {
    let others = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
    let after = format!("after={}", utf8_percent_encode(next, NON_ALPHANUMERIC));
    let query = others.map(str::to_owned).chain([after]).collect::<Vec<_>>().join("&");
    format!("<{}?{query}>; rel=\"next\"", uri.path())
}
