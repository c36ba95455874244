//! Exports: the administrator's CSV of one user, made in the background, and the streamed file of any activity view.

mod columns;
mod csv;
mod delete;
mod download;
mod generate;
mod list;
mod model;
mod rows;
mod stamp;
mod stream;
#[cfg(test)]
mod tests;
mod worker;
mod writer;

pub use columns::{Column, UnknownColumn};
pub use csv::{UserCsvWriter, ViewCsvWriter};
pub use delete::delete;
pub use download::{Download, open_download};
pub use generate::{UserCsv, generate_user_csv, user_csv};
pub use list::{get, list};
pub use model::{Export, ExportError, Format, Kind, Progress, State};
pub use stamp::Stamp;
pub(crate) use stream::permit;
pub use stream::{Streamed, Summary, ViewExport, export_view};
pub(crate) use worker::Wake;
pub use worker::start;
