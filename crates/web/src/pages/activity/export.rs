//! The streamed export of a view: the form of its menu in, a file out, with its digest as a trailer.

use app::Caller;
use app::activity::{LogScope, ViewRequest};
use app::exports::{ExportError, Format, Streamed, ViewExport};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use futures::StreamExt as _;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;

use super::state::{UrlState, WrongRange};
use super::view::{page_error, sentence};
use crate::AppState;
use crate::shell::{Fields, PageError, ReaderOfAll, SignedIn, Zone};

pub(super) async fn everything(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    fields: Fields,
) -> Result<Response, PageError> {
    export(&state, &caller, LogScope::Everything, &fields).await
}

pub(super) async fn mine(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    fields: Fields,
) -> Result<Response, PageError> {
    export(&state, &caller, LogScope::Me, &fields).await
}

pub(super) async fn user(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Path(user_id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    export(&state, &caller, LogScope::User(user_id), &fields).await
}

pub(super) async fn group(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(group_id): Path<String>,
    fields: Fields,
) -> Result<Response, PageError> {
    export(&state, &caller, LogScope::Group(group_id), &fields).await
}

async fn export(state: &AppState, caller: &Caller, scope: LogScope, fields: &Fields) -> Result<Response, PageError> {
    let url = UrlState::of(fields);
    let name = if url.tz.is_empty() { "UTC" } else { url.tz.as_str() };
    let no_zone = || PageError::bad_request(format!("There is no time zone `{name}`."));
    let zone = Zone::named(name).ok_or_else(no_zone)?;
    let (from, to) = url
        .range(&zone, state.app().now())
        .map_err(|WrongRange(text)| PageError::bad_request(text))?;
    let request = ViewExport {
        view: ViewRequest {
            q: url.q,
            from,
            to,
            zone: zone.zone().clone(),
            hides_reads: url.reads != "1",
            ..ViewRequest::default()
        },
        format: match fields.get("format") {
            "csv" => Format::Csv,
            "jsonl" => Format::Jsonl,
            other => {
                return Err(PageError::bad_request(format!(
                    "There is no export format `{other}`; use csv or jsonl."
                )));
            }
        },
        columns: fields.all("columns").map(str::to_owned).collect(),
        zone: zone.choice().clone(),
    };
    let format = request.format;
    let streamed = app::exports::export_view(state.app(), caller, &scope, &request)
        .await
        .map_err(export_error)?;
    Ok(attachment(streamed, format, fields.get("ticket")))
}

/// The file as a response; row count and digest follow the last byte as trailers.
fn attachment(streamed: Streamed, format: Format, ticket: &str) -> Response {
    let summary = streamed.summary;
    let frames = streamed.chunks.map(|chunk| chunk.map(Frame::data));
    let body = StreamBody::new(frames).with_trailers(async move {
        let summary = summary.get()?;
        let mut trailers = HeaderMap::new();
        trailers.insert(ROWS, HeaderValue::from(summary.rows));
        trailers.insert(SHA256, HeaderValue::from_str(&summary.sha256).ok()?);
        Some(Ok(trailers))
    });
    let mut response = Response::new(Body::new(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::TRAILER, HeaderValue::from_static("whodid-rows, whodid-sha256"));
    put(
        headers,
        header::CONTENT_DISPOSITION,
        &format!("attachment; filename=\"{}\"", streamed.file_name),
    );
    put(headers, HeaderName::from_static("whodid-export"), &streamed.export.id);
    tell(headers, ticket, &streamed.export.id);
    put(
        headers,
        HeaderName::from_static("whodid-complete-through"),
        &streamed.complete_through.at.to_string(),
    );
    response
}

/// Seconds the script has to find the cookie of an export.
const TOLD_SECONDS: u32 = 60;
const ROWS: HeaderName = HeaderName::from_static("whodid-rows");
const SHA256: HeaderName = HeaderName::from_static("whodid-sha256");

pub(crate) fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // Names of files and ids are plain ASCII by construction; anything else is left out rather than sent wrong.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// What goes wrong in an export, as a page.
pub(crate) fn export_error(error: ExportError) -> PageError {
    match error {
        ExportError::View(error) => page_error(error),
        ExportError::NoSuchUser => PageError::not_found("There is no such user."),
        ExportError::Missing => PageError::not_found("The file is no longer there. Generate it again."),
        ExportError::Column(_) | ExportError::NoSuchZone(_) => PageError::bad_request(format!("{error}.")),
        ExportError::Forbidden => PageError::Forbidden,
        ExportError::TooMany { yours } => PageError::Busy {
            yours,
            text: sentence(&error),
        },
        ExportError::Unavailable(cause) => PageError::unavailable(cause),
    }
}

/// Names the export to the script that sent `ticket`, a word of its own choice: a page cannot see its own download
/// begin. The cookie is for the script, so it is readable, and holds nothing that opens anything.
fn tell(headers: &mut HeaderMap, ticket: &str, export_id: &str) {
    let is_word =
        |text: &str| text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if ticket.is_empty() || !is_word(ticket) || !is_word(export_id) {
        return;
    }
    let line = format!("export-{ticket}={export_id}; Path=/; Max-Age={TOLD_SECONDS}; SameSite=Strict");
    if let Ok(line) = HeaderValue::try_from(line) {
        headers.append(header::SET_COOKIE, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_ticket_is_answered_by_a_cookie() {
        let set = |ticket: &str| {
            let mut headers = axum::http::HeaderMap::new();
            tell(&mut headers, ticket, "exp_1");
            headers.get("set-cookie").map(|line| line.to_str().unwrap().to_owned())
        };
        assert!(set("123").unwrap().starts_with("export-123=exp_1; "));
        for wrong in ["", "a b", "a;b", "a=b", "a\r\nx", &"a".repeat(65)] {
            assert_eq!(set(wrong), None);
        }
    }
}
