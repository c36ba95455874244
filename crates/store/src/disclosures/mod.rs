//! The tables `disclosure`, `disclosure_person`, `disclosure_activity` and `disclosure_waiting`: who was given whose
//! rows of the log. Owns their SQL; whose rows they are, and what one disclosure is, is decided elsewhere.

mod disclosure;
mod list;
mod noted;
mod person;
#[cfg(test)]
mod tests;
mod waiting;

pub use disclosure::{Disclosure, Kind, Via, insert, insert_all, newest, set_query};
pub use list::{Disclosed, to_others};
pub use noted::{noted_at, set_noted_at};
pub use person::{Given, add_given, add_people};
pub use waiting::{insert_waiting, remove_waiting, set_waiting, waiting};
