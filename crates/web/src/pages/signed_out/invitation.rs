//! What the link of an invitation's mail opens: accept or decline, log in first, or make the account and join.

use app::groups::{self, InvitationKey, InvitationLink, NewMember};
use app::{Caller, ChangeError, FieldError, Visitor};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::reset::{Asked, repeated};
use crate::AppState;
use crate::pages::groups::role_name;
use crate::shell::{
    Fields, Flash, From, Href, MaybeSignedIn, PageError, Query, Shell, SignedIn, error_of, filters, redirect_with,
    refused, render_status,
};

#[derive(Template)]
#[template(path = "signed_out/invitation.html")]
pub(super) struct InvitationPage {
    pub(super) shell: Shell,
    pub(super) token: String,
    pub(super) link: Option<InvitationLink>,
    /// Whoever is signed in.
    pub(super) signed_in: Option<Caller>,
    pub(super) least: usize,
    /// What was typed.
    pub(super) fields: Fields,
    pub(super) errors: Vec<FieldError>,
}

impl InvitationPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }

    /// The invitation, if it can still be accepted.
    fn open(&self) -> Option<&InvitationLink> {
        self.link.as_ref().filter(|link| !link.invitation.expired)
    }

    /// Whether it was sent to another address than this one, whatever the case of its letters.
    fn is_to_another(&self, email: &str) -> bool {
        let sent_to = self.open().map(|link| link.invitation.email.to_lowercase());
        sent_to.is_some_and(|sent_to| sent_to != email.to_lowercase())
    }

    /// The log-in page, which leads back here.
    fn log_in(&self) -> Href {
        let here = Href::from("/invitation").with(&[("token", &self.token)]);
        Href::from("/login").with(&[("next", here.as_str())])
    }

    fn status(&self) -> StatusCode {
        match (self.open(), self.errors.as_slice()) {
            (None, _) => StatusCode::GONE,
            (Some(_), []) => StatusCode::OK,
            (Some(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    From(visitor): From,
    MaybeSignedIn(signed_in): MaybeSignedIn,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Result<Response, PageError> {
    let shown = Shown {
        token: asked.token,
        signed_in,
        ..Shown::default()
    };
    show(&state, &visitor, shell, shown).await
}

/// Accept, or decline, as whoever is signed in.
pub(super) async fn answer(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    fields: Fields,
) -> Result<Response, PageError> {
    let key = InvitationKey::Token(fields.get("token").to_owned());
    if fields.get("answer") == "decline" {
        groups::decline(state.app(), &caller, &key).await.map_err(refused)?;
        return Ok(redirect_with("/groups", Flash::good("Declined the invitation.")));
    }
    let group = groups::accept(state.app(), &caller, &key).await.map_err(refused)?;
    let flash = Flash::good(format!("You are in {} now.", group.name));
    Ok(redirect_with(Href::to(&["groups", &group.id]), flash))
}

/// Makes the account, which joins at once.
pub(super) async fn join(
    State(state): State<AppState>,
    From(visitor): From,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let token = fields.get("token").to_owned();
    let joined = match repeated(&fields) {
        Ok(()) => groups::join_as_new(state.app(), &visitor, &token, new_member(&fields)).await,
        Err(error) => Err(ChangeError::Invalid(vec![error])),
    };
    let shown = |errors| Shown {
        token,
        signed_in: None,
        fields,
        errors,
    };
    match joined {
        Ok(_) => Ok(redirect_with(
            "/login",
            Flash::good("Your account is ready and you are in the group. Log in with your new password."),
        )),
        Err(ChangeError::Invalid(errors)) => show(&state, &visitor, shell, shown(errors)).await,
        Err(ChangeError::NotFound | ChangeError::Conflict(_)) => show(&state, &visitor, shell, shown(Vec::new())).await,
        Err(error) => Err(refused(error)),
    }
}

fn new_member(fields: &Fields) -> NewMember {
    NewMember {
        given_name: fields.trimmed("given_name").to_owned(),
        family_name: fields.trimmed("family_name").to_owned(),
        username: fields.trimmed("username").to_owned(),
        password: fields.get("password").to_owned(),
    }
}

/// What the page shows.
#[derive(Default)]
struct Shown {
    token: String,
    signed_in: Option<Caller>,
    fields: Fields,
    errors: Vec<FieldError>,
}

async fn show(state: &AppState, visitor: &Visitor, shell: Shell, shown: Shown) -> Result<Response, PageError> {
    let Shown {
        token,
        signed_in,
        fields,
        errors,
    } = shown;
    let link = groups::peek_invitation(state.app(), visitor, &token)
        .await
        .map_err(PageError::unavailable)?;
    let page = InvitationPage {
        shell,
        token,
        link,
        signed_in,
        least: state.app().settings().password.min_length,
        fields,
        errors,
    };
    render_status(page.status(), &page)
}
