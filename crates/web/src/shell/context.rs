//! What is known of a request before its handler: where it comes from, its cookies, and, once asked, its caller.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use app::devices::{EndReason, Identity};
use app::{Caller, Origin};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use tokio::sync::OnceCell;

use super::{Cookies, PageError, Theme, Zone};
use crate::AppState;

/// One request, as its extractors, the layout and the error page see it. Shared, so the caller is looked up once.
#[derive(Clone)]
pub(crate) struct RequestContext {
    inner: Arc<Inner>,
}

struct Inner {
    origin: Origin,
    uri: Uri,
    cookies: Cookies,
    https: bool,
    /// Whose the device cookie is; `None` without one.
    identity: OnceCell<Option<Identity>>,
}

impl RequestContext {
    pub(crate) fn new(origin: Origin, uri: Uri, headers: &HeaderMap, https: bool) -> Self {
        let cookies = Cookies::read(headers, https);
        Self {
            inner: Arc::new(Inner {
                origin,
                uri,
                cookies,
                https,
                identity: OnceCell::new(),
            }),
        }
    }

    /// The context the outermost layer put into the request; a fresh one where there is none, as in unit tests.
    pub(crate) fn of(parts: &mut Parts) -> Self {
        if let Some(context) = parts.extensions.get::<Self>() {
            return context.clone();
        }
        let context = Self::new(Origin::default(), parts.uri.clone(), &parts.headers, true);
        parts.extensions.insert(context.clone());
        context
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.inner.origin
    }

    /// The client's address; the unspecified one where there is no connection, as in unit tests.
    pub(crate) fn client_ip(&self) -> IpAddr {
        self.inner.origin.ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }

    /// Whether the browser keeps `Secure` cookies of the address it used.
    pub(crate) fn is_https(&self) -> bool {
        self.inner.https
    }

    pub(crate) fn path(&self) -> &str {
        self.inner.uri.path()
    }

    pub(crate) fn path_and_query(&self) -> &str {
        self.inner.uri.path_and_query().map_or("/", |both| both.as_str())
    }

    pub(crate) fn cookies(&self) -> &Cookies {
        &self.inner.cookies
    }

    /// The caller, if this request has already been asked for one and has one.
    pub(crate) fn known_caller(&self) -> Option<&Caller> {
        match self.inner.identity.get() {
            Some(Some(Identity::SignedIn(caller))) => Some(caller),
            _ => None,
        }
    }

    /// Why the device of this request's cookie was ended, if it was and this request has been asked for its caller.
    pub(crate) fn ended(&self) -> Option<EndReason> {
        match self.inner.identity.get() {
            Some(Some(Identity::Ended(reason))) => Some(*reason),
            _ => None,
        }
    }

    /// Who is signed in, by the device cookie.
    pub(crate) async fn caller(&self, state: &AppState) -> Result<Option<&Caller>, PageError> {
        self.inner
            .identity
            .get_or_try_init(|| async {
                let Some(token) = self.inner.cookies.device() else {
                    return Ok(None);
                };
                let found = super::extract::browser(state, token, self.inner.origin.clone()).await?;
                Ok::<_, PageError>(Some(found))
            })
            .await?;
        Ok(self.known_caller())
    }

    /// The zone asked for in the address, else the one chosen before, else UTC.
    pub(crate) fn zone(&self) -> Zone {
        let asked = self.zone_asked().as_deref().and_then(Zone::named);
        asked
            .or_else(|| self.cookies().zone().and_then(Zone::named))
            .unwrap_or_else(Zone::utc)
    }

    /// What the address names as zone, if there is none of that name.
    pub(crate) fn no_such_zone(&self) -> Option<String> {
        let named = self.zone_asked().filter(|name| !name.is_empty());
        named.filter(|name| Zone::named(name).is_none())
    }

    fn zone_asked(&self) -> Option<String> {
        let fields: Vec<(String, String)> = serde_urlencoded::from_str(self.inner.uri.query()?).ok()?;
        let zone = fields.into_iter().find(|(name, _)| name == "tz");
        zone.map(|(_, value)| value)
    }

    pub(crate) fn theme(&self) -> Theme {
        Theme::of(self.cookies().theme())
    }
}

impl FromRequestParts<AppState> for RequestContext {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let context = Self::of(parts);
        context.caller(state).await?;
        Ok(context)
    }
}
