//! Connections: mutual contacts between two people. Found by exact username or e-mail address only, and only so often,
//! so that nobody can read a directory out of it; whoever blocks somebody does not exist for them.

mod accept;
mod block;
mod cancel;
mod find;
mod get;
mod list;
mod model;
mod people;
mod reject;
mod remove;
mod request;
mod unblock;

pub use accept::accept;
pub use block::block;
pub use cancel::cancel;
pub use find::find;
pub use get::get;
pub use list::{ConnectionSearch, Counts, Which, count, list};
pub use model::{Connection, LookUpError, Standing};
pub use reject::reject;
pub use remove::remove;
pub use request::request;
pub use unblock::unblock;
