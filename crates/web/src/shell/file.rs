//! A kept file as a response.

use app::exports::Download;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use tokio_util::io::ReaderStream;

/// Bytes that are read at once.
const PIECE: usize = 128 * 1024;

/// The file, to be saved under its name; its number of rows and its digest are in headers.
pub(crate) fn file(download: Download) -> Response {
    let body = Body::from_stream(ReaderStream::with_capacity(download.file, PIECE));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_static(download.export.format.media_type());
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(download.bytes));
    let disposition = format!("attachment; filename=\"{}\"", download.file_name);
    put(headers, header::CONTENT_DISPOSITION, &disposition);
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
