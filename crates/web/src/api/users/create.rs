//! `POST /v1/users`.

use app::accounts::{self, Activation, NewUser};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::bodies::{User, UserRole};
use super::get::tagged;
use crate::AppState;
use crate::api::answers::{Changing, Once};
use crate::api::json::Body;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Href};

/// The account to create.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewUser)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUserBody {
    /// Given name; may be empty if there is a family name.
    #[serde(default)]
    given_name: String,
    /// Family name; may be empty if there is a given name.
    #[serde(default)]
    family_name: String,
    /// Log-in name, unique: letters and digits of one script, no blanks, nothing invisible; one that looks like
    /// another account's is taken as well.
    username: String,
    /// E-mail address, unique.
    email: String,
    /// What it may do beyond a member.
    #[serde(default)]
    roles: Vec<UserRole>,
    /// Only programs use it, with API keys; it is never activated.
    #[serde(default)]
    service_account: bool,
    /// Whether to mail an activation link now.
    #[serde(default)]
    activation: WhenActivated,
}

/// How a new account gets its password.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WhenActivated {
    /// A link is mailed now.
    #[default]
    Mail,
    /// Nothing is sent now.
    Later,
}

/// Creates an account; for administrators.
#[utoipa::path(
    post, path = "/v1/users", tag = "Users", operation_id = "createUser",
    request_body = NewUserBody, params(Once),
    responses((status = 201, description = "The account.", body = User), Changing),
    security(("program" = [])),
)]
pub(super) async fn create(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(body): Body<NewUserBody>,
) -> Result<Response, Problem> {
    let new = NewUser {
        given_name: body.given_name,
        family_name: body.family_name,
        username: body.username,
        email: body.email,
        roles: UserRole::roles(&body.roles),
        service_account: body.service_account,
        activation: match body.activation {
            WhenActivated::Mail => Activation::Mail,
            WhenActivated::Later => Activation::Later,
        },
    };
    let created = accounts::create_user(state.app(), &caller, new).await?;
    let mut headers = HeaderMap::new();
    if let Ok(place) = HeaderValue::try_from(Href::to(&["v1", "users", &created.person.id]).as_str()) {
        headers.insert(header::LOCATION, place);
    }
    Ok((StatusCode::CREATED, headers, tagged(created.user)).into_response())
}
