//! Keys of programs: created and shown once, listed, revoked, and asked for at every request of the API.

mod authenticate;
mod create;
mod list;
mod reports;
mod revoke;

pub(crate) use authenticate::Known;
pub use authenticate::authenticate;
pub use create::{NewKey, NewKeyRequest, create};
pub use list::{ApiKey, list};
pub use revoke::revoke;
