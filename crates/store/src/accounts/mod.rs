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
pub mod preference;
pub mod refresh_token;
pub mod word;

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
