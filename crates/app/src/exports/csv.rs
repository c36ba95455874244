//! CSV by RFC 4180, safe to open in a spreadsheet: a cell that would run as a formula begins with an apostrophe.
//! Written by hand because nothing may be allocated per cell at 200,000 rows a second.

use std::fmt::{Display, Write as _};
use std::io::Write as _;

use activity::{Activity, By, sentence};

use super::columns::Column;
use super::stamp::Stamp;
use super::values::Value;
use crate::zone::ZoneChoice;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
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

    /// A cell with a value's display form, or empty.
    pub(super) fn display(&mut self, value: Option<&dyn Display>) {
        self.separate();
        let Some(value) = value else { return };
        self.scratch.clear();
        // Writing to a string cannot fail.
        let _ = write!(self.scratch, "{value}");
        write_cell(self.scratch, self.out);
    }

    /// A cell of a column.
    fn value(&mut self, value: Value<'_>, stamp: &mut Stamp) {
        match value {
            Value::Empty => self.separate(),
            Value::Time(at) => self.plain(|out| stamp.write_rfc3339(at, out)),
            // Writing to a vector cannot fail, and `Display` of numbers does not.
            Value::Number(number) => self.plain(|out| drop(write!(out, "{number}"))),
            Value::Text(text) => self.text(text),
            Value::Made(text) => self.text(&text),
            Value::Shown(shown) => self.display(Some(shown)),
        }
    }

    pub(super) fn end(self) {
        self.out.extend_from_slice(LINE_END);
    }
}

/// Writes one cell: neutralised wherever a spreadsheet would run it, quoted if it needs to be.
pub(super) fn write_cell(text: &str, out: &mut Vec<u8>) {
    // All bytes, also behind one that decides it: without a way out the compiler looks at many at once.
    let is_special = |b: u8| (b == b',') | (b == b'"') | separates(b.into());
    let quote =
        text.bytes().fold(false, |found, b| found | is_special(b)) || text.starts_with(' ') || text.ends_with(' ');
    if quote {
        out.push(b'"');
        write_quoted(text, out);
        out.push(b'"');
    } else {
        if text.starts_with(runs_as_formula) {
            out.push(b'\'');
        }
        out.extend_from_slice(text.as_bytes());
    }
}

/// The inside of a quoted cell: quotes doubled, and an apostrophe before each character that would run as a formula
/// where a cell begins, for whoever takes another character than ours for the separator.
fn write_quoted(text: &str, out: &mut Vec<u8>) {
    let (mut begins, mut rest) = (true, text);
    loop {
        if !begins {
            // Up to the next character that matters nothing has to be looked at.
            let plain = rest
                .bytes()
                .position(|b| b == b'"' || separates(b.into()))
                .unwrap_or(rest.len());
            let (copied, left) = rest.split_at(plain);
            out.extend_from_slice(copied.as_bytes());
            rest = left;
        }
        let Some(c) = rest.chars().next() else { return };
        // Of the characters that are skipped, those that separate matter only before everything else.
        if begins && runs_as_formula(c) && (rest.len() == text.len() || !separates(c)) {
            out.push(b'\'');
        }
        // Blanks and quotes before the first character of a cell are skipped by some readers.
        begins = separates(c) || (begins && matches!(c, ' ' | '"'));
        if c == '"' {
            out.push(b'"');
        }
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        rest = &rest[c.len_utf8()..];
    }
}

/// Whether some spreadsheet's import takes this for the end of a cell. The comma is ours: inside quotes no reader of
/// comma-separated values takes it for one.
fn separates(c: char) -> bool {
    matches!(c, ';' | '\t' | '|' | '\r' | '\n')
}

/// Whether a spreadsheet might run a cell that begins with this: `= + - @`, their full-width forms, or a control
/// character that spreadsheets skip before one.
fn runs_as_formula(first: char) -> bool {
    matches!(
        first,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠' | '−' | '﹢' | '﹣' | '﹫' | '﹦'
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
            user => cells.display(user.as_ref().map(|user| user as &dyn Display)),
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
    has_mark: bool,
    stamp: Stamp,
    scratch: String,
}

impl ViewCsvWriter {
    /// A writer of these columns with times in this zone. A byte order mark in front tells a spreadsheet that the text
    /// is UTF-8.
    #[must_use]
    pub fn new(columns: Vec<Column>, zone: &ZoneChoice, has_mark: bool) -> Self {
        Self {
            columns,
            has_mark,
            stamp: Stamp::new(zone),
            scratch: String::new(),
        }
    }

    /// The first line: the columns' names.
    pub fn write_header(&mut self, out: &mut Vec<u8>) {
        if self.has_mark {
            out.extend_from_slice(BYTE_ORDER_MARK);
        }
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
            cells.value(column.value(row), &mut self.stamp);
        }
        cells.end();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell(text: &str) -> String {
        let mut out = Vec::new();
        write_cell(text, &mut out);
        String::from_utf8(out).expect("a cell of text is text")
    }

    #[test]
    fn a_cell_that_would_run_gets_an_apostrophe_and_any_other_stays() {
        for text in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\0x", "＝1", "＋1", "－1", "＠x",
        ] {
            assert!(cell(text).trim_start_matches('"').starts_with('\''), "{text:?}");
        }
        assert_eq!(cell("Sam Jones"), "Sam Jones");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(cell("=\"a\""), "\"'=\"\"a\"\"\"");
        assert_eq!(cell("a;=cmd"), "\"a;'=cmd\"");
        assert_eq!(cell("a;b\t-c|d"), "\"a;b\t'-c|d\"");
        assert_eq!(cell("one\r\ntwo\n\n@three"), "\"one\r\ntwo\n\n'@three\"");
        assert_eq!(cell("a; \"=1+1\""), "\"a; \"\"'=1+1\"\"\"");
        assert_eq!(cell("1-1; 2=2"), "\"1-1; 2=2\"", "nothing runs in the middle of a cell");
        assert_eq!(cell(""), "");
    }

    /// Texts made of what matters here, more often than chance would make them.
    fn texts() -> impl Strategy<Value = String> {
        let parts = [
            "=", "+1", "-", "@", "＝", ";", "\t", "|", "\r\n", "\n", ",", "\"", "'", " ", "a", "\0", "é",
        ];
        prop::collection::vec(prop::sample::select(parts.to_vec()), 0..12).prop_map(|parts| parts.concat())
    }

    /// The cells that a spreadsheet makes of a file, told to split it at `separator`.
    fn read(file: &[u8], separator: u8, quotes: bool) -> Vec<String> {
        let mut reader = ::csv::ReaderBuilder::new();
        reader
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .quoting(quotes);
        let records = reader.from_reader(file).into_records();
        records
            .flat_map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }

    proptest! {
        #[test]
        fn no_cell_runs_whatever_separates_cells_in_the_reader(row in prop::collection::vec(texts(), 1..4)) {
            let (mut out, mut scratch) = (Vec::new(), String::new());
            let mut cells = Cells::new(&mut out, &mut scratch);
            row.iter().for_each(|text| cells.text(text));
            cells.end();
            for (separator, quotes) in [(b',', true), (b';', true), (b'\t', true), (b'|', true), (b';', false), (b'\t', false), (b'|', false)] {
                for cell in read(&out, separator, quotes) {
                    let first = cell.trim_start_matches([' ', '"']).chars().next();
                    prop_assert!(!first.is_some_and(|c| runs_as_formula(c) && !separates(c)), "{cell:?} of {row:?}, split at {:?}", char::from(separator));
                }
            }
        }

        #[test]
        fn what_runs_nowhere_is_read_back_as_it_was(text in "[a-z0-9é \"',.;|\t]{0,20}") {
            let file = format!("x,{}\r\n", cell(&text));
            let first = text.chars().next();
            prop_assume!(!first.is_some_and(runs_as_formula));
            prop_assert_eq!(read(file.as_bytes(), b',', true), ["x".to_owned(), text]);
        }
    }
}
