//! One row of the route table: path, method, who may, handler.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};

use crate::AppState;

/// Who may use a route. Checked before its handler runs; the use case checks again by its own rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Anybody.
    Public,
    /// Anybody signed in with a browser.
    SignedIn,
    /// Administrators signed in with a browser.
    Administrator,
    /// Administrators and auditors signed in with a browser.
    ReaderOfAll,
    /// An API key with this scope; for safe methods also a signed-in browser. To read activities also a device signed
    /// in to a registered application, which reads as its member.
    Key(Scope),
    /// A member through a program: a device signed in to a registered application, or an API key with the scope
    /// `admin`; for safe methods also a signed-in browser.
    Program,
    /// Whoever reports activities: an API key with the scope `activities:write`, or a registered application with its
    /// own key.
    Reporter,
    /// A registered application that speaks for itself, with its own key.
    Application,
}

/// What an API key must be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `activities:write`
    Write,
    /// `activities:read`
    Read,
    /// `export`
    Export,
    /// `admin`
    Admin,
}

impl Scope {
    /// Its name, as keys are given it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Write => "activities:write",
            Self::Read => "activities:read",
            Self::Export => "export",
            Self::Admin => "admin",
        }
    }
}

/// One route: where, who may, and what answers.
pub struct Route {
    pub(crate) path: &'static str,
    pub(crate) method: Method,
    pub(crate) policy: Policy,
    pub(crate) secret: bool,
    pub(crate) handler: MethodRouter<AppState>,
}

impl Route {
    /// A page or resource to read. Answers HEAD as well.
    pub fn get<H, T>(path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self::new(path, Method::GET, policy, routing::get(handler))
    }

    /// Something to do.
    pub fn post<H, T>(path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self::new(path, Method::POST, policy, routing::post(handler))
    }

    /// Part of something to change.
    pub fn patch<H, T>(path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self::new(path, Method::PATCH, policy, routing::patch(handler))
    }

    /// Something to put in place, whatever was there.
    pub fn put<H, T>(path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self::new(path, Method::PUT, policy, routing::put(handler))
    }

    /// Something to remove.
    pub fn delete<H, T>(path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self::new(path, Method::DELETE, policy, routing::delete(handler))
    }

    /// Marks a route where a secret can be guessed: attempts of one address are limited.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    fn new(path: &'static str, method: Method, policy: Policy, handler: MethodRouter<AppState>) -> Self {
        Self {
            path,
            method,
            policy,
            secret: false,
            handler,
        }
    }
}
