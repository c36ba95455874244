//! Exports: files of any activity view and the administrator's CSV of one user, made in the background and kept.

mod attest;
mod beside;
mod cancel;
mod columns;
mod create;
mod csv;
mod disk;
mod delete;
mod download;
mod estimate;
mod expire;
mod file;
mod find;
mod generate;
mod list;
mod make;
mod model;
mod parquet;
mod proofs;
mod question;
mod recover;
mod rows;
mod stamp;
#[cfg(test)]
pub(crate) mod tests;
mod values;
mod worker;
mod xlsx;

pub use beside::Part;
pub use cancel::cancel;
pub use columns::{Column, WrongColumn};
pub use create::{ViewExport, create};
pub use csv::{UserCsvWriter, ViewCsvWriter};
pub use delete::delete;
pub use download::{Download, open_download};
pub use estimate::{Estimate, estimate};
pub use file::{FileForm, FileWriter, Summary};
pub use find::{ExportSearch, Stage, find};
pub use generate::{UserCsv, generate_user_csv, user_csv};
pub use list::{get, list};
pub use model::{Export, ExportError, Format, Gone, Kind, Progress, State};
pub use proofs::ROWS_FORM;
pub use question::{Asked, Whose};
pub use stamp::Stamp;
pub(crate) use worker::Wake;
pub use worker::start;
