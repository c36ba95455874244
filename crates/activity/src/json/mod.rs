//! stub
use crate::limits::FieldError;
use crate::{Activity, Facts, Time};
/// Reads one activity strictly and checks every limit; a missing `occurred_at` is `now`.
pub fn parse_facts(body: &[u8], now: Time) -> Result<Facts, Vec<FieldError>> {
    let _ = now;
    serde_json::from_slice(body).map_err(|e| vec![FieldError { pointer: String::new(), detail: e.to_string() }])
}
/// Like [`parse_facts`], for rows that [`to_json`] wrote: `id`, `recorded_at` and `sentence` are passed over.
pub fn parse_row(body: &[u8], now: Time) -> Result<Facts, Vec<FieldError>> { parse_facts(body, now) }
/// Reads one activity or a JSON array of them, each judged for itself; `Err` if the body as a whole is neither.
/// Pointers are within each item.
pub fn parse_batch(body: &[u8], now: Time) -> Result<Vec<Result<Facts, Vec<FieldError>>>, FieldError> {
    Ok(vec![parse_facts(body, now)])
}
/// The one row shape of API, JSON Lines and permalinks: every field of the activity and its `sentence`.
#[must_use]
pub fn to_json(activity: &Activity) -> serde_json::Value { serde_json::to_value(activity).unwrap_or_default() }
/// Appends the same as one line of JSON, without a line end.
pub fn write_json(activity: &Activity, out: &mut Vec<u8>) { serde_json::to_writer(out, activity).ok(); }
