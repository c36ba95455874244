//! Mail: written into a queue in the transaction that causes it, sent by one task, tried again for a day. Without a
//! mail server it stays in the outbox, which administrators see, and is written to the server's own log.

mod delete;
pub(crate) mod letters;
mod list;
mod retry;
mod send;
mod write;

pub use delete::delete;
pub use list::{Mail, MailPage, MailState, list};
pub use retry::retry;
pub use send::{MailSetupError, start};
pub(crate) use write::write;
