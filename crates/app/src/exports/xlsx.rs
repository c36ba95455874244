//! A workbook of Excel in constant memory: rows wait on the disk until the end. Instants are dates in the chosen zone,
//! text is text and never a formula, and what is larger than the format goes on in another sheet.

use std::io::{self, Write};
use std::path::Path;

use activity::{Activity, Time};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::values::Value;
use super::{Column, Stamp};

/// Rows of one sheet, the first line included.
pub(super) const SHEET_ROWS: u32 = 1_048_576;
/// Characters of one cell, counted as Excel does: in UTF-16.
const CELL_UNITS: usize = 32_767;
/// What stands at the end of a cell that would be longer.
const CUT: &str = "… [cut: a cell of Excel holds 32,767 characters]";
/// Days from Excel's first to 1970-01-01, and the first day that Excel and everybody else count alike.
const DAYS_BEFORE_1970: f64 = 25_569.0;
const FIRST_SURE_DAY: f64 = 61.0;
/// The day after the last one that Excel knows, 9999-12-31.
const DAY_AFTER_LAST: f64 = 2_958_466.0;
const DATE_WIDTH: f64 = 23.0;
const TEXT_WIDTH: f64 = 20.0;

/// Writes rows as a workbook.
pub(super) struct XlsxWriter {
    columns: Vec<Column>,
    stamp: Stamp,
    zone: String,
    book: Workbook,
    date: Format,
    head: Format,
    sheets: usize,
    /// The next row of the last sheet.
    row: u32,
    most_rows: u32,
    text: String,
}

impl XlsxWriter {
    /// A workbook whose rows wait in `scratch`, a directory.
    pub(super) fn new(columns: Vec<Column>, (stamp, zone): (Stamp, &str), scratch: &Path) -> io::Result<Self> {
        let mut book = Workbook::new();
        book.set_tempdir(scratch).map_err(as_io)?;
        let mut this = Self {
            columns,
            stamp,
            zone: zone.to_owned(),
            book,
            date: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss.000"),
            head: Format::new().set_bold(),
            sheets: 0,
            row: 0,
            most_rows: SHEET_ROWS,
            text: String::new(),
        };
        this.add_sheet()?;
        Ok(this)
    }

    /// The same with sheets of so few rows, for tests.
    #[cfg(test)]
    pub(super) fn with_rows(mut self, most_rows: u32) -> Self {
        self.most_rows = most_rows;
        self
    }

    pub(super) fn write_rows(&mut self, rows: &[Activity]) -> io::Result<()> {
        for row in rows {
            if self.row >= self.most_rows {
                self.add_sheet()?;
            }
            self.write_row(row).map_err(as_io)?;
        }
        Ok(())
    }

    /// Writes the workbook to `out`.
    pub(super) fn finish<W: Write + Send>(mut self, mut out: W) -> io::Result<W> {
        self.book.save_to_writer(&mut out).map_err(as_io)?;
        Ok(out)
    }

    fn add_sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        self.row = 1;
        let name = match self.sheets {
            1 => "Activities".to_owned(),
            n => format!("Activities {n}"),
        };
        self.begin_sheet(&name).map_err(as_io)
    }

    fn begin_sheet(&mut self, name: &str) -> Result<(), XlsxError> {
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (at, column) in (0..).zip(&self.columns) {
            let is_time = column.sort() == super::values::Sort::Time;
            sheet.set_column_width(at, if is_time { DATE_WIDTH } else { TEXT_WIDTH })?;
        }
        for (at, column) in (0..).zip(&self.columns) {
            // A date of Excel says no zone, so the head of its column does.
            let title = match column.sort() {
                super::values::Sort::Time => format!("{} ({})", column.name(), self.zone),
                _ => column.name().to_owned(),
            };
            sheet.write_string_with_format(0, at, title, &self.head)?;
        }
        Ok(())
    }

    fn write_row(&mut self, row: &Activity) -> Result<(), XlsxError> {
        use std::fmt::Write as _;
        let Self {
            columns,
            stamp,
            book,
            date,
            text,
            ..
        } = self;
        let sheet = book.worksheet_from_index(self.sheets - 1)?;
        for (at, column) in (0..).zip(columns) {
            text.clear();
            // Writing to a string cannot fail.
            match column.value(row) {
                Value::Empty => continue,
                Value::Time(when) => {
                    write_time(sheet, (self.row, at), (when, stamp), date)?;
                    continue;
                }
                Value::Number(number) if number < 1 << 53 => {
                    sheet.write_number(self.row, at, number as f64)?;
                    continue;
                }
                Value::Number(number) => drop(write!(text, "{number}")),
                Value::Text(value) => text.push_str(value),
                Value::Made(value) => text.push_str(&value),
                Value::Shown(shown) => drop(write!(text, "{shown}")),
            }
            cut(text);
            sheet.write_string(self.row, at, text.as_str())?;
        }
        self.row += 1;
        Ok(())
    }
}

/// A date where Excel counts it as everybody does, else the instant as text.
fn write_time(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    (at, stamp): (Time, &mut Stamp),
    format: &Format,
) -> Result<(), XlsxError> {
    let serial = stamp.local(at) as f64 / Time::DAY as f64 + DAYS_BEFORE_1970;
    if (FIRST_SURE_DAY..DAY_AFTER_LAST).contains(&serial) {
        sheet.write_number_with_format(row, column, serial, format)?;
    } else {
        let mut text = Vec::new();
        stamp.write_rfc3339(at, &mut text);
        sheet.write_string(row, column, String::from_utf8_lossy(&text))?;
    }
    Ok(())
}

/// Cuts a text that no cell holds, and says so at its end.
fn cut(text: &mut String) {
    if text.len() <= CELL_UNITS || text.encode_utf16().count() <= CELL_UNITS {
        return;
    }
    let mut room = CELL_UNITS - CUT.encode_utf16().count();
    let end = text.char_indices().find(|(_, c)| {
        let fits = room >= c.len_utf16();
        room = room.saturating_sub(c.len_utf16());
        !fits
    });
    text.truncate(end.map_or(text.len(), |(at, _)| at));
    text.push_str(CUT);
}

fn as_io(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    }
}
