//! The page itself: one of the four lists, and whom the member found.

use app::connections::{self, Connection, ConnectionSearch, Counts, LookUpError, Standing, Which};
use app::{Caller, Page, Topic};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::HERE;
use crate::AppState;
use crate::shell::{
    Fields, Href, PageError, Pager, Query, RequestContext, Shell, SignedIn, cursor, filters, live, redirect, refused,
    render, render_status,
};

const LIMIT: u32 = 50;

#[derive(Template)]
#[template(path = "settings/connections.html")]
struct ConnectionsPage {
    shell: Shell,
    asked: Asked,
    which: Which,
    page: Page<Connection>,
    counts: Counts,
    found: Option<Found>,
}

/// What came of looking somebody up.
struct Found {
    typed: String,
    outcome: Result<Connection, String>,
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    show: String,
    find: String,
    after: String,
}

/// One of the four lists, as the page names it.
struct Tab {
    href: Href,
    label: &'static str,
    count: u64,
    current: bool,
}

impl ConnectionsPage {
    async fn load(
        state: &AppState,
        caller: &Caller,
        shell: Shell,
        asked: Asked,
        found: Option<Found>,
    ) -> Result<Self, PageError> {
        let which = which(&asked.show);
        let search = ConnectionSearch {
            which,
            find: asked.find.clone(),
            after: cursor(&asked.after),
            limit: LIMIT,
        };
        let page = connections::list(state.app(), caller, &search).await.map_err(refused)?;
        let counts = connections::count(state.app(), caller).await.map_err(refused)?;
        Ok(Self {
            shell,
            asked,
            which,
            page,
            counts,
            found,
        })
    }

    fn tabs(&self) -> [Tab; 4] {
        let Counts {
            connected,
            received,
            sent,
            blocked,
        } = self.counts;
        [
            (Which::Connected, "Connected", connected),
            (Which::Received, "Received", received),
            (Which::Sent, "Sent", sent),
            (Which::Blocked, "Blocked", blocked),
        ]
        .map(|(which, label, count)| Tab {
            href: Href::from(HERE).with(&[("show", name(which))]),
            label,
            count,
            current: which == self.which,
        })
    }

    /// The name of the list that is shown.
    fn show(&self) -> &'static str {
        name(self.which)
    }

    fn pager(&self) -> Pager {
        let Asked { find, after, .. } = &self.asked;
        let kept = [("show", self.show()), ("find", find)];
        Pager::new(HERE, &kept, after, &self.page.turns)
    }

    /// What the column of times says.
    fn since(&self) -> &'static str {
        match self.which {
            Which::Connected => "Connected",
            Which::Received | Which::Sent => "Asked",
            Which::Blocked => "Blocked",
        }
    }

    /// What to type into the field again.
    fn typed(&self) -> &str {
        self.found.as_ref().map_or("", |found| found.typed.as_str())
    }
}

fn which(name: &str) -> Which {
    match name {
        "received" => Which::Received,
        "sent" => Which::Sent,
        "blocked" => Which::Blocked,
        _ => Which::Connected,
    }
}

fn name(which: Which) -> &'static str {
    match which {
        Which::Connected => "connected",
        Which::Received => "received",
        Which::Sent => "sent",
        Which::Blocked => "blocked",
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Result<Response, PageError> {
    render(&ConnectionsPage::load(&state, &caller, shell, asked, None).await?)
}

/// What says that a connection or request came or went, to this page while it is open.
pub(super) async fn stream(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    context: RequestContext,
) -> Result<Response, PageError> {
    Ok(live(&state, &context, vec![Topic::Account(caller.person.id)]))
}

/// Whoever comes back to what they looked up begins anew: looking somebody up is counted.
pub(super) async fn start() -> Response {
    redirect(HERE)
}

pub(super) async fn find(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let typed = fields.trimmed("login").to_owned();
    let outcome = connections::find(state.app(), &caller, &typed).await;
    let status = match &outcome {
        Ok(_) => StatusCode::OK,
        Err(LookUpError::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
        Err(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let outcome = match outcome {
        Ok(connection) => Ok(connection),
        Err(error) => Err(said(error)?),
    };
    let found = Found { typed, outcome };
    let page = ConnectionsPage::load(&state, &caller, shell, Asked::default(), Some(found)).await?;
    render_status(status, &page)
}

/// Why somebody was not found or asked, as a sentence or as a page of its own.
pub(super) fn said(error: LookUpError) -> Result<String, PageError> {
    match error {
        LookUpError::Nobody => {
            Ok("Nobody who takes requests from you has this username or e-mail address. Type it in full.".to_owned())
        }
        LookUpError::TooMany(wait) => {
            let minutes = wait.as_secs() / 60 + 1;
            Ok(format!(
                "You looked up too many people within an hour. Try again in {minutes} min."
            ))
        }
        LookUpError::Change(error @ (app::ChangeError::Conflict(_) | app::ChangeError::Invalid(_))) => {
            Ok(error.to_string())
        }
        LookUpError::Change(error) => Err(refused(error)),
        LookUpError::Unavailable(cause) => Err(PageError::unavailable(cause)),
    }
}
