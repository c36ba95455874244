//! `/v1/auth`: a registered application signs a user in, with its own key; then its device refreshes and signs out.

use app::applications::{self, RefreshRefused};
use app::devices;
use app::factors::{Answer, Method, SendRefused};
use app::logging_in::{self, Challenge, LogIn, LogInRefused, LogInStep, SecondFactorRefused, SignedIn};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::answers::Changing;
use super::json::Body;
use crate::AppState;
use crate::problem::Problem;
use crate::shell::{ApiCaller, FromApplication, Policy, Route};

pub(super) fn routes() -> Vec<Route> {
    let application = Policy::Application;
    vec![
        Route::post("/v1/auth/sign-in", application, sign_in).secret(),
        Route::post("/v1/auth/send-code", application, send_code).secret(),
        Route::post("/v1/auth/second-factor", application, second_factor).secret(),
        Route::post("/v1/auth/refresh", application, refresh),
        Route::post("/v1/auth/sign-out", Policy::Program, sign_out),
    ]
}

#[derive(OpenApi)]
#[openapi(
    paths(sign_in, send_code, second_factor, refresh, sign_out),
    components(schemas(SignIn, SecondFactor, Refresh, SignedInBody, Due, DueBody, FactorMethod, SendCode, Step, Tokens)),
    tags((name = "Sign-in"))
)]
pub(super) struct Document;

/// What somebody typed into an application.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// Username or e-mail address.
    login: String,
    /// Password.
    password: String,
    /// How lists of devices and the log name this device; without one, what its user agent says.
    device_name: Option<String>,
    /// What an earlier sign-in on this device gave: strangers' failed attempts then do not lock its owner out.
    known_device: Option<String>,
}

/// The code of a second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecondFactor {
    /// What the sign-in gave.
    challenge: String,
    /// `totp`, `sms` or `recovery`.
    method: String,
    /// The code.
    code: String,
    /// As at the sign-in.
    device_name: Option<String>,
    /// Not to ask for the second factor on this device for 30 days.
    #[serde(default)]
    remember: bool,
}

/// Where to send a code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SendCode {
    /// What the sign-in gave.
    challenge: String,
}

/// A refresh token to use up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    /// The latest refresh token of the device.
    refresh_token: String,
}

/// In, or on to the second factor.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Step {
    /// In.
    Done(Box<SignedInBody>),
    /// A second factor is due.
    SecondFactor(DueBody),
}

/// A device that is signed in.
#[derive(Serialize, ToSchema)]
struct SignedInBody {
    /// Its tokens.
    #[serde(flatten)]
    tokens: Tokens,
    /// Tells this device as a known one at the next sign-in; keep it even after signing out.
    known_device: String,
    /// The device, as `/v1/devices` lists it.
    device_id: String,
    /// Who signed in.
    user_id: String,
}

/// The tokens of a device.
#[derive(Serialize, ToSchema)]
struct Tokens {
    /// Always `Bearer`.
    token_type: &'static str,
    /// For the header `Authorization: Bearer whodid_at_…`.
    access_token: String,
    /// Seconds the access token is good for.
    expires_in: i64,
    /// Good once and for 30 days: gives the next access token and refresh token. Using it twice ends the device.
    refresh_token: String,
}

/// A second factor is due.
#[derive(Serialize, ToSchema)]
struct DueBody {
    /// What is due.
    second_factor: Due,
}

/// The half-finished sign-in.
#[derive(Serialize, ToSchema)]
struct Due {
    /// For `POST /v1/auth/second-factor`.
    challenge: String,
    /// What would do, the best first. Passkeys work in the web manager only.
    methods: Vec<FactorMethod>,
    /// From when it is refused.
    #[schema(value_type = String, format = DateTime)]
    expires_at: activity::Time,
}

/// A way to prove the second factor.
#[derive(Serialize, ToSchema)]
struct FactorMethod {
    /// `totp`, `sms`, `recovery` or `passkey`.
    method: &'static str,
    /// The end of the telephone number codes are sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// Signs a user in with a password. `second_factor` in the answer means that a code is asked for next.
#[utoipa::path(
    post, path = "/v1/auth/sign-in", tag = "Sign-in", operation_id = "signIn", request_body = SignIn,
    responses((status = 200, description = "Tokens, or the second factor that is due.", body = Step), Changing),
    security(("application" = [])),
)]
async fn sign_in(
    State(state): State<AppState>,
    FromApplication(visitor): FromApplication,
    Body(typed): Body<SignIn>,
) -> Result<Json<Step>, Problem> {
    let visitor = applications::on_device(visitor, typed.device_name.as_deref())?;
    let typed = LogIn {
        login: typed.login,
        password: typed.password,
        known_device: typed.known_device,
    };
    match logging_in::log_in(state.app(), &visitor, typed).await {
        Ok(LogInStep::Done(signed_in)) => Ok(Json(Step::Done(Box::new(signed_in.into())))),
        Ok(LogInStep::SecondFactor(challenge)) => Ok(Json(Step::SecondFactor(challenge.into()))),
        Ok(LogInStep::SetUp(_)) => Err(set_up_first(&state)),
        Err(LogInRefused::Unavailable(cause)) => Err(Problem::unavailable(cause)),
        Err(refused @ LogInRefused::Refused) => Err(refusal("sign_in_refused", refused.to_string())),
    }
}

/// Sends a code by SMS for the second factor.
#[utoipa::path(
    post, path = "/v1/auth/send-code", tag = "Sign-in", operation_id = "sendCode", request_body = SendCode,
    responses((status = 204, description = "It was sent."), Changing),
    security(("application" = [])),
)]
async fn send_code(
    State(state): State<AppState>,
    FromApplication(visitor): FromApplication,
    Body(asked): Body<SendCode>,
) -> Result<StatusCode, Problem> {
    match logging_in::send_log_in_code(state.app(), &visitor, &asked.challenge).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(SendRefused::Unavailable(cause)) => Err(Problem::unavailable(cause)),
        Err(refused @ SendRefused::Expired) => Err(refusal("challenge_expired", refused.to_string())),
        Err(refused) => Err(Problem::conflict(refused.to_string())),
    }
}

/// Finishes a sign-in with the code of a second factor.
#[utoipa::path(
    post, path = "/v1/auth/second-factor", tag = "Sign-in", operation_id = "secondFactor", request_body = SecondFactor,
    responses((status = 200, description = "Tokens.", body = SignedInBody), Changing),
    security(("application" = [])),
)]
async fn second_factor(
    State(state): State<AppState>,
    FromApplication(visitor): FromApplication,
    Body(typed): Body<SecondFactor>,
) -> Result<Json<SignedInBody>, Problem> {
    let visitor = applications::on_device(visitor, typed.device_name.as_deref())?;
    let Some(answer) = Answer::of(&typed.method, &typed.code) else {
        let detail = format!("There is no method `{}`. There are: totp, sms, recovery.", typed.method);
        return Err(Problem::bad_request(detail));
    };
    match logging_in::second_factor(state.app(), &visitor, &typed.challenge, answer, typed.remember).await {
        Ok(signed_in) => Ok(Json(signed_in.into())),
        Err(SecondFactorRefused::Unavailable(cause)) => Err(Problem::unavailable(cause)),
        Err(refused @ SecondFactorRefused::Wrong) => Err(refusal("code_refused", refused.to_string())),
        Err(refused @ SecondFactorRefused::Expired) => Err(refusal("challenge_expired", refused.to_string())),
    }
}

/// Uses a refresh token up and gives the next tokens. A refresh token that was used before ends its device.
#[utoipa::path(
    post, path = "/v1/auth/refresh", tag = "Sign-in", operation_id = "refresh", request_body = Refresh,
    responses((status = 200, description = "The next tokens.", body = Tokens), Changing),
    security(("application" = [])),
)]
async fn refresh(
    State(state): State<AppState>,
    FromApplication(visitor): FromApplication,
    Body(asked): Body<Refresh>,
) -> Result<Json<Tokens>, Problem> {
    match applications::refresh(state.app(), &visitor, &asked.refresh_token).await {
        Ok(next) => Ok(Json(Tokens {
            token_type: "Bearer",
            access_token: next.access_token,
            expires_in: next.expires_in,
            refresh_token: next.refresh_token,
        })),
        Err(RefreshRefused::Ended(reason)) => Err(Problem::device_ended(reason)),
        Err(RefreshRefused::Refused) => Err(Problem::no_device()),
        Err(RefreshRefused::Unavailable(cause)) => Err(Problem::unavailable(cause)),
    }
}

/// Signs the device out whose access token this is. Its tokens open nothing any more.
#[utoipa::path(
    post, path = "/v1/auth/sign-out", tag = "Sign-in", operation_id = "signOut",
    responses((status = 204, description = "It is signed out."), Changing),
    security(("program" = [])),
)]
async fn sign_out(State(state): State<AppState>, ApiCaller(caller): ApiCaller) -> Result<StatusCode, Problem> {
    devices::log_out(state.app(), &caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<SignedIn> for SignedInBody {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            device_id: signed_in.caller.via.device_id().unwrap_or_default().to_owned(),
            user_id: signed_in.caller.person.id,
            known_device: signed_in.known_device_token,
            tokens: Tokens {
                token_type: "Bearer",
                access_token: signed_in.device_token,
                expires_in: signed_in.max_age,
                refresh_token: signed_in.refresh_token.unwrap_or_default(),
            },
        }
    }
}

impl From<Challenge> for DueBody {
    fn from(challenge: Challenge) -> Self {
        let methods = challenge.methods.iter().map(|method| FactorMethod {
            method: method.code(),
            hint: match method {
                Method::Sms { hint } => Some(hint.clone()),
                Method::Passkey | Method::Totp | Method::Recovery => None,
            },
        });
        Self {
            second_factor: Due {
                methods: methods.collect(),
                challenge: challenge.token,
                expires_at: challenge.expires_at,
            },
        }
    }
}

fn refusal(code: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, "The sign-in was refused", detail)
}

fn set_up_first(state: &AppState) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "second_factor_missing",
        "Two-factor authentication must be set up first",
        format!(
            "This account must use two-factor authentication and has not set it up. Log in at {} once to do so, then here again.",
            state.app().settings().public_url
        ),
    )
}
