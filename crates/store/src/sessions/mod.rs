//! The tables of 0007_sessions.sql, one module each. Owns their SQL text and rows; decides nothing.

pub mod attempt;
pub mod list;
pub mod presence;
pub mod refusal;
pub mod session;
pub mod sweep;

pub use session::{SessionRow, SessionState};
