//! A file of activities as it is written, whatever its form: rows go in, bytes go out, counted and digested on their way.
//! Nothing is held whole.

use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use activity::{Activity, json};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::csv::{UserCsvWriter, ViewCsvWriter};
use super::parquet::ParquetWriter;
use super::xlsx::XlsxWriter;
use super::{Column, Format, Stamp};
use crate::zone::ZoneChoice;

/// The largest buffer of text before it is written.
const BUFFER: usize = 128 * 1024;
/// Buffers that wait to be written.
const AHEAD: usize = 4;
/// Rows turned to text at once.
const PIECE: usize = 16;

/// How a file is written.
#[derive(Clone, Debug)]
pub struct FileForm {
    /// Its form.
    pub format: Format,
    /// Its columns, in order; JSON Lines has every field.
    pub columns: Vec<Column>,
    /// The zone of its times; those of JSON Lines and Parquet are instants.
    pub zone: ZoneChoice,
    /// Whether a CSV begins with a byte order mark, by which a spreadsheet knows that it is UTF-8.
    pub has_mark: bool,
}

/// What is known when the last byte is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows written.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
    /// SHA-256 of all bytes, in hexadecimal.
    pub sha256: String,
}

/// Where the bytes go.
type Out = Box<dyn Write + Send>;

/// Writes a file.
pub struct FileWriter {
    rows: u64,
    writer: Writer,
}

enum Writer {
    UserCsv(Box<UserCsvWriter>, Text),
    ViewCsv(Box<ViewCsvWriter>, Text),
    Jsonl(Text),
    Parquet(Box<ParquetWriter<Summed>>),
    /// The bytes come at the end.
    Xlsx(Box<XlsxWriter>, Summed),
}

/// Text on its way.
struct Text {
    buffer: Vec<u8>,
    out: Aside,
}

/// Digests and writes on a thread of its own what is given to it: that takes a fifth as long as making text of rows.
struct Aside {
    /// None once it failed.
    to: Option<mpsc::SyncSender<Vec<u8>>>,
    thread: Option<JoinHandle<io::Result<Summed>>>,
    /// Bytes given to it.
    bytes: u64,
}

/// Counts and digests bytes as they pass.
struct Summed {
    out: Out,
    bytes: u64,
    digest: Sha256,
}

impl FileWriter {
    /// Begins a file in this form. What has to wait until the end does so in `scratch`, a directory.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn new(form: FileForm, out: Box<dyn Write + Send>, scratch: &Path) -> io::Result<Self> {
        let out = Summed::new(out);
        let FileForm {
            format,
            columns,
            zone,
            has_mark,
        } = form;
        let writer = match format {
            Format::Csv => {
                let mut text = Text::new(out);
                let mut writer = ViewCsvWriter::new(columns, &zone, has_mark);
                writer.write_header(&mut text.buffer);
                Writer::ViewCsv(Box::new(writer), text)
            }
            Format::Jsonl => Writer::Jsonl(Text::new(out)),
            Format::Parquet => Writer::Parquet(Box::new(ParquetWriter::new(columns, out)?)),
            Format::Xlsx => {
                let stamp = (Stamp::new(&zone), zone.name());
                Writer::Xlsx(Box::new(XlsxWriter::new(columns, stamp, scratch)?), out)
            }
        };
        Ok(Self { rows: 0, writer })
    }

    /// Begins the CSV of one user's log, with times in this zone.
    #[must_use]
    pub fn of_user(zone: &ZoneChoice, out: Box<dyn Write + Send>) -> Self {
        let mut text = Text::new(Summed::new(out));
        let writer = UserCsvWriter::new(zone);
        writer.write_header(&mut text.buffer);
        Self {
            rows: 0,
            writer: Writer::UserCsv(Box::new(writer), text),
        }
    }

    /// Writes rows.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write_rows(&mut self, rows: &[Activity]) -> io::Result<()> {
        self.rows += rows.len() as u64;
        match &mut self.writer {
            Writer::UserCsv(writer, text) => text.write(rows, |row, out| writer.write_row(row, out)),
            Writer::ViewCsv(writer, text) => text.write(rows, |row, out| writer.write_row(row, out)),
            Writer::Jsonl(text) => text.write(rows, |row, out| {
                json::write_json(row, out);
                out.push(b'\n');
            }),
            Writer::Parquet(writer) => writer.write_rows(rows),
            Writer::Xlsx(writer, _) => writer.write_rows(rows),
        }
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes so far; those of a workbook come at its end.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match &self.writer {
            Writer::UserCsv(_, text) | Writer::ViewCsv(_, text) | Writer::Jsonl(text) => text.out.bytes,
            Writer::Parquet(writer) => writer.inner().bytes,
            Writer::Xlsx(_, out) => out.bytes,
        }
    }

    /// Writes the end of the file.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn finish(self) -> io::Result<Summary> {
        let mut out = match self.writer {
            Writer::UserCsv(_, text) | Writer::ViewCsv(_, text) | Writer::Jsonl(text) => text.finish()?,
            Writer::Parquet(writer) => writer.finish()?,
            Writer::Xlsx(writer, out) => writer.finish(out)?,
        };
        out.flush()?;
        Ok(Summary {
            rows: self.rows,
            bytes: out.bytes,
            sha256: HEXLOWER.encode(&out.digest.finalize()),
        })
    }
}

impl Aside {
    fn new(mut out: Summed) -> Self {
        let (to, buffers) = mpsc::sync_channel::<Vec<u8>>(AHEAD);
        // It ends with the last buffer, or when nobody sends any more.
        let write = move || {
            buffers.into_iter().try_for_each(|buffer| out.write_all(&buffer))?;
            Ok(out)
        };
        Self {
            to: Some(to),
            thread: Some(std::thread::spawn(write)),
            bytes: 0,
        }
    }

    fn give(&mut self, buffer: Vec<u8>) -> io::Result<()> {
        self.bytes += buffer.len() as u64;
        match &self.to {
            Some(to) if to.send(buffer).is_ok() => Ok(()),
            // Nobody takes it any more: writing failed, and says why.
            _ => self.end().map(drop),
        }
    }

    /// Waits until all is written.
    fn end(&mut self) -> io::Result<Summed> {
        self.to = None;
        let broke_off = || io::Error::other("writing the file broke off");
        let thread = self.thread.take().ok_or_else(broke_off)?;
        thread.join().map_err(|_| broke_off())?
    }
}

impl Text {
    fn new(out: Summed) -> Self {
        Self {
            buffer: Vec::with_capacity(BUFFER + BUFFER / 4),
            out: Aside::new(out),
        }
    }

    fn give(&mut self) -> io::Result<()> {
        let empty = Vec::with_capacity(BUFFER + BUFFER / 4);
        self.out.give(std::mem::replace(&mut self.buffer, empty))
    }

    /// In pieces, so that a piece and not the chunk of the log bounds what is held.
    fn write(&mut self, rows: &[Activity], mut write: impl FnMut(&Activity, &mut Vec<u8>)) -> io::Result<()> {
        for piece in rows.chunks(PIECE) {
            piece.iter().for_each(|row| write(row, &mut self.buffer));
            if self.buffer.len() >= BUFFER {
                self.give()?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<Summed> {
        self.give()?;
        self.out.end()
    }
}

impl Summed {
    fn new(out: Out) -> Self {
        Self {
            out,
            bytes: 0,
            digest: Sha256::new(),
        }
    }
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        let (written_bytes, _) = bytes.split_at(written);
        self.digest.update(written_bytes);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
