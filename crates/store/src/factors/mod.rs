//! The tables of 0004_second_factors.sql, one module each. Owns their SQL text and rows; decides nothing.

pub mod challenge;
pub mod recovery_code;
pub mod second_factor;
pub mod sms_code;

pub use challenge::delete_challenges;
