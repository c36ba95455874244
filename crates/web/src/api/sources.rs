//! `GET /v1/integrity/sources`: sources that number their events, and what of each is missing.

use activity::Time;
use app::integrity::{self, Folded, Gap, Late, NamedNumbering, NumberingId};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::answers::Reading;
use super::list::{Listed, Paging};
use crate::AppState;
use crate::problem::Problem;
use crate::shell::{ApiCaller, Policy, Route, Scope};

#[derive(OpenApi)]
#[openapi(
    paths(list),
    components(schemas(SourceBody)),
    tags((name = "Sources", description = "What sources that number their events sent, and what of it never came."))
)]
pub(super) struct Document;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/v1/integrity/sources", Policy::Key(Scope::Read), list)]
}

/// One numbering of a source: a later one is of the same source with another `epoch`.
#[derive(Serialize, ToSchema)]
#[schema(as = Source)]
struct SourceBody {
    /// Whose source it is.
    of: SourceOfBody,
    /// What it is called there; empty where it is the only one.
    source: String,
    /// Which of its numberings this is; empty where it never begins anew.
    epoch: String,
    /// Whether a later numbering of the same source began.
    is_over: bool,
    /// When its first number came.
    #[schema(value_type = String, format = DateTime)]
    begun_at: Time,
    /// When its last one came.
    #[schema(value_type = String, format = DateTime)]
    heard_at: Time,
    /// The least number that came. Nothing below it is missing.
    lowest: u64,
    /// The greatest number that came.
    highest: u64,
    /// How many numbers between them did not come; where `folded` is there, at most.
    missing: u64,
    /// Which, lowest first, but for those in `folded`; at most 100.
    gaps: Vec<GapBody>,
    /// The lowest gaps, where there were too many to be listed; else `null`.
    folded: Option<FoldedBody>,
    /// Numbers that came after they were missed; `null` where none did.
    late: Option<LateBody>,
    /// Numbers that came again, each with another activity; `null` where none did.
    repeated: Option<RepeatedBody>,
}

/// Whose a source is.
#[derive(Serialize, ToSchema)]
#[schema(as = SourceOf)]
struct SourceOfBody {
    /// `application`: one that its reporters were given, each of which goes on with its numbers. `reporter`: an API key or an
    /// import, for all else that it reports.
    #[schema(pattern = "^(application|reporter)$")]
    kind: &'static str,
    /// The application's or reporter's id.
    id: String,
    /// What it is called now; empty where it is nothing of this installation.
    name: String,
}

/// Numbers that follow each other and did not come.
#[derive(Serialize, ToSchema)]
#[schema(as = Gap)]
struct GapBody {
    /// The first of them.
    first: u64,
    /// The last of them.
    last: u64,
    /// When a later number came without them.
    #[schema(value_type = String, format = DateTime)]
    since: Time,
}

/// Gaps that are not listed.
#[derive(Serialize, ToSchema)]
#[schema(as = FoldedGaps)]
struct FoldedBody {
    /// At most so many numbers are missing in them: of one that came since it is not known whether it was.
    most: u64,
    /// They end with this number.
    through: u64,
    /// Since when the first of them is missing.
    #[schema(value_type = String, format = DateTime)]
    since: Time,
}

/// Numbers that came after they were missed.
#[derive(Serialize, ToSchema)]
#[schema(as = LateArrivals)]
struct LateBody {
    /// How many.
    count: u64,
    /// When the last of them came.
    #[schema(value_type = String, format = DateTime)]
    last_at: Time,
    /// For how many milliseconds that one had been missing.
    last_by_ms: u64,
    /// For how many milliseconds any of them had been missing at most.
    most_by_ms: u64,
}

/// Numbers that came again.
#[derive(Serialize, ToSchema)]
#[schema(as = RepeatedNumbers)]
struct RepeatedBody {
    /// How many.
    count: u64,
    /// When one did last.
    #[schema(value_type = String, format = DateTime)]
    last_at: Time,
}

/// The sources that number their events. For administrators and auditors.
///
/// Of each numbering: how far it is, which numbers never came, and how late others did. Numbers are those that were sent as
/// `sequence` with activities, by `source` and `epoch`. Of the numberings of one application or reporter the 1,000 are kept that
/// were heard last.
#[utoipa::path(
    get, path = "/v1/integrity/sources", tag = "Sources", operation_id = "listSources",
    params(Paging),
    responses((status = 200, description = "One page of numberings.", body = Listed<SourceBody>), Reading),
    security(("key" = ["activities:read"])),
)]
async fn list(
    State(state): State<AppState>,
    ApiCaller(caller): ApiCaller,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let request = Paging::read(&uri)?.into();
    let page = integrity::sources(state.app(), &caller, &request).await?;
    Ok(Listed::<SourceBody>::of(page).answer(&uri))
}

impl From<NamedNumbering> for SourceBody {
    fn from(named: NamedNumbering) -> Self {
        let NamedNumbering {
            id,
            name,
            is_over,
            numbering,
        } = named;
        let missing = numbering.missing();
        let NumberingId { of, source, epoch } = id;
        let (kind, id) = of.parts();
        Self {
            of: SourceOfBody {
                kind,
                id: id.to_owned(),
                name,
            },
            source,
            epoch,
            is_over,
            begun_at: numbering.begun_at,
            heard_at: numbering.heard_at,
            lowest: numbering.lowest,
            highest: numbering.highest,
            missing,
            gaps: numbering.gaps.into_iter().map(gap).collect(),
            folded: numbering.folded.map(folded),
            late: numbering.late.map(late),
            repeated: numbering
                .repeated
                .map(|(count, last_at)| RepeatedBody { count, last_at }),
        }
    }
}

fn gap(Gap { first, last, since }: Gap) -> GapBody {
    GapBody { first, last, since }
}

fn folded(Folded { most, through, since }: Folded) -> FoldedBody {
    FoldedBody { most, through, since }
}

fn late(late: Late) -> LateBody {
    let ms = |micros: i64| micros.max(0).unsigned_abs() / 1_000;
    LateBody {
        count: late.count,
        last_at: late.at,
        last_by_ms: ms(late.by),
        most_by_ms: ms(late.most),
    }
}
