//! Reading the log: whose rows a caller may see, one page of a view, one activity, following, and the dated catalogue.

mod chips;
mod cursor;
mod empty;
pub(crate) mod facts;
mod follow;
mod get;
mod scope;
#[cfg(test)]
pub(crate) mod tests;
mod types;
mod view;
mod viewed;

pub use chips::Chip;
pub use empty::{EmptyReason, Widening};
pub use follow::{FollowPage, FollowRequest, follow};
pub use get::{get, group, person};

pub use scope::Scope;
pub(crate) use scope::{Question, Scoped, Subject};
pub use types::{TypeRow, types};
pub use view::{ActivityView, CompleteThrough, Count, ViewError, ViewRequest, view};
pub(crate) use viewed::{VIEW_WINDOW, account, note, shortened};
