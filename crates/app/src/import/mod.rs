//! Reading in what another system wrote: every line becomes activities, is passed over under a name, or is reported with
//! its number. Repeating an import adds nothing. Owns no file and no progress bar; what lines say is the crate
//! `foreign`'s.

mod decode;
mod jsonl;
mod lines;
mod order;
mod reader;
mod run;
mod summary;
#[cfg(test)]
mod tests;

pub use decode::decoded;
pub use foreign::{Origin, mapping};
pub use order::oldest_first;
pub use run::{Import, ImportError, ImportFormat, Input, Open, import, rehearse};
pub use summary::{Summary, Watch};
