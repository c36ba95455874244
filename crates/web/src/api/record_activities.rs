//! `POST /v1/activities`: one activity, an array, or lines.

use std::collections::BTreeMap;

use activity::limits::FieldError;
use app::import::mapping::{self, Mapping};
use app::ingest::{self, Idempotency, ItemResult, RecordError, Submission};
use app::integrity;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::answers::Changing;
use super::batch::{self, Layout, Parsed};
use super::body::{self, Held, Share};
use super::query::Params;
use crate::AppState;
use crate::problem::{FieldProblem, Problem, sentence};
use crate::shell::{FromReporter, idempotency_key};

/// Bodies up to this size are read on the spot; larger ones where they hold up nobody.
const ON_THE_SPOT: usize = 16 * 1024;

/// What became of the items, in the order sent.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RecordedBody {
    /// One result an item.
    items: Vec<ItemBody>,
    /// How many were recorded by this request.
    recorded: usize,
    /// How many had been recorded before.
    duplicates: usize,
    /// How many were refused.
    refused: usize,
    /// With `wait=checkpoint`: a signed checkpoint of the log with these activities in it, as a receipt. Absent if none could
    /// be made just now; they are recorded all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<String>,
}

/// What became of one item.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ItemBody {
    /// 202 recorded, 200 recorded before, 400 refused.
    status: u16,
    /// The activity's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// With `lenient=true`: JSON pointers to what was too long and was shortened. The activity says so too, in its
    /// metadata under `whodid.shortened`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shortened: Vec<String>,
}

/// Records activities.
///
/// Send one JSON object, a JSON array, or one object a line (`application/x-ndjson`), plain or compressed with gzip
/// or zstd. What is answered with 202 is durable and visible to every reader. Each item is judged for itself.
///
/// What is reported is *claimed*: it carries its reporter in `recorded_by`, and never counts for anybody's last log-in,
/// lockout or known devices here. An API key reports for the applications it was given (an item without `application`
/// gets the key's only one); a registered application reports with its own key, for itself. Refused are types that only
/// this installation causes (`only_this_installation`; see `only_here` of `GET /v1/activity-types`), applications of
/// others (`not_your_application`), and ids or names of this installation that the reporter was not given
/// (`not_yours`). Whoever did it is somebody of the reporting system: `by.kind` `administrator` and `member` are kept
/// as `person`, and `system` is that system.
///
/// A source that numbers its events sends `sequence`, each one more than the one before, with `source` where there are
/// several (each process, host or database its own), and with another `epoch` each time its numbers begin anew. What never
/// came and how late the rest was is then at `GET /v1/integrity/sources` and under *Integrity*. A number is no part of the
/// activity, and repeats nothing: send an `external_id` for that. Only an item that was refused leaves a gap.
#[utoipa::path(
    post, path = "/v1/activities", tag = "Activities", operation_id = "recordActivities",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Repeating a request with the same key and body records nothing twice, for 24 hours."),
        ("strict" = Option<bool>, Query, description = "One refused item refuses the whole request: nothing is recorded."),
        ("lenient" = Option<bool>, Query, description = "Texts that are too long are shortened instead of refused, and the item says which. Ids, usernames and addresses are never shortened."),
        ("mapping" = Option<String>, Query, pattern = "^[a-z0-9_]{1,40}$", description = "The items are events of another product, such as `okta` or `github`, which the mapping of this name makes activities of; `whodid mapping list` lists them. Without it, the one that the key was made with; `none` for activities all the same. Each event is kept as it came beside what is read of it."),
        ("import" = Option<u32>, Query, minimum = 1, maximum = 2147483647, description = "The items are a part of this import, which this key began with `POST /v1/imports` and did not end."),
        ("mark" = Option<String>, Query, pattern = "^[!-~]{1,200}$", description = "With `import`: how far that has come, in your own words. `POST /v1/imports` says the last one, so that you can go on from there."),
        ("wait" = Option<String>, Query, pattern = "^checkpoint$", description = "`checkpoint`: the answer holds a signed checkpoint of the log with these activities in it, as a receipt."),
    ),
    request_body(description = "One activity, an array of them, or one a line.", content(
        (super::openapi::NewActivities = "application/json"), (String = "application/x-ndjson"),
    )),
    responses(
        (status = 202, description = "At least one item is recorded.", body = RecordedBody),
        Changing
    ),
    security(("key" = ["activities:write"]), ("application" = [])),
)]
pub(super) async fn record_activities(
    State(state): State<AppState>,
    FromReporter(reporter): FromReporter,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    // The share is held until what was read is committed: it counts what the log holds of the body as well.
    let ways = Ways::of(&head.uri, reporter.mapping())?;
    let reporter = match ways.import {
        Some(import) => app::import::part_of(state.app(), reporter, import.into()).await?,
        None => reporter,
    };
    let mark = ways.mark.clone();
    let (mut submission, _share) = submission(&state, &head.headers, &ways, body).await?;
    submission.mark = mark;
    let reporter = match ways.mapping {
        Some(_) => reporter.by_mapping(),
        None => reporter,
    };
    let recorded = ingest::record(state.app(), &reporter, submission)
        .await
        .map_err(refusal)?;
    let checkpoint = match ways.wait {
        None => None,
        // Made after they were recorded, and so of a log that holds them.
        Some(Wait::Checkpoint) => integrity::checkpoint_now(state.app()).await.ok(),
    };
    answer(recorded, checkpoint)
}

/// Instead of a mapping's name: the items are activities, whatever the key's mapping is.
const NO_MAPPING: &str = "none";

/// How strictly items are taken.
struct Ways {
    strict: bool,
    lenient: bool,
    mapping: Option<&'static Mapping>,
    import: Option<u32>,
    mark: Option<String>,
    wait: Option<Wait>,
}

/// What an answer waits for besides that the activities are durable.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wait {
    Checkpoint,
}

impl Ways {
    /// By the parameters of a request, whose reporter has this mapping where it names none.
    fn of(uri: &Uri, usual: Option<&str>) -> Result<Self, Problem> {
        let params = Params::read(uri, &["strict", "lenient", "mapping", "import", "mark", "wait"])?;
        let mapping = params.get("mapping").or(usual).filter(|name| *name != NO_MAPPING);
        Ok(Self {
            strict: params.flag("strict")?,
            lenient: params.flag("lenient")?,
            mapping: mapping.map(mapping_of).transpose()?,
            import: params.get("import").map(import_of).transpose()?,
            mark: params.get("mark").map(mark_of).transpose()?,
            wait: params.word("wait")?,
        })
    }
}

fn mapping_of(name: &str) -> Result<&'static Mapping, Problem> {
    mapping::find(name).ok_or_else(|| {
        let known = mapping::NAMES.join(", ");
        Params::wrong(
            "mapping",
            format!("There is no mapping of the name `{name}`. There are: {known}; and `{NO_MAPPING}`."),
        )
    })
}

fn import_of(text: &str) -> Result<u32, Problem> {
    let number = text.parse::<u32>().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Params::wrong("import", "Give the number of an import that `POST /v1/imports` began."))
}

fn mark_of(text: &str) -> Result<String, Problem> {
    let is_mark = (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let wrong = || Params::wrong("mark", "A mark has 1 to 200 visible ASCII characters.");
    is_mark.then(|| text.to_owned()).ok_or_else(wrong)
}

async fn submission(
    state: &AppState,
    headers: &HeaderMap,
    ways: &Ways,
    body: Body,
) -> Result<(Submission, Share), Problem> {
    let limits = &state.settings().limits;
    let layout = Layout::of(headers)?;
    let key = idempotency_key(headers).map_err(Problem::bad_request)?;
    let Held { bytes, share } = body::read(headers, body, limits.batch_bytes, state.budget()).await?;
    let (now, most) = (state.app().now(), limits.batch_items);
    let (strict, lenient, mapping) = (ways.strict, ways.lenient, ways.mapping);
    let work = move || -> Result<(Submission, Share), Problem> {
        let Parsed {
            items,
            shortened,
            numbered,
            ..
        } = match mapping {
            Some(mapping) => batch::parse_mapped(&bytes, (layout, mapping), most, now)?,
            None => batch::parse(&bytes, (layout, lenient), most, now)?,
        };
        let idempotency = key.map(|key| Idempotency {
            key,
            fingerprint: Sha256::digest(&bytes).into(),
        });
        let submission = Submission {
            items,
            shortened,
            numbered,
            strict,
            idempotency,
            mark: None,
        };
        Ok((submission, share))
    };
    match headers_say_small(headers) {
        true => work(),
        false => tokio::task::spawn_blocking(work).await.map_err(Problem::unavailable)?,
    }
}

fn headers_say_small(headers: &HeaderMap) -> bool {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    !headers.contains_key(header::CONTENT_ENCODING) && length.is_some_and(|length| length <= ON_THE_SPOT)
}

fn refusal(error: RecordError) -> Problem {
    let text = sentence(&error.to_string());
    match error {
        RecordError::Strict(refused) => strictly_refused(refused),
        RecordError::KeyReused => Problem::key_reused(text),
        RecordError::Over => Problem::conflict(text),
        RecordError::TooMany { .. } => Problem::too_large(text),
        RecordError::Unavailable(cause) => Problem::unavailable(cause),
    }
}

fn answer(recorded: ingest::Recorded, checkpoint: Option<String>) -> Result<Response, Problem> {
    let mut body = RecordedBody {
        items: Vec::with_capacity(recorded.items.len()),
        recorded: 0,
        duplicates: 0,
        refused: 0,
        checkpoint,
    };
    let mut shortened = recorded.shortened;
    for (place, item) in recorded.items.into_iter().enumerate() {
        let (status, id, errors) = match item {
            ItemResult::Recorded(seq) => (StatusCode::ACCEPTED, Some(seq), Vec::new()),
            ItemResult::Duplicate(seq) => (StatusCode::OK, Some(seq), Vec::new()),
            ItemResult::Refused(errors) => (StatusCode::BAD_REQUEST, None, errors),
        };
        match status {
            StatusCode::ACCEPTED => body.recorded += 1,
            StatusCode::OK => body.duplicates += 1,
            _ => body.refused += 1,
        }
        let errors = errors.into_iter().map(FieldProblem::from).collect();
        body.items.push(ItemBody {
            status: status.as_u16(),
            id,
            errors,
            shortened: shortened.remove(&place).unwrap_or_default(),
        });
    }
    if body.refused == body.items.len() {
        return Err(all_refused(body.items));
    }
    let bytes = serde_json::to_vec(&body).map_err(Problem::internal)?;
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let mut response = (StatusCode::ACCEPTED, kind, bytes).into_response();
    if recorded.replayed {
        response
            .headers_mut()
            .insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// A problem with the errors of the items that were refused, each pointer beginning with the item's place; at most a
/// hundred of them.
fn strictly_refused(refused: BTreeMap<usize, Vec<FieldError>>) -> Problem {
    let count = refused.len();
    let errors = refused.into_iter().flat_map(|(place, errors)| {
        errors.into_iter().map(move |error| FieldProblem {
            pointer: format!("/{place}{}", error.pointer),
            ..FieldProblem::from(error)
        })
    });
    let detail = format!(
        "Of the activities {count} were refused, and so, with `strict=true`, was the request: nothing is recorded. \
         See `errors`."
    );
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_activity",
        "Nothing could be recorded",
        detail,
    )
    .with_errors(errors.take(100).collect())
}

/// A problem with the errors of all items, each pointer beginning with the item's place; at most a hundred of them.
fn all_refused(items: Vec<ItemBody>) -> Problem {
    let count = items.len();
    let single = count == 1;
    let errors = items
        .into_iter()
        .enumerate()
        .flat_map(|(place, item)| {
            item.errors.into_iter().map(move |error| match single {
                true => error,
                false => FieldProblem {
                    pointer: format!("/{place}{}", error.pointer),
                    ..error
                },
            })
        })
        .take(100)
        .collect();
    let detail = match single {
        true => "The activity was refused; nothing is recorded. See `errors`.".to_owned(),
        false => format!("All {count} activities were refused; nothing is recorded. See `errors`."),
    };
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_activity",
        "Nothing could be recorded",
        detail,
    )
    .with_errors(errors)
}
