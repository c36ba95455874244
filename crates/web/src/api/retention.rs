//! `GET /v1/retention`: how long activities are kept, and what was removed.

use activity::Heading;
use activity::Time;
use app::retention::{self, RetentionRun};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::answers::Reading;
use crate::AppState;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Policy, Route, Scope};

#[derive(OpenApi)]
#[openapi(
    paths(get),
    components(schemas(RetentionBody)),
    tags((name = "Retention", description = "How long activities are kept, by when the log recorded them. What is removed loses its values and keeps its place in the log's tree."))
)]
pub(super) struct Document;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/v1/retention", Policy::Key(Scope::Read), get)]
}

/// How long activities are kept.
#[derive(Serialize, ToSchema)]
#[schema(as = Retention)]
struct RetentionBody {
    /// Each kind of activities, in the order of pages.
    data: Vec<RuleBody>,
    /// The newest runs, newest first; `null` to whom may not read everything.
    runs: Option<Vec<RunBody>>,
}

/// How long one kind of activities is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = RetentionRule)]
struct RuleBody {
    /// Which, such as `user` or `others`.
    heading: &'static str,
    /// What pages call it.
    title: &'static str,
    /// For how many days after the log recorded them; `null` is for ever.
    days: Option<u32>,
    /// What the log recorded before was removed, but for what is on hold; `null` where nothing was.
    #[schema(value_type = Option<String>, format = DateTime)]
    kept_since: Option<Time>,
}

/// What was removed at once.
#[derive(Serialize, ToSchema)]
#[schema(as = RetentionRun)]
struct RunBody {
    /// Its number, from 1.
    id: u64,
    /// When it was decided; from then on nothing shows what went.
    #[schema(value_type = String, format = DateTime)]
    decided_at: Time,
    /// When nothing of it was left in any file; `null` while something may be.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Time>,
    /// Id of who asked for it; `null` where it was due by the rules.
    by: Option<String>,
    /// What went because it had been kept long enough.
    removals: Vec<RemovalBody>,
    /// The import that went as a whole; `null` where it was not an import's undoing.
    import: Option<ImportRemovalBody>,
}

/// An import that was taken out of the log as a whole.
#[derive(Serialize, ToSchema)]
#[schema(as = RetentionImport)]
struct ImportRemovalBody {
    /// Its number.
    id: u64,
    /// How many activities went.
    removed: u64,
    /// Why.
    reason: String,
}

/// What went of one kind of activities.
#[derive(Serialize, ToSchema)]
#[schema(as = RetentionRemoval)]
struct RemovalBody {
    /// Which.
    heading: &'static str,
    /// What the log recorded before went.
    #[schema(value_type = String, format = DateTime)]
    before: Time,
    /// How many activities went.
    removed: u64,
    /// How many stayed because they are on hold.
    held: u64,
}

/// How long activities are kept, since when they are there, and what was removed.
#[utoipa::path(
    get, path = "/v1/retention", tag = "Retention", operation_id = "getRetention",
    responses((status = 200, description = "The rules, and what they removed.", body = RetentionBody), Reading),
    security(("key" = ["activities:read"])),
)]
async fn get(State(state): State<AppState>, ApiCaller(caller): ApiCaller) -> Result<Json<RetentionBody>, Problem> {
    let known = retention::known(state.app(), &caller).await?;
    let rule = |heading: Heading| RuleBody {
        heading: heading.word(),
        title: heading.title(),
        days: known.rules.keep(heading).days(),
        kept_since: known.kept_since.get(&heading).copied(),
    };
    Ok(Json(RetentionBody {
        data: Heading::ALL.map(rule).into(),
        runs: known.runs.map(|runs| runs.into_iter().map(run).collect()),
    }))
}

fn run(of: RetentionRun) -> RunBody {
    let removals = of.removals.iter().map(|removal| RemovalBody {
        heading: removal.cut.heading.word(),
        before: removal.cut.before,
        removed: removal.removed,
        held: removal.held,
    });
    RunBody {
        id: of.id,
        decided_at: of.begun_at,
        finished_at: of.finished_at,
        removals: removals.collect(),
        import: of.import.map(|of| ImportRemovalBody {
            id: of.id,
            removed: of.removed,
            reason: of.reason,
        }),
        by: of.by.map(|(id, _)| id),
    }
}
