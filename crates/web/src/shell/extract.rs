//! Who is asking, as typed arguments of handlers.

use std::net::IpAddr;

use app::devices::Identity;
use app::ingest::Reporter;
use app::{Caller, Origin, Via, Visitor};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{Cookies, PageError, RequestContext};
use crate::AppState;

/// A signed-in member. Without one, off to the log-in page and back.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Caller);

/// A signed-in administrator.
#[derive(Clone, Debug)]
pub struct AdminOnly(pub Caller);

/// A signed-in administrator or auditor.
#[derive(Clone, Debug)]
pub struct ReaderOfAll(pub Caller);

/// Whoever is signed in, if anybody is.
#[derive(Clone, Debug)]
pub struct MaybeSignedIn(pub Option<Caller>);

/// Where the request comes from, for use cases of people who have not said who they are.
#[derive(Clone, Debug)]
pub struct From(pub Visitor);

/// The holder of an API key or of an application's device; for reading also somebody signed in with a browser.
#[derive(Clone, Debug)]
pub struct ApiCaller(pub Caller);

/// Somebody who asks through a registered application, which has proved itself by its key.
#[derive(Clone, Debug)]
pub struct FromApplication(pub Visitor);

/// A program that reports activities.
#[derive(Clone, Debug)]
pub struct FromReporter(pub Reporter);

/// Whether the page's script asks, which wants words for a message rather than another page.
#[derive(Clone, Copy, Debug)]
pub struct ByScript(pub bool);

/// The client's address, after trusted proxies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RemoteAddress(pub(crate) IpAddr);

/// Who this browser's token belongs to. That of an application's device opens no page.
pub(crate) async fn by_device(state: &AppState, token: &str, origin: Origin) -> Result<Option<Caller>, PageError> {
    Ok(match browser(state, token, origin).await? {
        Identity::SignedIn(caller) => Some(*caller),
        Identity::Ended(_) | Identity::Expired | Identity::Nobody => None,
    })
}

/// The same, with why it is nobody's.
pub(crate) async fn browser(state: &AppState, token: &str, origin: Origin) -> Result<Identity, PageError> {
    let found = app::devices::identify(state.app(), token, origin).await;
    Ok(match found.map_err(PageError::unavailable)? {
        Identity::SignedIn(caller) if !matches!(caller.via, Via::Device { .. }) => Identity::Nobody,
        found => found,
    })
}

async fn caller(parts: &mut Parts, state: &AppState) -> Result<Caller, PageError> {
    let context = RequestContext::of(parts);
    let found = context.caller(state).await?.cloned();
    found.ok_or_else(|| PageError::SignIn {
        next: context.path_and_query().to_owned(),
    })
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        caller(parts, state).await.map(Self)
    }
}

impl FromRequestParts<AppState> for AdminOnly {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let caller = caller(parts, state).await?;
        if caller.is_administrator() {
            Ok(Self(caller))
        } else {
            Err(PageError::Forbidden)
        }
    }
}

impl FromRequestParts<AppState> for ReaderOfAll {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let caller = caller(parts, state).await?;
        if caller.reads_everything() {
            Ok(Self(caller))
        } else {
            Err(PageError::Forbidden)
        }
    }
}

impl FromRequestParts<AppState> for ByScript {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, PageError> {
        Ok(Self(parts.headers.contains_key("x-requested-with")))
    }
}

impl FromRequestParts<AppState> for MaybeSignedIn {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        Ok(Self(RequestContext::of(parts).caller(state).await?.cloned()))
    }
}

impl FromRequestParts<AppState> for From {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, PageError> {
        Ok(Self(Visitor {
            origin: RequestContext::of(parts).origin().clone(),
            application: None,
            device_token: RequestContext::of(parts).cookies().device().map(str::to_owned),
        }))
    }
}

impl FromRequestParts<AppState> for RemoteAddress {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, PageError> {
        Ok(Self(RequestContext::of(parts).client_ip()))
    }
}

impl FromRequestParts<AppState> for Cookies {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, PageError> {
        Ok(RequestContext::of(parts).cookies().clone())
    }
}

impl FromRequestParts<AppState> for ApiCaller {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, PageError> {
        // The gate of the route's policy has put the caller there; without one the route has the wrong policy.
        parts.extensions.get::<Self>().cloned().ok_or(PageError::Forbidden)
    }
}

impl FromRequestParts<AppState> for FromApplication {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, PageError> {
        // As above, put there by the gate.
        parts.extensions.get::<Self>().cloned().ok_or(PageError::Forbidden)
    }
}

impl FromRequestParts<AppState> for FromReporter {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, PageError> {
        // As above, put there by the gate.
        parts.extensions.get::<Self>().cloned().ok_or(PageError::Forbidden)
    }
}
