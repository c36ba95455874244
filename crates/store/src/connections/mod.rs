//! The tables of 0008_connections.sql, one module each. Owns their SQL text and rows; decides nothing.

pub mod block;
pub mod connection;
pub mod list;
pub mod look_up;
