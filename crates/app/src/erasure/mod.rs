//! Erasing people: who asked, who decided, what went, and the receipt. What the log says of somebody is taken out by the
//! engine; this owns who may have it done, what else is kept of a person, and what is said of it.

mod again;
mod decline;
mod erase;
mod finish;
mod list;
mod model;
mod receipt;
mod request;
mod withdraw;

pub use again::erase_again;
pub use decline::decline;
pub use erase::{Whom, erase};
pub use finish::{finish, keep_finishing};
pub use list::{Erasures, get, list, mine, numbered, page};
pub use model::{Decision, ErasureRequest, Outcome};
pub use receipt::receipt;
pub use request::request;
pub use store::erasures::RequestState;
pub use withdraw::withdraw;
