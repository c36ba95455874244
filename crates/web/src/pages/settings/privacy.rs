//! Who was given rows of the member's log, and everything that is kept about them as a file.

use activity::query::Expr;
use app::Page;
use app::erasure::{self, ErasureRequest};
use app::privacy::{self, Disclosed, Form, READERS_QUERY, Through};
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use crate::AppState;
use crate::pages::activity::export_error;
use crate::shell::{Href, PageError, Paged, Pager, Query, Shell, SignedIn, filters, refused, render};

/// Rows of one page.
const LIMIT: u32 = 50;

#[derive(Template)]
#[template(path = "settings/privacy.html")]
struct PrivacyPage {
    shell: Shell,
    readers: Vec<Disclosed>,
    pager: Pager,
    /// The address of what is in the member's own log of it.
    in_log: Href,
    /// What a query says of the member's own log.
    mine: String,
    /// Their wish to be erased that waits.
    asked: Option<ErasureRequest>,
}

impl PrivacyPage {
    fn new(shell: Shell, paged: &Paged, page: Page<Disclosed>, asked: Option<ErasureRequest>) -> Self {
        let id = shell.caller.as_ref().map_or("", |caller| caller.person.id.as_str());
        Self {
            mine: Expr::user_id(id).to_string(),
            asked,
            shell,
            pager: paged.pager("/settings/privacy", &page.turns).newest_first(),
            readers: page.rows,
            in_log: Href::from("/settings/activity-logs").with(&[("q", READERS_QUERY)]),
        }
    }

    /// What the reader used: what sort of thing it is, and its name.
    fn through(one: &Disclosed) -> (&'static str, &str) {
        match &one.through {
            Through::Browser(device) => ("Browser", device),
            Through::Application(name) => ("Application", name),
            Through::ApiKey(name) => ("API key", name),
            Through::CommandLine(user) => ("Command line", user),
        }
    }

    fn how(one: &Disclosed) -> &'static str {
        match one.form {
            Form::Pages => "Looked",
            Form::Stream => "Followed",
            Form::File => "Took a file",
        }
    }

    /// Where they looked, in words, and what for within it.
    fn asked<'a>(&self, one: &'a Disclosed) -> (&'static str, &'a str) {
        match one.query.strip_prefix(&self.mine) {
            _ if one.query.is_empty() => ("Everything", ""),
            Some("") => ("My whole log", ""),
            Some(rest) if rest.starts_with(' ') => ("In my log", rest.trim_start()),
            _ => ("", &one.query),
        }
    }

    /// Whether it went on for long enough to say so.
    fn has_lasted(one: &Disclosed) -> bool {
        one.last_at.plus(-activity::Time::SECOND) >= one.first_at
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    Query(paged): Query<Paged>,
) -> Result<Response, PageError> {
    let readers = privacy::readers(state.app(), &caller, &paged.request(LIMIT))
        .await
        .map_err(refused)?;
    let asked = erasure::mine(state.app(), &caller).await.map_err(refused)?;
    render(&PrivacyPage::new(shell, &paged, readers, asked))
}

pub(super) async fn export(State(state): State<AppState>, SignedIn(caller): SignedIn) -> Result<Response, PageError> {
    let data = privacy::export_my_data(state.app(), &caller)
        .await
        .map_err(export_error)?;
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

#[cfg(test)]
mod tests {
    use activity::Person;
    use askama::Template as _;

    use super::*;
    use crate::pages::activity::tests::{assert_safe, at, shell};
    use crate::shell::turns;

    const HOSTILE: &str = "\"><script>alert(1)</script>\u{202e}gnp\u{0}&'=1+1 ";

    fn one(text: &str, through: Through, form: Form) -> Disclosed {
        Disclosed {
            id: "dsc_1".to_owned(),
            reader: Person {
                id: text.to_owned(),
                name: text.to_owned(),
                ..Person::default()
            },
            through,
            form,
            ip: Some("203.0.113.7".to_owned()),
            query: text.to_owned(),
            rows: 1_204,
            first_at: at("2026-11-21T14:00:00Z"),
            last_at: at("2026-11-21T14:09:00Z"),
        }
    }

    fn shown(rows: Vec<Disclosed>, next: Option<&str>) -> String {
        let page = Page {
            rows,
            turns: turns(None, next),
        };
        PrivacyPage::new(shell("/settings/privacy"), &Paged::default(), page, None)
            .render()
            .unwrap()
    }

    #[test]
    fn each_row_says_who_through_what_what_for_how_much_from_where_and_when() {
        let key = Through::ApiKey("Nightly".to_owned());
        let html = shown(vec![one("outcome:failure", key, Form::Stream)], Some("more"));
        for part in [
            "API key",
            "Nightly",
            "Followed",
            "outcome:failure",
            "1,204",
            "203.0.113.7",
            "09:00:00",
            "09:09:00",
            "after=more",
        ] {
            assert!(html.contains(part), "{part} is missing");
        }
        let command = one("", Through::CommandLine(String::new()), Form::File);
        let html = shown(vec![command], None);
        assert!(html.contains("Command line") && html.contains("Took a file") && html.contains("Everything"));
        assert!(!html.contains("rel=\"next\""));
        for (query, words) in [
            ("user:=usr_maria", "My whole log"),
            ("user:=usr_maria outcome:failure", "In my log"),
            ("user:=usr_maria2", "user:=usr_maria2"),
        ] {
            let one = one(query, Through::Browser(String::new()), Form::Pages);
            assert!(shown(vec![one], None).contains(words), "{query}");
        }
    }

    #[test]
    fn nobody_yet_is_said_and_hostile_names_are_text() {
        assert!(shown(Vec::new(), None).contains("Nobody yet"));
        assert_safe(&shown(
            vec![one(HOSTILE, Through::Browser(HOSTILE.to_owned()), Form::Pages)],
            None,
        ));
    }
}
