//! Mail: written into a queue in the transaction that causes it, sent by one task, tried again for a day. Without a
//! mail server it stays in the outbox, which administrators see. Its text is wrapped at rest, gone once it was sent or what
//! is secret in it has expired, shown only by an act that its owner is told of, and never written to the server's log.

pub(crate) mod budget;
mod delete;
pub(crate) mod letters;
mod list;
mod name;
mod retry;
mod send;
mod show;
mod text;
mod write;

pub use delete::delete;
pub use list::{Mail, MailState, list};
pub use retry::retry;
pub use send::{MailSetupError, start};
pub use show::{ShownMail, show};
pub(crate) use write::{keep, write};
