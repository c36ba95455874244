//! Second factors: authenticator app, SMS and recovery codes; who must have one; turning them on and off; and proving
//! once more who one is.
//!
//! One use case a file. Owns no step of a log-in (`logging_in`) and no passkey, except that one counts as a factor.

mod answer;
mod check;
mod due;
mod enable_sms;
mod enable_totp;
mod get_factors;
mod keep;
mod new_recovery_codes;
mod offer_totp;
pub(crate) mod reauthenticate;
mod recovery;
mod require_mfa;
mod reset_mfa;
mod send_code;
mod send_confirmation_code;
pub(crate) mod totp;
mod turn_off;

pub use answer::{Answer, Method};
pub(crate) use check::{add_codes_left, check, check_any, take_sms};
pub(crate) use due::{Due, due, has_any, methods};
pub use enable_sms::{EnableSms, enable_sms, request_enable_sms};
pub use enable_totp::{EnableTotp, enable_totp};
pub(crate) use enable_totp::{confirmed, end_unproved, first_codes};
pub(crate) use get_factors::of as factors_of;
pub use get_factors::{Factors, get_factors, sms_offered};
pub(crate) use keep::{credentials_changed, must_keep, prove_with_factor};
pub use new_recovery_codes::new_recovery_codes;
pub use offer_totp::{TotpOffer, offer_totp};
pub use reauthenticate::Proof;
pub(crate) use reauthenticate::{asker, reauthenticate, wrong_code};
pub use require_mfa::require_mfa;
pub use reset_mfa::reset_mfa;
pub use send_code::SendRefused;
pub(crate) use send_code::{number, send_code};
pub use send_confirmation_code::send_confirmation_code;
pub use turn_off::{Factor, turn_off};
