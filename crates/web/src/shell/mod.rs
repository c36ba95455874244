//! What every page stands in: who asks, the route table and its policies, the layout, errors as pages, forms,
//! cookies and the text filters. Owns no page of its own but the error page.
//!
//! A page module does this:
//!
//! ```text
//! use crate::AppState;
//! use crate::shell::{filters, render, redirect_with, AdminOnly, Flash, PageError, Policy, Route, Shell};
//!
//! pub fn routes() -> Vec<Route> {
//!     vec![
//!         Route::get("/users", Policy::Administrator, list),
//!         Route::post("/users", Policy::Administrator, create),
//!     ]
//! }
//!
//! #[derive(askama::Template)]
//! #[template(path = "users/list.html")]   // {% extends "layout.html" %}{% block title %}..{% block main %}
//! struct ListPage { shell: Shell, rows: Vec<Row> }
//!
//! async fn list(State(state): State<AppState>, AdminOnly(caller): AdminOnly, shell: Shell) -> Result<Response, PageError> {
//!     let rows = app::accounts::list_users(state.app(), &caller, …).await?;
//!     render(&ListPage { shell, rows })
//! }
//!
//! async fn create(State(state): State<AppState>, AdminOnly(caller): AdminOnly, fields: Fields) -> Result<Response, PageError> {
//!     …
//!     Ok(redirect_with("/users", Flash::good("Created Sam Jones.")))
//! }
//! ```

mod allowed;
mod ask;
pub(crate) mod assets;
mod context;
mod cookies;
mod errors;
mod extract;
mod file;
pub(crate) mod filters;
mod flash;
mod forms;
mod home;
mod href;
mod idempotency;
mod json_html;
mod layout;
mod live;
mod others;
mod outcome;
mod pager;
mod qr;
mod respond;
mod route;
pub(crate) mod stream;
pub(crate) mod tails;
#[cfg(test)]
mod tests;
mod zone;

pub use ask::Ask;
pub(crate) use context::RequestContext;
pub(crate) use cookies::PendingCookies;
pub use cookies::{Cookie, Cookies, with_cookie};
pub use errors::PageError;
pub(crate) use errors::{ErrorPage, error_page};
pub(crate) use extract::RemoteAddress;
pub use extract::{
    AdminOnly, ApiCaller, ByScript, From, FromApplication, FromReporter, MaybeSignedIn, ReaderOfAll, SignedIn,
};
pub(crate) use file::file;
pub use flash::{Flash, FlashKind};
pub use forms::{Fields, LocalPath, Query};
pub(crate) use home::routes;
pub use href::Href;
pub(crate) use idempotency::idempotency_key;
pub use layout::{NavGroup, NavItem, Shell, Theme};
pub(crate) use live::{live, no_stream};
pub(crate) use others::{others_of, with_others};
pub(crate) use outcome::{Acted, acted, done, error_of, refused};
#[cfg(test)]
pub(crate) use pager::turns;
pub(crate) use pager::{Paged, Pager, cursor};
pub(crate) use qr::qr_svg;
pub(crate) use respond::span_words;
pub use respond::{redirect, redirect_with, render, render_status};
pub use route::{Policy, Route, Scope};
pub(crate) use stream::last_event_id;
pub use zone::Zone;
