//! JSON Lines: one activity a line, in the one shape rows have for programs.

use activity::{Activity, sentence};
use serde::Serialize;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    activity: &'a Activity,
    sentence: String,
}

/// Writes one activity and the end of its line: the shape of `activity::json::to_json`, without a tree in between.
pub fn write_line(row: &Activity, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let line = Line { activity: row, sentence: sentence::plain(&row.facts) };
    serde_json::to_writer(&mut *out, &line)?;
    out.push(b'\n');
    Ok(())
}
