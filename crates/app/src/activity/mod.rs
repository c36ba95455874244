//! Reading the log: whose rows a caller may see, one page of a view, one activity, following, and the dated catalogue.

mod chips;
mod close_holes;
mod cursor;
mod disclosure;
mod empty;
mod follow;
mod get;
mod scope;
mod take;
#[cfg(test)]
pub(crate) mod tests;
mod types;
mod view;

pub use chips::Chip;
pub use close_holes::{close_holes, open_holes};
pub(crate) use disclosure::{Delivery, Disclosure, GuardedLog, Kept, Repeats, UnseenScan};
pub use disclosure::{Rows, Waited, append_waiting, keep_appending};
pub use empty::{EmptyReason, Widening};
pub use follow::{FollowPage, FollowRequest, follow};
pub(crate) use get::account;
pub use get::{get, group, person};

pub use scope::LogScope;
pub(crate) use scope::{Question, Scoped, Subject, range_expr};
pub use take::{Taken, take};
pub use types::{TypeRow, types};
pub use view::{ActivityView, CompleteThrough, Count, ViewError, ViewRequest, view};
