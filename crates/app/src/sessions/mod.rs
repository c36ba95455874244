//! Sessions of groups: meetings that members create, start, join, leave and end, and who is present in them. One use
//! case a file. Owns the rules of who may join; owns no group, no page and no SQL text.

mod access;
mod create;
mod edit;
mod end;
mod get;
mod heartbeat;
mod heartbeats;
mod join;
mod leave;
mod list;
mod list_present;
mod model;
mod password;
mod session_facts;
mod start;
mod sweep;

pub use create::{NewSession, create};
pub use edit::{EditSession, edit};
pub use end::end;
pub use get::get;
pub use heartbeat::heartbeat;
pub(crate) use heartbeats::Heartbeats;
pub use join::join;
pub use leave::leave;
pub use list::{SessionSearch, list, topics};
pub use list_present::list_present;
pub use model::{Presence, Session, SessionDetails};
pub use start::start;
pub use store::sessions::SessionState;
pub use sweep::{keep_presence, sweep};
