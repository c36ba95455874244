//! The tables `export` and `export_person`. Owns their SQL; what is written into files and activities is told elsewhere.

mod lease;
mod person;
mod table;
#[cfg(test)]
mod tests;

pub use lease::{Finish, Written, claim, claim_lapsed_view, finish, release_all, renew};
pub use person::{keep_people, people};
pub use table::{Kind, Row, State, by_id, delete, files, for_subject, insert, list};
