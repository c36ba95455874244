//! Passkeys: adding, naming, removing, and logging in with one, alone or after the password.
//!
//! One use case a file. Owns what of WebAuthn is asked for and what an answer must show; how somebody who has proved
//! it gets in is `accounts::admit`'s.

mod add;
mod ask;
mod begin_add;
mod begin_confirm;
mod begin_log_in;
mod begin_second_factor;
mod list;
mod log_in;
mod model;
mod remove;
mod rename;
mod second_factor;
mod site;
mod verify;

pub use add::{AddPasskey, add};
pub use begin_add::begin_add;
pub use begin_confirm::begin_confirm;
pub use begin_log_in::begin_log_in;
pub use begin_second_factor::begin_second_factor;
pub use list::list;
pub use log_in::log_in;
pub use model::{Answered, Ceremony, Passkey};
pub use remove::{RemoveProof, remove};
pub use rename::rename;
pub use second_factor::second_factor;
pub use site::origin;
