//! Who is asking, as typed arguments of handlers.

use std::net::IpAddr;

use app::{Caller, Origin, Visitor};
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

/// The holder of an API key; for reading also somebody signed in with a browser.
#[derive(Clone, Debug)]
pub struct ApiCaller(pub Caller);

/// The client's address, after trusted proxies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RemoteAddress(pub(crate) IpAddr);

pub(crate) async fn by_device(state: &AppState, token: &str, origin: Origin) -> Result<Option<Caller>, PageError> {
    app::accounts::authenticate(state.app(), token, origin)
        .await
        .map_err(PageError::unavailable)
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
