//! Logging in, in steps: the password, the second factor or setting one up, and being let in.
//!
//! One use case a file. Owns no code (`factors`), no passkey (`passkeys`) and no device (`devices`).

mod admit;
pub(crate) mod challenge;
mod error;
mod log_in;
mod peek_challenge;
mod second_factor;
mod send_log_in_code;
mod send_set_up_code;
mod set_up_at_log_in;

pub use admit::SignedIn;
pub(crate) use admit::{Admission, admit};
pub use challenge::{Challenge, LogInStep};
pub use error::{LogInRefused, SecondFactorRefused};
pub use log_in::{LogIn, log_in};
pub(crate) use log_in::{refusal_of_second_step, refuse};
pub use peek_challenge::{Waiting, peek_challenge, peek_set_up};
pub use second_factor::second_factor;
pub use send_log_in_code::send_log_in_code;
pub use send_set_up_code::send_set_up_code;
pub use set_up_at_log_in::{SetUp, SetUpDone, SetUpRefused, set_up_at_log_in};
