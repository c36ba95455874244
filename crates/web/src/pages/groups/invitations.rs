//! Invitations of a group: those that wait, and a list of addresses to invite with what became of each.

use app::groups::{self, GroupRole, Invitation, Invite, InviteLine, InviteOutcome};
use app::{Caller, ChangeError, Page};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{GroupShell, LIMIT, role_name, role_of};
use crate::AppState;
use crate::shell::{
    Fields, Href, PageError, Paged, Pager, Query, Shell, SignedIn, done, filters, refused, render_status,
};

#[derive(Template)]
#[template(path = "groups/invitations.html")]
pub(super) struct InvitationsPage {
    pub(super) shell: Shell,
    pub(super) group: GroupShell,
    pub(super) page: Page<Invitation>,
    pub(super) pager: Pager,
    pub(super) form: Form,
}

/// The form, as it stands after the list before was sent.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// What is typed: after a list was sent, the entries that are no addresses.
    pub(super) addresses: String,
    pub(super) role: GroupRole,
    pub(super) error: Option<String>,
    /// What became of each entry of the list before.
    pub(super) lines: Vec<InviteLine>,
    /// For how many days an invitation can be accepted.
    pub(super) days: u32,
}

impl Form {
    fn empty(state: &AppState) -> Self {
        Self {
            addresses: String::new(),
            role: GroupRole::Member,
            error: None,
            lines: Vec::new(),
            days: state.app().settings().groups.invitation_days,
        }
    }

    /// The same form with what became of each entry; what was no address stays to be corrected.
    pub(super) fn with_lines(mut self, lines: Vec<InviteLine>) -> Self {
        let wrong = lines
            .iter()
            .filter(|line| matches!(line.outcome, InviteOutcome::Invalid(_)));
        self.addresses = wrong.map(|line| line.line.as_str()).collect::<Vec<_>>().join("\n");
        self.lines = lines;
        self
    }

    /// How many entries became what, in words: `12 invited · 1 member already`.
    pub(super) fn summary(&self) -> String {
        let count = |is: fn(&InviteOutcome) -> bool| self.lines.iter().filter(|line| is(&line.outcome)).count();
        let parts = [
            (count(|it| matches!(it, InviteOutcome::Invited { .. })), "invited"),
            (
                count(|it| matches!(it, InviteOutcome::AlreadyInvited)),
                "invited before",
            ),
            (
                count(|it| matches!(it, InviteOutcome::AlreadyMember)),
                "already in the group",
            ),
            (
                count(|it| matches!(it, InviteOutcome::EnoughMails)),
                "not invited: no more mails today",
            ),
            (count(|it| matches!(it, InviteOutcome::Invalid(_))), "not understood"),
        ];
        let said = parts.iter().filter(|(n, _)| *n > 0);
        said.map(|(n, text)| format!("{n} {text}"))
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

impl InvitationsPage {
    /// The roles somebody is invited as: nobody becomes an owner by a link.
    fn roles(&self) -> [GroupRole; 2] {
        [GroupRole::Member, GroupRole::Administrator]
    }

    /// The last day of an invitation.
    fn until(&self, row: &Invitation) -> String {
        self.shell.zone.parts(row.expires_at).0
    }

    /// Whether it can be sent again.
    fn may_resend(&self, row: &Invitation) -> bool {
        row.role != GroupRole::Owner
    }

    fn most(&self) -> usize {
        app::limits::INVITATIONS
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Paged>,
    shell: Shell,
) -> Result<Response, PageError> {
    let form = Form::empty(&state);
    show(&state, &caller, shell, (&id, &asked), form).await
}

pub(super) async fn submit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let role = role_of(fields.get("role"))?;
    let form = Form {
        addresses: fields.get("addresses").to_owned(),
        role,
        ..Form::empty(&state)
    };
    let invite = Invite {
        addresses: form.addresses.clone(),
        role,
    };
    let caller = fields.once(caller);
    let form = match groups::invite(state.app(), &caller, &id, invite).await {
        Ok(lines) => form.with_lines(lines),
        Err(error @ (ChangeError::Invalid(_) | ChangeError::Conflict(_))) => Form {
            error: Some(error.to_string()),
            ..form
        },
        Err(error) => return Err(refused(error)),
    };
    let was_done = form.error.is_none();
    let shown = show(&state, &caller, shell, (&id, &Paged::default()), form).await;
    match was_done {
        true => shown.map_err(PageError::after_change),
        false => shown,
    }
}

async fn show(
    state: &AppState,
    caller: &Caller,
    shell: Shell,
    (id, asked): (&str, &Paged),
    form: Form,
) -> Result<Response, PageError> {
    let group = GroupShell::load(state, caller, id).await?;
    let page = groups::list_invitations(state.app(), caller, id, &asked.request(LIMIT))
        .await
        .map_err(refused)?;
    let status = match form.error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let list = group.path().then("invitations");
    let pager = asked.pager(list, &page.turns).newest_first();
    let page = InvitationsPage {
        shell,
        group,
        page,
        pager,
        form,
    };
    render_status(status, &page)
}

pub(super) async fn delete(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((id, invitation)): Path<(String, String)>,
    _: Fields,
) -> Result<Response, PageError> {
    let deleted = groups::delete_invitation(state.app(), &caller, &invitation).await;
    let back = Href::to(&["groups", &id, "invitations"]);
    done(deleted, &back, "Deleted the invitation; its link no longer works.")
}

pub(super) async fn resend(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((id, invitation)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sent = groups::resend_invitation(state.app(), &caller, &invitation).await;
    let back = Href::to(&["groups", &id, "invitations"]);
    done(
        sent,
        &back,
        "Another mail is on its way; the link before no longer works.",
    )
}
