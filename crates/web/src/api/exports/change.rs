//! Asking for exports, calling them off and deleting their files.

use activity::limits::FaultCode;
use app::Caller;
use app::activity::{LogScope, ViewRequest};
use app::exports::{self, ExportError, ViewExport};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::shapes::{Export, NewExport};
use super::{absent, problem};
use crate::AppState;
use crate::api::answers::{Changing, Once};
use crate::api::json::Body;
use crate::problem::{FieldProblem, Problem};
use crate::shell::{ApiCaller, Href, Zone};

/// Asks for a file of everything that a query finds. It is made in the background and kept for some days.
#[utoipa::path(
    post, path = "/v1/exports", tag = "Exports", operation_id = "createExport", request_body = NewExport,
    params(Once),
    responses((status = 202, description = "The export as it is by now; its address is in `Location`.", body = Export), Changing),
    security(("key" = ["export"])),
)]
pub(super) async fn create_export(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Body(new): Body<NewExport>,
) -> Result<Response, Problem> {
    let scope = scope(&caller, &new)?;
    let zone = Zone::named(&new.zone).ok_or_else(|| problem(ExportError::NoSuchZone(new.zone.clone())))?;
    let request = ViewExport {
        view: ViewRequest {
            q: new.q,
            from: new.from,
            to: new.to,
            zone: zone.zone().clone(),
            ..ViewRequest::default()
        },
        format: new.format.into(),
        columns: new.columns,
        zone: zone.choice().clone(),
        has_mark: new.byte_order_mark,
    };
    let export = exports::create(state.app(), &caller, &scope, &request)
        .await
        .map_err(problem)?;
    let location = Href::to(&["v1", "exports", &export.id]).to_string();
    let headers = [(header::LOCATION, location)];
    Ok((StatusCode::ACCEPTED, headers, Json(Export::from(export))).into_response())
}

/// As in `GET /v1/activities`: everything for who may read everything, their own log for everybody else.
fn scope(caller: &Caller, new: &NewExport) -> Result<LogScope, Problem> {
    Ok(match (new.user.as_deref(), new.group.as_deref()) {
        (Some(_), Some(_)) => {
            let text = "Give `user` or `group`, not both; within a group, name the user in `q`.";
            let errors = vec![FieldProblem {
                pointer: "/group".to_owned(),
                code: FaultCode::Invalid.word(),
                detail: text.to_owned(),
            }];
            return Err(Problem::bad_request(text).with_errors(errors));
        }
        (Some("me"), None) => LogScope::Me,
        (Some(id), None) => LogScope::User(id.to_owned()),
        (None, Some(id)) => LogScope::Group(id.to_owned()),
        (None, None) if caller.reads_everything() => LogScope::Everything,
        (None, None) => LogScope::Me,
    })
}

/// Calls off an export that is not there yet. What is known of it stays.
#[utoipa::path(
    post, path = "/v1/exports/{id}/cancel", tag = "Exports", operation_id = "cancelExport",
    params(("id" = String, Path, description = "Id of the export.")),
    responses((status = 204, description = "It is called off."), Changing),
    security(("key" = ["export"])),
)]
pub(super) async fn cancel_export(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let done = exports::cancel(state.app(), &caller, &id).await.map_err(problem)?;
    done.map(|()| StatusCode::NO_CONTENT).ok_or_else(absent)
}

/// Deletes the file of an export. What is known of it stays.
#[utoipa::path(
    delete, path = "/v1/exports/{id}", tag = "Exports", operation_id = "deleteExport",
    params(("id" = String, Path, description = "Id of the export.")),
    responses((status = 204, description = "The file is deleted."), Changing),
    security(("key" = ["export"])),
)]
pub(super) async fn delete_export(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let done = exports::delete(state.app(), &caller, &id).await.map_err(problem)?;
    done.map(|()| StatusCode::NO_CONTENT).ok_or_else(absent)
}
