//! The outbox: mails that wait, were sent, were given up, or stay here because no mail server is set.

use app::Page;
use app::mail::{self, Mail, MailState, ShownMail};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::AppState;
use crate::shell::{AdminOnly, Href, PageError, Paged, Pager, Query, Shell, cursor, done, filters, refused, render};

#[derive(Template)]
#[template(path = "admin/outbox.html")]
struct OutboxPage {
    shell: Shell,
    has_server: bool,
    page: Page<Mail>,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "admin/mail.html")]
struct MailTextPage {
    shell: Shell,
    public_url: String,
    shown: ShownMail,
}

/// A part of a mail's text.
enum Piece<'a> {
    Text(&'a str),
    /// An address of this installation, for the administrator to copy or open.
    Link(Href),
}

impl MailTextPage {
    /// The lines of the text; a line that is an address of this installation is a link.
    fn pieces(&self) -> Vec<Piece<'_>> {
        let lines = self.shown.body.trim_end().lines();
        lines
            .map(|line| Href::in_whole(line, &self.public_url).map_or(Piece::Text(line), Piece::Link))
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
    render(&OutboxPage {
        shell,
        has_server: state.app().settings().mail.smtp_url.is_some(),
        pager: asked.pager("/admin/outbox", &page.turns).newest_first(),
        page,
    })
}

/// The text of one mail, which its owner is told was shown: so it is asked for by a form, never by opening a page.
pub(super) async fn show(
    State(state): State<AppState>,
    AdminOnly(caller): AdminOnly,
    Path(id): Path<String>,
    shell: Shell,
) -> Result<Response, PageError> {
    let shown = mail::show(state.app(), &caller, &id).await.map_err(refused)?;
    render(&MailTextPage {
        shell,
        public_url: state.app().settings().public_url.clone(),
        shown,
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
