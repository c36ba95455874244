//! The tables `export` and `log_view`. Owns their SQL; what is written into files and activities is told elsewhere.

mod lease;
mod table;
#[cfg(test)]
mod tests;
mod view;

pub use lease::{Finish, Written, claim, claim_lapsed_view, finish, release_all, renew};
pub use table::{Kind, Row, State, by_id, delete, files, for_subject, insert, list};
pub use view::{forget_before, note, seen_at};
