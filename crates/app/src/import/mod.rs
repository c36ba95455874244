//! Reading in what another system wrote: every line becomes activities, is passed over under a name, or is reported with
//! its number. Repeating an import adds nothing. Owns no file and no progress bar; what lines say is the crate
//! `foreign`'s.

mod begin;
mod decode;
mod end;
mod imported;
mod jsonl;
mod lines;
mod order;
mod reader;
mod run;
mod summary;
#[cfg(test)]
mod tests;
mod undo;

pub use begin::{Begin, FILES, NAME, begin, part_of};
pub use decode::decoded;
pub use end::{End, end};
pub use foreign::{Found, Origin, mapping};
pub use imported::{Imported, Undone, get, list};
pub use order::oldest_first;
pub use run::{Destination, Import, ImportError, ImportFormat, Input, Open, Taken, import, read, rehearse};
pub use summary::{Summary, Watch};
pub use undo::{Undoing, rehearse_undo, undo};
