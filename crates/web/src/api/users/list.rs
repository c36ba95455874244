//! `GET /v1/users`.

use app::accounts::{self, RoleFilter, StatusFilter, UserSearch};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::bodies::{User, UserStatus};
use crate::AppState;
use crate::api::answers::Reading;
use crate::api::list::{Listed, Paging};
use crate::api::query::Params;
use crate::problem::Problem;
use crate::shell::ApiCaller;

const KNOWN: &[&str] = &["find", "status", "role", "login_enabled", "group", "limit", "after"];

/// Lists the users in the order of names; for administrators.
#[utoipa::path(
    get, path = "/v1/users", tag = "Users", operation_id = "listUsers",
    params(
        ("find" = Option<String>, Query, description = "Beginnings of words of name, username or e-mail address, regardless of case; all must match."),
        ("status" = inline(Option<UserStatus>), Query, description = "Only accounts that came so far with logging in."),
        ("role" = inline(Option<RoleAsked>), Query, description = "Only accounts with this role."),
        ("login_enabled" = Option<bool>, Query, description = "Only accounts that may log in, or only those that may not."),
        ("group" = Option<String>, Query, min_length = 1, description = "Only members of the group with this id."),
        Paging,
    ),
    responses((status = 200, description = "One page.", body = Listed<User>), Reading),
    security(("program" = [])),
)]
pub(super) async fn list(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let params = Params::read(&uri, KNOWN)?;
    let paging = Paging::of(&params)?;
    let search = UserSearch {
        find: params.get("find").unwrap_or_default().to_owned(),
        status: params.word::<UserStatus>("status")?.map(StatusFilter::from),
        role: params.word::<RoleAsked>("role")?.map(RoleFilter::from),
        login_enabled: match params.get("login_enabled") {
            Some(_) => Some(params.flag("login_enabled")?),
            None => None,
        },
        group: params.id("group")?.map(str::to_owned),
        after: paging.after,
        limit: paging.limit,
        ..UserSearch::default()
    };
    let page = accounts::list_users(state.app(), &caller, &search).await?;
    let data = page.rows.into_iter().map(User::of).collect();
    Ok(Listed::new(data, page.turns.next).answer(&uri))
}

impl From<UserStatus> for StatusFilter {
    fn from(status: UserStatus) -> Self {
        match status {
            UserStatus::LoggedIn => Self::LoggedIn,
            UserStatus::Locked => Self::Locked,
            UserStatus::Failed => Self::Failed,
            UserStatus::Active => Self::Active,
            UserStatus::Never => Self::Never,
        }
    }
}

/// A role that is asked for.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RoleAsked {
    /// Manages users, reads every log.
    Administrator,
    /// Reads every log, changes nothing.
    Auditor,
    /// Neither.
    Member,
    /// Only programs use it.
    Service,
}

impl From<RoleAsked> for RoleFilter {
    fn from(role: RoleAsked) -> Self {
        match role {
            RoleAsked::Administrator => Self::Administrator,
            RoleAsked::Auditor => Self::Auditor,
            RoleAsked::Member => Self::Member,
            RoleAsked::Service => Self::Service,
        }
    }
}
