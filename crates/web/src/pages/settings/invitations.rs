//! The invitations to a member that wait: accept or decline.

use app::groups::{self, Invitation, InvitationKey};
use app::{Page, Topic};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::AppState;
use crate::pages::groups::role_name;
use crate::shell::{
    PageError, Paged, Pager, Query, RequestContext, Shell, SignedIn, done, filters, live, refused, render,
};

#[derive(Template)]
#[template(path = "settings/invitations.html")]
struct InvitationsPage {
    shell: Shell,
    /// The address that invitations to this account are sent to.
    email: String,
    page: Page<Invitation>,
    pager: Pager,
}

impl InvitationsPage {
    /// The last day of an invitation.
    fn until(&self, row: &Invitation) -> String {
        self.shell.zone.parts(row.expires_at).0
    }
}

const HERE: &str = "/settings/invitations";
const LIMIT: u32 = 50;

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(asked): Query<Paged>,
    shell: Shell,
) -> Result<Response, PageError> {
    let page = groups::list_my_invitations(state.app(), &caller, &asked.request(LIMIT))
        .await
        .map_err(refused)?;
    let email = caller.person.email;
    let pager = asked.pager(HERE, &page.turns).newest_first();
    render(&InvitationsPage {
        shell,
        email,
        page,
        pager,
    })
}

pub(super) async fn accept(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let accepted = groups::accept(state.app(), &caller, &InvitationKey::Id(id)).await;
    let text = match &accepted {
        Ok(group) => format!("You are in {} now.", group.name),
        Err(_) => String::new(),
    };
    done(accepted.map(drop), HERE, &text)
}

pub(super) async fn decline(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let declined = groups::decline(state.app(), &caller, &InvitationKey::Id(id)).await;
    done(declined, HERE, "Declined the invitation.")
}

/// What says that an invitation came or went, to this page while it is open.
pub(super) async fn stream(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    context: RequestContext,
) -> Result<Response, PageError> {
    Ok(live(&state, &context, vec![Topic::Account(caller.person.id)]))
}
