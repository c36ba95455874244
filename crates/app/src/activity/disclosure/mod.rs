//! Readers are visible: rows of the log leave this crate only by a [`Disclosure`], which writes whose rows they are
//! before it gives them. Owns what one disclosure is and how it shows in the log; whose rows may be read is decided in
//! `scope`, and who was told is listed by `privacy`.

mod give;
mod guarded;
mod kept;
mod note;
mod people;
mod question;
mod repeats;
mod rows;
#[cfg(test)]
mod tests;
mod waiting;

pub(crate) use give::Disclosure;
pub(crate) use guarded::{GuardedLog, GuardedLook, UnseenScan};
pub(crate) use kept::Kept;
pub(crate) use question::Delivery;
pub(crate) use repeats::Repeats;
pub use rows::Rows;
pub(crate) use rows::Unseen;
pub use waiting::{Waited, append_waiting, keep_appending};
