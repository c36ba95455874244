//! Who read the member's log, and everything that is kept about them as a file.

use activity::{Activity, By, sentence};
use app::privacy::{self, READERS_QUERY, Readers};
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::AppState;
use crate::pages::activity::{export_error, page_error};
use crate::shell::{PageError, Shell, SignedIn, filters, render};

#[derive(Template)]
#[template(path = "settings/privacy.html")]
struct PrivacyPage {
    shell: Shell,
    readers: Readers,
    all: String,
}

impl PrivacyPage {
    /// Who looked, as they were named then.
    fn who(row: &Activity) -> String {
        match &row.by {
            By::Administrator(person) | By::Member(person) | By::Person(person) => person.to_string(),
            By::Application(application) => application.name.clone(),
            By::System | By::Themself => String::new(),
        }
    }

    fn what(row: &Activity) -> String {
        sentence::title(&row.facts).into_owned()
    }

    /// What they looked for, where they looked for something.
    fn query(row: &Activity) -> Option<&str> {
        row.metadata.get("query").map(String::as_str)
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
) -> Result<Response, PageError> {
    let readers = privacy::readers(state.app(), &caller).await.map_err(page_error)?;
    let query = utf8_percent_encode(READERS_QUERY, NON_ALPHANUMERIC);
    render(&PrivacyPage {
        shell,
        readers,
        all: format!("/settings/activity-logs?q={query}"),
    })
}

pub(super) async fn export(State(state): State<AppState>, SignedIn(caller): SignedIn) -> Result<Response, PageError> {
    let data = privacy::export_my_data(state.app(), &caller).await.map_err(export_error)?;
    let mut response = Response::new(Body::from_stream(data.chunks));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    let disposition = format!("attachment; filename=\"{}\"", data.file_name);
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(disposition).map_err(PageError::internal)?,
    );
    Ok(response)
}
