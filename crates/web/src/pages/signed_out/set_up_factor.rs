//! Setting up a second factor in the middle of a log-in, for an account that must have one.

use activity::Person;
use app::factors::{self, SendRefused, TotpOffer};
use app::logging_in::{self, SetUp, SetUpDone, SetUpRefused, Waiting};
use app::{App, Visitor};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::log_in::{let_in, with_next};
use super::second_factor::again;
use crate::AppState;
use crate::shell::{
    Cookies, Fields, Flash, From, Href, LocalPath, PageError, Query, Shell, filters, others_of, qr_svg, redirect_with,
    render, render_status,
};

#[derive(Template)]
#[template(path = "signed_out/set_up_factor.html")]
struct SetUpPage {
    shell: Shell,
    person: Person,
    /// `totp` or `sms`.
    way: &'static str,
    offer: TotpOffer,
    qr: String,
    sms_offered: bool,
    /// Whether a code was sent and waits to be typed.
    sent: bool,
    next: LocalPath,
    refused: Option<String>,
}

impl SetUpPage {
    fn other(&self, way: &str) -> Href {
        with_next(Href::from("/login/set-up").with(&[("way", way)]), &self.next)
    }
}

#[derive(Template)]
#[template(path = "signed_out/recovery_codes.html")]
struct RecoveryCodesPage {
    shell: Shell,
    codes: Vec<String>,
    next: LocalPath,
}

/// What the address asks for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
    #[serde(default)]
    way: String,
    #[serde(default)]
    sent: String,
}

fn new_page(app: &App, shell: Shell, person: Person, asked: &Asked, key: Option<&str>) -> Result<SetUpPage, PageError> {
    let offer = factors::offer_totp(app, &person, key).map_err(PageError::unavailable)?;
    let sms_offered = factors::sms_offered(app);
    Ok(SetUpPage {
        shell,
        person,
        way: if asked.way == "sms" && sms_offered {
            "sms"
        } else {
            "totp"
        },
        qr: qr_svg(&offer.url).map_err(PageError::internal)?,
        offer,
        sms_offered,
        sent: asked.sent == "1",
        next: LocalPath::or_home(&asked.next),
        refused: None,
    })
}

async fn peek(app: &App, visitor: &Visitor, cookies: &Cookies) -> Result<Option<Waiting>, PageError> {
    let waiting = logging_in::peek_set_up(app, visitor, cookies.challenge().unwrap_or_default()).await;
    waiting.map_err(PageError::unavailable)
}

pub(super) async fn page(
    State(state): State<AppState>,
    From(visitor): From,
    Query(asked): Query<Asked>,
    cookies: Cookies,
    shell: Shell,
) -> Result<Response, PageError> {
    match peek(state.app(), &visitor, &cookies).await? {
        Some(waiting) => render(&new_page(state.app(), shell, waiting.person, &asked, None)?),
        None => Ok(again(&LocalPath::or_home(&asked.next))),
    }
}

pub(super) async fn submit(
    State(state): State<AppState>,
    From(visitor): From,
    cookies: Cookies,
    shell: Shell,
    fields: Fields,
) -> Result<Response, PageError> {
    let next = LocalPath::or_home(fields.get("next"));
    let code = fields.trimmed("code").to_owned();
    let set_up = match fields.get("way") {
        "sms" => SetUp::Sms { code },
        _ => SetUp::Totp {
            key: fields.get("key").to_owned(),
            code,
        },
    };
    let token = cookies.challenge().unwrap_or_default();
    match logging_in::set_up_at_log_in(state.app(), &visitor, token, set_up, others_of(&fields)).await {
        Ok(SetUpDone {
            signed_in,
            recovery_codes,
        }) => {
            let page = RecoveryCodesPage {
                shell: Shell {
                    caller: Some(signed_in.caller.clone()),
                    ..shell
                },
                codes: recovery_codes,
                next: next.clone(),
            };
            let_in(&state, signed_in, render(&page)?).await
        }
        Err(SetUpRefused::Unavailable(cause)) => Err(PageError::unavailable(cause)),
        Err(SetUpRefused::Expired) => Ok(again(&next)),
        Err(refused @ SetUpRefused::Wrong) => once_more(&state, &visitor, (&cookies, &fields), shell, &refused).await,
    }
}

/// The same page with what is wrong; the key stays the one that the app was given.
async fn once_more(
    state: &AppState,
    visitor: &Visitor,
    (cookies, fields): (&Cookies, &Fields),
    shell: Shell,
    refused: &SetUpRefused,
) -> Result<Response, PageError> {
    let asked = Asked {
        next: fields.get("next").to_owned(),
        way: fields.get("way").to_owned(),
        sent: "1".to_owned(),
    };
    let Some(waiting) = peek(state.app(), visitor, cookies).await? else {
        return Ok(again(&LocalPath::or_home(&asked.next)));
    };
    let mut page = new_page(state.app(), shell, waiting.person, &asked, fields.opt("key"))?;
    page.refused = Some(refused.to_string());
    render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

pub(super) async fn send(
    State(state): State<AppState>,
    From(visitor): From,
    cookies: Cookies,
    fields: Fields,
) -> Result<Response, PageError> {
    let next = LocalPath::or_home(fields.get("next"));
    let token = cookies.challenge().unwrap_or_default();
    match logging_in::send_set_up_code(state.app(), &visitor, token, fields.trimmed("phone")).await {
        Ok(()) => {
            let back = with_next("/login/set-up?way=sms&sent=1", &next);
            Ok(redirect_with(&back, Flash::good("A code is on its way.")))
        }
        Err(SendRefused::Unavailable(cause)) => Err(PageError::unavailable(cause)),
        Err(SendRefused::Expired) => Ok(again(&next)),
        Err(refused) => {
            let back = with_next("/login/set-up?way=sms", &next);
            Ok(redirect_with(&back, Flash::bad(refused.to_string())))
        }
    }
}
