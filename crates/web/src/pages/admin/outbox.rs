//! The outbox: mails that wait, were sent, were given up, or stay here because no mail server is set.

use app::mail::{self, MailPage, MailState};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::AppState;
use crate::shell::{AdminOnly, PageError, Paged, Pager, Query, Shell, cursor, done, filters, refused, render};

#[derive(Template)]
#[template(path = "admin/outbox.html")]
struct OutboxPage {
    shell: Shell,
    has_server: bool,
    public_url: String,
    page: MailPage,
    pager: Pager,
}

/// A part of a mail's text.
enum Piece<'a> {
    Text(&'a str),
    /// An address of this installation, for the administrator to copy or open.
    Link(&'a str),
}

impl OutboxPage {
    /// The lines of a text; a line that is an address of this installation is a link.
    fn pieces<'a>(&self, body: &'a str) -> Vec<Piece<'a>> {
        let is_link = |line: &str| line.starts_with(&self.public_url) && !line.contains(char::is_whitespace);
        body.trim_end()
            .lines()
            .map(|line| {
                if is_link(line) {
                    Piece::Link(line)
                } else {
                    Piece::Text(line)
                }
            })
            .collect()
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Query(asked): Query<Paged>,
    shell: Shell,
) -> Result<Response, PageError> {
    let page = mail::list(state.app(), &caller, cursor(&asked.after).as_deref())
        .await
        .map_err(refused)?;
    let settings = state.app().settings();
    let (has_server, public_url) = (settings.mail.smtp_url.is_some(), settings.public_url.clone());
    render(&OutboxPage {
        shell,
        has_server,
        public_url,
        pager: asked.pager("/admin/outbox", page.next.as_deref()).newest_first(),
        page,
    })
}

pub(super) async fn retry(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    done(
        mail::retry(state.app(), &caller, &id).await,
        "/admin/outbox",
        "The mail is tried again now.",
    )
}

pub(super) async fn delete(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    done(
        mail::delete(state.app(), &caller, &id).await,
        "/admin/outbox",
        "The mail was deleted.",
    )
}
