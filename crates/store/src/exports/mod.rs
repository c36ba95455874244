//! The table `export`. Owns their SQL; what is written into files and activities is told elsewhere.

mod finish;
mod people;
mod table;
#[cfg(test)]
mod tests;

pub use finish::{Finish, finish};
pub use people::{keep_people, people};
pub use table::{ExportRow, JOB, Kind, State, by_id, delete, files, for_subject, insert, job, list};
