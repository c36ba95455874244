//! The table `export`. Owns their SQL; what is written into files and activities is told elsewhere.

mod lease;
mod people;
mod table;
#[cfg(test)]
mod tests;

pub use lease::{Finish, Written, claim, claim_lapsed_view, finish, release_all, renew};
pub use people::{keep_people, people};
pub use table::{ExportRow, Kind, State, by_id, delete, files, for_subject, insert, list};
