//! Second factors: authenticator app, SMS and recovery codes; who must have one; turning them on and off.
//!
//! One use case a file. Owns no step of a log-in (`accounts`) and no passkey, except that one counts as a factor.

mod answer;
mod check;
mod due;
mod enable_sms;
mod enable_totp;
mod get_factors;
mod keep;
mod new_recovery_codes;
mod offer_totp;
mod recovery;
mod require_mfa;
mod reset_mfa;
mod send_code;
mod send_confirmation_code;
mod send_log_in_code;
mod send_set_up_code;
mod set_up_at_log_in;
mod totp;
mod turn_off;

pub use answer::{Answer, Method};
pub(crate) use check::{add_codes_left, check, check_any};
pub(crate) use due::{Due, due, has_any, methods};
pub use enable_sms::{EnableSms, enable_sms, request_enable_sms};
pub use enable_totp::{EnableTotp, enable_totp};
pub(crate) use enable_totp::{end_unproved, first_codes};
pub(crate) use get_factors::of as factors_of;
pub use get_factors::{Factors, get_factors, sms_offered};
pub(crate) use keep::{credentials_changed, must_keep, prove_with_factor};
pub use new_recovery_codes::new_recovery_codes;
pub use offer_totp::{TotpOffer, offer_totp};
pub use require_mfa::require_mfa;
pub use reset_mfa::reset_mfa;
pub use send_code::SendRefused;
pub use send_confirmation_code::send_confirmation_code;
pub use send_log_in_code::send_log_in_code;
pub use send_set_up_code::send_set_up_code;
pub use set_up_at_log_in::{SetUp, SetUpDone, SetUpRefused, set_up_at_log_in};
pub use turn_off::{Factor, turn_off};
