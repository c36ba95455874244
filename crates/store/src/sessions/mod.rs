//! The tables of 0007_sessions.sql, one module each. Owns their SQL text and rows; decides nothing.

pub mod attempt;
pub mod list;
pub mod presence;
pub mod session;
pub mod sweep;

pub use session::{SessionRow, SessionState};

use activity::Time;
use sqlx::any::AnyRow;
use sqlx::{Error, Row};

fn text(row: &AnyRow, column: &str) -> Result<String, Error> {
    row.try_get(column)
}

fn maybe_text(row: &AnyRow, column: &str) -> Result<Option<String>, Error> {
    row.try_get(column)
}

fn flag(row: &AnyRow, column: &str) -> Result<bool, Error> {
    Ok(row.try_get::<i64, _>(column)? == 1)
}

fn time(row: &AnyRow, column: &str) -> Result<Time, Error> {
    Ok(Time(row.try_get(column)?))
}

fn maybe_time(row: &AnyRow, column: &str) -> Result<Option<Time>, Error> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Time))
}

fn number(row: &AnyRow, column: &str) -> Result<u64, Error> {
    Ok(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or_default())
}
