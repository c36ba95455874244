//! The table `export`. Owns their SQL; what is written into files and activities is told elsewhere.

mod finish;
mod gone;
mod people;
mod table;
#[cfg(test)]
mod tests;

pub use finish::{Finish, cancel, finish};
pub use gone::{Known, before, expired, kept_bytes, known, let_all_go, let_go, unfinished};
pub use people::{keep_people, people};
pub use table::{ExportRow, Format, Gone, JOB, Kind, State, by_id, for_subject, insert, job, list};
