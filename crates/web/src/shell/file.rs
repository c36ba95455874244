//! A kept file as a response.

use app::exports::{Download, Part};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use tokio_util::io::ReaderStream;

/// Bytes that are read at once.
const PIECE: usize = 128 * 1024;

/// The file, or what lies beside it, to be saved under its name; the number of rows and the digest of a file are in headers.
pub(crate) fn file(download: Download) -> Response {
    let body = Body::from_stream(ReaderStream::with_capacity(download.file, PIECE));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let media_type = match download.part {
        Part::File => download.export.format.media_type(),
        Part::Manifest => "text/plain; charset=utf-8",
        Part::Proofs => "application/x-ndjson",
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(download.bytes));
    let disposition = format!("attachment; filename=\"{}\"", download.file_name);
    put(headers, header::CONTENT_DISPOSITION, &disposition);
    if download.part != Part::File {
        return response;
    }
    let rows = HeaderValue::from(download.export.progress.rows);
    headers.insert(HeaderName::from_static("whodid-rows"), rows);
    let sha256 = download.export.sha256.as_deref().unwrap_or_default();
    put(headers, HeaderName::from_static("whodid-sha256"), sha256);
    response
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // Names of files and digests are plain ASCII by construction; anything else is left out rather than sent wrong.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
