//! The tables of 0002_accounts.sql, one module each. Owns their SQL text and rows; decides nothing.

pub mod account;
pub mod address;
pub mod api_key;
pub mod attempt;
pub mod device;
pub mod email_change;
pub mod ended_device;
pub mod known_device;
pub mod link;
pub mod list;
pub mod mail;
pub mod mail_sent;
pub mod preference;
pub mod refresh_token;
pub mod skeleton;
pub mod word;
