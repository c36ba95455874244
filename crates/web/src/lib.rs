//! The web: pages and the `/v1` API over one table of routes, and the server that carries them.
//!
//! Handlers translate: parse, one call of `app`, render. Owns no rule about who may do what beyond each route's
//! [`Policy`], no SQL and no file of the log.

mod alone;
pub mod api;
mod budget;
mod host;
mod hosts;
mod layers;
mod metrics;
pub mod pages;
mod problem;
mod rates;
mod router;
pub mod server;
mod settings;
pub mod shell;
mod state;

pub use alone::{Alone, Given};
pub use host::AllowedHost;
pub use router::{RouteInfo, route_table, router};
pub use server::{serve, serve_alone};
pub use settings::{Limits, Settings};
pub use shell::{Policy, Route, Scope};
pub use state::AppState;
