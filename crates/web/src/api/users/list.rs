//! `GET /v1/users`.

use app::accounts::{self, RoleFilter, StatusFilter, UserSearch};
use axum::extract::{OriginalUri, State};
use axum::response::Response;

use super::bodies::User;
use crate::AppState;
use crate::api::answers::Reading;
use crate::api::list::{Listed, Paging};
use crate::api::problem::Problem;
use crate::api::query::Params;
use crate::shell::ApiCaller;

const KNOWN: &[&str] = &["find", "status", "role", "login_enabled", "limit", "after"];

/// Lists the users in the order of names; for administrators.
#[utoipa::path(
    get, path = "/v1/users", tag = "Users", operation_id = "listUsers",
    params(
        ("find" = Option<String>, Query, description = "Beginnings of words of name, username or e-mail address, regardless of case; all must match."),
        ("status" = Option<String>, Query, description = "`logged_in`, `locked`, `failed`, `active` or `never`."),
        ("role" = Option<String>, Query, description = "`administrator`, `auditor`, `member` or `service`."),
        ("login_enabled" = Option<bool>, Query, description = "Only accounts that may log in, or only those that may not."),
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
        status: params.get("status").map(status).transpose()?,
        role: params.get("role").map(role).transpose()?,
        login_enabled: match params.get("login_enabled") {
            Some(_) => Some(params.flag("login_enabled")?),
            None => None,
        },
        after: paging.after,
        limit: paging.limit,
        ..UserSearch::default()
    };
    let page = accounts::list_users(state.app(), &caller, &search).await?;
    let data = page.rows.into_iter().map(User::of).collect();
    Ok(Listed::new(data, page.next).answer(&uri))
}

fn status(name: &str) -> Result<StatusFilter, Problem> {
    Ok(match name {
        "logged_in" => StatusFilter::LoggedIn,
        "locked" => StatusFilter::Locked,
        "failed" => StatusFilter::Failed,
        "active" => StatusFilter::Active,
        "never" => StatusFilter::Never,
        other => {
            let text = format!("`{other}` is none of `logged_in`, `locked`, `failed`, `active` and `never`.");
            return Err(Params::wrong("status", text));
        }
    })
}

fn role(name: &str) -> Result<RoleFilter, Problem> {
    Ok(match name {
        "administrator" => RoleFilter::Administrator,
        "auditor" => RoleFilter::Auditor,
        "member" => RoleFilter::Member,
        "service" => RoleFilter::Service,
        other => {
            let text = format!("`{other}` is none of `administrator`, `auditor`, `member` and `service`.");
            return Err(Params::wrong("role", text));
        }
    })
}
