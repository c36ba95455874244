//! One way to write rows, whatever the form of the file, and what is known of the bytes as they go.

use activity::{Activity, json};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::csv::{UserCsvWriter, ViewCsvWriter};
use super::stream::Summary;

/// Writes rows of one file.
#[derive(Debug)]
pub(super) enum RowWriter {
    UserCsv(Box<UserCsvWriter>),
    ViewCsv(Box<ViewCsvWriter>),
    Jsonl,
}

impl RowWriter {
    pub(super) fn write_header(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::UserCsv(writer) => writer.write_header(out),
            Self::ViewCsv(writer) => writer.write_header(out),
            Self::Jsonl => {}
        }
    }

    pub(super) fn write_rows(&mut self, rows: &[Activity], out: &mut Vec<u8>) {
        match self {
            Self::UserCsv(writer) => rows.iter().for_each(|row| writer.write_row(row, out)),
            Self::ViewCsv(writer) => rows.iter().for_each(|row| writer.write_row(row, out)),
            Self::Jsonl => rows.iter().for_each(|row| {
                json::write_json(row, out);
                out.push(b'\n');
            }),
        }
    }
}

/// Counts and digests the bytes of a file as they are written.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    digest: Sha256,
}

impl Tally {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.digest.update(bytes);
    }

    pub(super) fn summary(&self) -> Summary {
        let digest = self.digest.clone().finalize();
        Summary {
            rows: self.rows,
            bytes: self.bytes,
            sha256: HEXLOWER.encode(&digest),
        }
    }
}
