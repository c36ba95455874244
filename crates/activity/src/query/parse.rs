//! stub
use super::{Expr, ParseError};

/// The most bytes a query may have.
pub const MAX_BYTES: usize = 4_096;
/// The deepest that parentheses and negations may nest.
pub const MAX_DEPTH: usize = 32;
/// The most conditions a query may have, each value of a list counted.
pub const MAX_TERMS: usize = 256;

/// Reads a query. Dates are days of `zone`.
pub fn parse(text: &str, zone: &jiff::tz::TimeZone) -> Result<Expr, ParseError> {
    let _ = (text, zone);
    Ok(Expr::All)
}
