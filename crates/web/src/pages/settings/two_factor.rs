//! A member's second factors: what is set up, and setting up the authenticator app. The rest of the buttons is in
//! `two_factor_actions`.

use app::factors::{self, EnableTotp, Factors, Proof, TotpOffer};
use app::{App, Caller, ChangeError, FieldError};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::AppState;
use crate::shell::{
    Fields, Flash, PageError, Shell, SignedIn, error_of, filters, others_of, qr_svg, redirect_with, refused, render,
    render_status, with_others,
};

/// Where this page is.
pub(super) const PAGE: &str = "/settings/two-factor";

#[derive(Template)]
#[template(path = "settings/two_factor.html")]
struct TwoFactorPage {
    shell: Shell,
    factors: Factors,
    /// Recovery codes that were made just now.
    codes: Vec<String>,
    /// What was done just now, where the codes of it are shown.
    said: String,
    /// Why what was tried was not done.
    refused: Option<String>,
}

impl TwoFactorPage {
    /// Whether the last way to be asked for a second factor may not be removed.
    fn must_stay(&self) -> bool {
        self.factors.required || self.factors.required_by_group
    }
}

#[derive(Template)]
#[template(path = "settings/two_factor_app.html")]
struct AppPage {
    shell: Shell,
    offer: TotpOffer,
    qr: String,
    factors: Factors,
    errors: Vec<FieldError>,
}

impl AppPage {
    fn error(&self, field: &str) -> Option<String> {
        error_of(&self.errors, field)
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
) -> Result<Response, PageError> {
    let factors = factors::get_factors(state.app(), &caller).await.map_err(refused)?;
    render(&TwoFactorPage {
        shell,
        factors,
        codes: Vec::new(),
        said: String::new(),
        refused: None,
    })
}

/// What was given as proof: a code where one can be given, else the password.
pub(super) fn proof_of(fields: &Fields) -> Proof {
    match fields.opt("proof") {
        Some(code) => Proof::Code(code.trim().to_owned()),
        None => Proof::Password(fields.get("password").to_owned()),
    }
}

/// The page after something was tried: with recovery codes to keep, or with why it was not done.
pub(super) async fn after(
    app: &App,
    caller: &Caller,
    shell: Shell,
    outcome: Result<Vec<String>, ChangeError>,
    text: &str,
) -> Result<Response, PageError> {
    let (status, codes, refused_text) = match outcome {
        Ok(codes) if codes.is_empty() => return Ok(redirect_with(PAGE, Flash::good(text))),
        Ok(codes) => (StatusCode::OK, codes, None),
        Err(error @ (ChangeError::Invalid(_) | ChangeError::Conflict(_))) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Vec::new(), Some(error.to_string()))
        }
        Err(error) => return Err(refused(error)),
    };
    let factors = factors::get_factors(app, caller).await.map_err(refused);
    let page = TwoFactorPage {
        shell,
        factors: match codes.is_empty() {
            true => factors?,
            false => factors.map_err(PageError::after_change)?,
        },
        said: if codes.is_empty() {
            String::new()
        } else {
            text.to_owned()
        },
        codes,
        refused: refused_text,
    };
    render_status(status, &page)
}

fn app_page_of(
    shell: Shell,
    offer: TotpOffer,
    factors: Factors,
    errors: Vec<FieldError>,
) -> Result<AppPage, PageError> {
    let qr = qr_svg(&offer.url).map_err(PageError::internal)?;
    Ok(AppPage {
        shell,
        offer,
        qr,
        factors,
        errors,
    })
}

pub(super) async fn app_page(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
) -> Result<Response, PageError> {
    let present = factors::get_factors(state.app(), &caller).await.map_err(refused)?;
    let offer = factors::offer_totp(state.app(), &caller.person, None).map_err(PageError::unavailable)?;
    render(&app_page_of(shell, offer, present, Vec::new())?)
}

pub(super) async fn enable_app(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let typed = EnableTotp {
        key: fields.get("key").to_owned(),
        code: fields.trimmed("code").to_owned(),
        proof: proof_of(&fields),
        others: others_of(&fields),
    };
    match factors::enable_totp(state.app(), &caller, typed).await {
        Err(ChangeError::Invalid(errors)) => {
            let present = factors::get_factors(state.app(), &caller).await.map_err(refused)?;
            let offer = factors::offer_totp(state.app(), &caller.person, fields.opt("key"));
            let offer = offer.map_err(PageError::unavailable)?;
            let page = app_page_of(shell, offer, present, errors)?;
            render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        outcome => {
            let text = with_others("The authenticator app is set up", others_of(&fields));
            after(state.app(), &caller, shell, outcome, &text).await
        }
    }
}
