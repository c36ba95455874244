//! Reading the log: whose rows a caller may see, one page of a view, one activity, following, and the dated catalogue.

mod chips;
mod close_holes;
mod complete;
mod cursor;
mod disclosure;
mod display;
mod empty;
mod follow;
mod get;
mod hint;
mod known;
mod meant;
mod nearby;
mod overview;
mod reads;
mod scope;
mod tail;
mod take;
#[cfg(test)]
pub(crate) mod tests;
mod types;
mod view;

pub use chips::{Chip, chips};
pub use close_holes::{close_holes, open_holes};
pub use complete::{Choice, Choices, complete};
pub use cursor::around;
pub(crate) use disclosure::{Delivery, Disclosure, GuardedLog, GuardedLook, Kept, Repeats, UnseenScan};
pub use disclosure::{Rows, Waited, append_waiting, keep_appending};
pub use display::{Column, Columns, Density};
pub use empty::{EmptyReason, FoundPerson, Widening};
pub use follow::{FollowPage, FollowRequest, follow};
pub(crate) use get::account;
pub(crate) use get::may_see;
pub use get::{get, group, near, neighbours, person};
pub use hint::Hint;
pub use overview::{Bar, Facet, Outcomes, Overview, OverviewRequest, Value, Values, overview};

pub use scope::LogScope;
pub(crate) use scope::{Question, Scoped, Subject, range_expr};
pub use tail::{Tail, may_read, tail};
pub use take::{Taken, take};
pub use types::{TypeRow, types};
pub use view::{ActivityView, CompleteThrough, Count, ViewError, ViewRequest, view};
