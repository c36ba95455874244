//! CSV by RFC 4180, safe to open in a spreadsheet: a cell that would run as a formula begins with an apostrophe.
//! Written by hand because nothing may be allocated per cell at 200,000 rows a second.

use std::fmt::Write as _;

use activity::{Activity, By, sentence};
use serde::Serialize;

use super::columns::Column;
use super::stamp::{Stamp, ZoneChoice};

/// The line end of RFC 4180.
const LINE_END: &[u8] = b"\r\n";

/// The cells of one row, written one after the other.
pub(super) struct Cells<'a> {
    out: &'a mut Vec<u8>,
    scratch: &'a mut String,
    first: bool,
}

impl<'a> Cells<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, scratch: &'a mut String) -> Self {
        Self {
            out,
            scratch,
            first: true,
        }
    }

    fn separate(&mut self) {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
    }

    /// A cell that can hold nothing special, such as a number or a time.
    pub(super) fn plain(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.separate();
        write(self.out);
    }

    /// A cell with any text.
    pub(super) fn text(&mut self, text: &str) {
        self.separate();
        write_cell(text, self.out);
    }

    /// A cell with text, or empty.
    pub(super) fn option(&mut self, text: Option<&str>) {
        self.text(text.unwrap_or_default());
    }

    /// A cell with a value's display form, or empty.
    pub(super) fn display<T: std::fmt::Display>(&mut self, value: Option<&T>) {
        self.separate();
        let Some(value) = value else { return };
        self.scratch.clear();
        // Writing to a string cannot fail.
        let _ = write!(self.scratch, "{value}");
        write_cell(self.scratch, self.out);
    }

    /// A cell with a value as JSON.
    pub(super) fn json<T: Serialize>(&mut self, value: &T) {
        let text = serde_json::to_string(value).unwrap_or_default();
        self.text(&text);
    }

    pub(super) fn end(self) {
        self.out.extend_from_slice(LINE_END);
    }
}

/// Writes one cell: neutralised if a spreadsheet would run it, quoted if it needs to be.
pub(super) fn write_cell(text: &str, out: &mut Vec<u8>) {
    let neutralise = runs_as_formula(text);
    // `;` and TAB separate cells in some locales' spreadsheets: quoted, they cannot start a cell of their own.
    let quote = text
        .bytes()
        .any(|b| matches!(b, b',' | b'"' | b'\r' | b'\n' | b';' | b'\t'))
        || text.starts_with(' ')
        || text.ends_with(' ');
    if quote {
        out.push(b'"');
    }
    if neutralise {
        out.push(b'\'');
    }
    if quote {
        for (i, part) in text.split('"').enumerate() {
            if i > 0 {
                out.extend_from_slice(b"\"\"");
            }
            out.extend_from_slice(part.as_bytes());
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

/// Whether a spreadsheet might run this text: it begins with `= + - @`, their full-width forms, or a control
/// character that spreadsheets skip before one.
fn runs_as_formula(text: &str) -> bool {
    matches!(
        text.chars().next(),
        Some(
            '=' | '+'
                | '-'
                | '@'
                | '\t'
                | '\r'
                | '\n'
                | '\0'
                | '＝'
                | '＋'
                | '－'
                | '＠'
                | '−'
                | '﹢'
                | '﹣'
                | '﹫'
                | '﹦'
        )
    )
}

/// The administrator's CSV of one user: exactly four columns.
#[derive(Debug)]
pub struct UserCsvWriter {
    stamp: Stamp,
    scratch: String,
    details: String,
}

impl UserCsvWriter {
    /// A writer with times in this zone.
    #[must_use]
    pub fn new(zone: &ZoneChoice) -> Self {
        Self {
            stamp: Stamp::new(zone),
            scratch: String::new(),
            details: String::new(),
        }
    }

    /// The first line.
    pub fn write_header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"User,Details,Activity,Date/Time");
        out.extend_from_slice(LINE_END);
    }

    /// One row.
    pub fn write_row(&mut self, row: &Activity, out: &mut Vec<u8>) {
        write_details(row, &mut self.details);
        let mut cells = Cells::new(out, &mut self.scratch);
        match &row.user {
            Some(user) if !user.name.is_empty() => cells.text(&user.name),
            user => cells.display(user.as_ref()),
        }
        cells.text(&self.details);
        cells.text(&sentence::title(&row.facts));
        cells.plain(|out| self.stamp.write_seconds(row.occurred_at, out));
        cells.end();
    }
}

/// What happened, from which address and device, where and by whom.
fn write_details(row: &Activity, out: &mut String) {
    out.clear();
    out.push_str(&sentence::plain(&row.facts));
    if let Some(reason) = row.reason_in_words() {
        add(out, format_args!(" ({reason})"));
    }
    if let Some(ip) = &row.ip {
        add(out, format_args!("; IP address {ip}"));
    }
    if let Some(device) = row.device.as_ref().or(row.user_agent.as_ref()) {
        add(out, format_args!("; device {device}"));
    }
    if let Some(application) = &row.application {
        let name = if application.name.is_empty() {
            &application.id
        } else {
            &application.name
        };
        add(out, format_args!("; application {name}"));
    }
    match &row.by {
        By::Themself => {}
        // Many sentences name who did it already.
        By::Administrator(person) | By::Member(person) | By::Person(person) if out.contains(&person.to_string()) => {}
        By::Administrator(person) => add(out, format_args!("; by administrator {person}")),
        By::Member(person) | By::Person(person) => add(out, format_args!("; by {person}")),
        By::Application(application) if application.name.is_empty() => {
            add(out, format_args!("; by {}", application.id))
        }
        By::Application(application) => add(out, format_args!("; by {}", application.name)),
        By::System if row.recorder.is_reported() => add(out, format_args!("; by the reporting system")),
        By::System => add(out, format_args!("; by the system")),
    }
    if let Some(key) = sentence::with_key(&row.facts) {
        add(out, format_args!("; with API key {key}"));
    }
    if row.recorder.is_reported() {
        out.push_str("; ");
        sentence::recorded(&row.facts)
            .iter()
            .for_each(|piece| out.push_str(piece.as_str()));
    }
}

fn add(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

/// The CSV of any view.
#[derive(Debug)]
pub struct ViewCsvWriter {
    columns: Vec<Column>,
    stamp: Stamp,
    scratch: String,
}

impl ViewCsvWriter {
    /// A writer of these columns with times in this zone.
    #[must_use]
    pub fn new(columns: Vec<Column>, zone: &ZoneChoice) -> Self {
        Self {
            columns,
            stamp: Stamp::new(zone),
            scratch: String::new(),
        }
    }

    /// The first line: the columns' names.
    pub fn write_header(&mut self, out: &mut Vec<u8>) {
        let mut cells = Cells::new(out, &mut self.scratch);
        for column in &self.columns {
            cells.text(column.name());
        }
        cells.end();
    }

    /// One row.
    pub fn write_row(&mut self, row: &Activity, out: &mut Vec<u8>) {
        let mut cells = Cells::new(out, &mut self.scratch);
        for column in &self.columns {
            column.write(row, &mut self.stamp, &mut cells);
        }
        cells.end();
    }
}

/// Numbers and the like as text, for tests of this folder.
#[cfg(test)]
pub(super) fn cell(text: &str) -> String {
    let mut out = Vec::new();
    write_cell(text, &mut out);
    String::from_utf8(out).expect("a cell of text is text")
}
