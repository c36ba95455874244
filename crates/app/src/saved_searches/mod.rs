//! Searches of the log that somebody keeps under a name: private, or shared with a group they belong to, and one for
//! each kind of log that it begins with. One use case a file.

mod check;
mod copy;
mod create;
mod delete;
mod edit;
mod list;
mod model;
mod search_facts;

pub use copy::copy;
pub use create::{NewSavedSearch, create};
pub use delete::delete;
pub use edit::{EditSavedSearch, edit};
pub use list::{default, get, list};
pub use model::{LogKind, SavedSearch};
