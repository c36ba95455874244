//! One transaction for a group of requests, and each one's answer.

use std::sync::Arc;

use activity::{Activity, Time};
use store::log::external_id::Kept;
use store::log::idempotency::{self, Remembered};
use store::log::import::{self, Grown};
use store::log::{external_id, head, person_key};
use store::{StoreError, Tx};
use tokio::sync::oneshot;

use super::plan::{Decision, Plan, Slot};
use super::prepare::{Ledger, Prepared};
use super::{IngestError, IngestResult, Item, answer};
use crate::LogError;
use crate::keys::{self, Fresh, Key, Keys};
use crate::numbering::Arrivals;
use crate::writer::Writer;
use crate::writer::append::Placed;

/// How often a group is tried again when another node was first with one of its ids.
const ATTEMPTS: u32 = 4;

/// What is waiting to be committed.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) prepared: Prepared,
    pub(super) reply: oneshot::Sender<Result<IngestResult, IngestError>>,
    /// Its share of what may wait; given back with the answer.
    pub(super) _share: tokio::sync::OwnedSemaphorePermit,
}

type Answer = Result<IngestResult, IngestError>;

/// Commits a group and answers every request. If the group fails, each request is tried alone, so that one that the
/// database refuses does not take the others with it.
pub(super) async fn commit(writer: &Arc<Writer>, mut group: Vec<Request>) {
    group.sort_by_key(|request| request.prepared.packed.is_some());
    match attempt(writer, &mut group).await {
        Ok(answers) => answer_all(group, answers),
        Err(error) if group.len() == 1 || error.is_fatal() => {
            let answers = failures(error, group.len());
            answer_all(group, answers);
        }
        Err(error) => {
            tracing::warn!(%error, requests = group.len(), "a group commit failed; trying its requests alone");
            for request in group {
                let mut alone = vec![request];
                let answers = match attempt(writer, &mut alone).await {
                    Ok(answers) => answers,
                    Err(error) => vec![Err(error.into())],
                };
                answer_all(alone, answers);
            }
        }
    }
}

/// The same error for each of `n` requests. What is unknown of one is unknown of all: they are one transaction.
fn failures(error: LogError, n: usize) -> Vec<Answer> {
    let (text, unknown) = (error.to_string(), error.is_unknown());
    let again = || match unknown {
        true => StoreError::Unknown(text.clone()),
        false => StoreError::Failed(text.clone()),
    };
    let mut first = Some(error);
    let fail = || Err(first.take().unwrap_or_else(|| again().into()).into());
    std::iter::repeat_with(fail).take(n).collect()
}

fn answer_all(group: Vec<Request>, answers: Vec<Answer>) {
    for (request, answer) in group.into_iter().zip(answers) {
        // Whoever asked may have gone; what was recorded stays.
        drop(request.reply.send(answer));
    }
}

async fn attempt(writer: &Arc<Writer>, group: &mut [Request]) -> Result<Vec<Answer>, LogError> {
    for _ in 0..ATTEMPTS {
        if let Some(answers) = try_once(writer, group).await? {
            return Ok(answers);
        }
    }
    Err(StoreError::Busy(0).into())
}

/// `None` if another node was first with one of the ids; nothing is kept then.
async fn try_once(writer: &Arc<Writer>, group: &mut [Request]) -> Result<Option<Vec<Answer>>, LogError> {
    let now = writer.shared.by_what_passed();
    let mut tx = writer.shared.store().begin().await?;
    let fresh = settle_keys(writer, &mut tx, group).await?;
    let prepared: Vec<&Prepared> = group.iter().map(|request| &request.prepared).collect();
    let mut plan = Plan::make(&mut tx, &prepared, now).await?;
    let placed = if plan.is_empty() {
        Placed {
            seqs: 0..0,
            recorded_at: writer.shared.clock().now(),
        }
    } else {
        let facts = prepared.iter().flat_map(|request| &request.facts);
        let kinds = writer.new_kinds(facts);
        writer.place(&mut tx, std::mem::take(&mut plan.rows), kinds).await?
    };
    arrivals(&plan, &prepared).keep(&mut tx, placed.recorded_at).await?;
    grow(&mut tx, &plan, &prepared, placed.recorded_at).await?;
    let answers = answers(&plan, &placed);
    let made = Made {
        plan: &plan,
        placed: &placed,
        answers: &answers,
        now,
    };
    if !remember(writer, &mut tx, &prepared, made).await? {
        tx.rollback().await;
        return Ok(None);
    }
    let cache = Arc::clone(writer.shared.keys());
    tx.on_commit(move || cache.put(fresh));
    let started = std::time::Instant::now();
    tx.commit().await?;
    metrics::histogram!("whodid_commit_seconds").record(started.elapsed().as_secs_f64());
    metrics::counter!("whodid_commits_total").increment(1);
    #[allow(clippy::cast_precision_loss)]
    metrics::histogram!("whodid_commit_activities").record((placed.seqs.end - placed.seqs.start) as f64);
    offer(writer, group, &plan, &placed);
    Ok(Some(answers))
}

/// Gives the group's new persons their keys; where another transaction was first with one, its key holds and the
/// leaves that name that person are made anew. So are those of requests whose keys may be destroyed since they were read.
async fn settle_keys(writer: &Arc<Writer>, tx: &mut Tx, group: &mut [Request]) -> Result<Fresh, LogError> {
    let erasures = head::erasures(tx).await?;
    let is_stale = |request: &Request| request.prepared.erasures != erasures;
    let fitting = group.iter().filter(|request| !is_stale(request));
    let mut proposed: Vec<(&str, Key)> = fitting
        .filter_map(|request| request.prepared.proposal.as_ref())
        .flat_map(|proposal| &proposal.keys)
        .map(|(person, key)| (person.as_str(), *key))
        .collect();
    proposed.sort_unstable();
    proposed.dedup_by_key(|(person, _)| *person);
    let mut held = Keys::new();
    if !proposed.is_empty() {
        let since = head::position(tx).await?.size;
        person_key::ensure(tx, &proposed, since).await?;
        let people: Vec<&str> = proposed.iter().map(|(person, _)| *person).collect();
        held = person_key::load(tx, &people).await?;
    }
    for request in group {
        let holds = |(person, key): &(String, Key)| held.get(person).is_some_and(|held| held.secret == *key);
        let is_settled = request
            .prepared
            .proposal
            .as_ref()
            .is_none_or(|all| all.keys.iter().all(holds));
        if is_settled && !is_stale(request) {
            continue;
        }
        let Prepared { facts, leaves, .. } = &mut request.prepared;
        let (known, _) = keys::ensure(tx, writer.shared.keys(), keys::people(&*facts), writer.shared.rng()).await?;
        *leaves = facts
            .iter()
            .map(|facts| keys::leaf(facts, &known))
            .collect::<Result<_, _>>()?;
    }
    Ok(Fresh {
        erasures,
        keys: held.into_iter().collect(),
    })
}

/// The numbers that came: of what is taken now, and of what was there under the same external id.
fn arrivals(plan: &Plan, prepared: &[&Prepared]) -> Arrivals {
    let mut arrivals = Arrivals::default();
    for (request, decision) in prepared.iter().zip(&plan.decisions) {
        let Decision::Taken(slots) = decision else { continue };
        for number in &request.numbers {
            if let Some(slot) = slots.get(number.place) {
                arrivals.add(number, matches!(slot, Slot::New(_)));
            }
        }
    }
    arrivals
}

/// Adds to imports what came of their parts. Guarantee: an import's row counts what the log holds of it, because both are
/// of one transaction.
async fn grow(tx: &mut Tx, plan: &Plan, prepared: &[&Prepared], now: Time) -> Result<(), LogError> {
    for (request, decision) in prepared.iter().zip(&plan.decisions) {
        let (Some(part), Decision::Taken(slots)) = (&request.part, decision) else {
            continue;
        };
        let mut grown = Grown {
            refused: part.refused,
            ..Grown::default()
        };
        for (slot, facts) in slots.iter().zip(&request.facts) {
            if !matches!(slot, Slot::New(_)) {
                grown.known += 1;
                continue;
            }
            grown.recorded += 1;
            let (first, last) = grown.spans.unwrap_or((facts.occurred_at, facts.occurred_at));
            grown.spans = Some((first.min(facts.occurred_at), last.max(facts.occurred_at)));
        }
        import::grow(tx, part.import, &grown, part.mark.as_deref(), now).await?;
    }
    Ok(())
}

fn answers(plan: &Plan, placed: &Placed) -> Vec<Answer> {
    let first = placed.seqs.start;
    let mut answers: Vec<Answer> = Vec::with_capacity(plan.decisions.len());
    for decision in &plan.decisions {
        let answer = match decision {
            Decision::Conflict => Err(IngestError::Conflict),
            Decision::Over => Err(IngestError::Over),
            Decision::Answered(result) => Ok(result.clone()),
            Decision::SameAs(i) => match &answers[*i] {
                Ok(result) => Ok(IngestResult {
                    replayed: true,
                    ..result.clone()
                }),
                Err(IngestError::Over) => Err(IngestError::Over),
                Err(_) => Err(IngestError::Conflict),
            },
            Decision::Taken(slots) => {
                let item = |slot: &Slot| match slot {
                    Slot::New(offset) => Item::Recorded { seq: first + offset },
                    Slot::Twin(offset) => Item::Duplicate { seq: first + offset },
                    Slot::Earlier(seq) => Item::Duplicate { seq: *seq },
                };
                let items = slots.iter().map(item).collect();
                Ok(IngestResult {
                    items,
                    recorded_at: placed.recorded_at,
                    replayed: false,
                })
            }
        };
        answers.push(answer);
    }
    answers
}

/// What a group came to.
struct Made<'a> {
    plan: &'a Plan,
    placed: &'a Placed,
    answers: &'a [Answer],
    /// The moment by what has passed.
    now: Time,
}

/// Remembers ids and answers; `false` if another node was first with one of them.
async fn remember(writer: &Writer, tx: &mut Tx, prepared: &[&Prepared], made: Made<'_>) -> Result<bool, LogError> {
    let Made { plan, answers, .. } = made;
    let within = made.now..writer.shared.remembers_until();
    let (first, until) = (made.placed.seqs.start, within.end);
    let id = |(digest, offset, ledger): &(_, u64, Option<Ledger>)| {
        let kept = ledger.map_or(Kept::Until(until), |Ledger(import)| Kept::ForGood(import));
        (*digest, first + offset, kept)
    };
    let ids: Vec<_> = plan.external.iter().map(id).collect();
    if external_id::remember(tx, &ids, within.start).await? != ids.len() as u64 {
        return Ok(false);
    }
    for ((request, decision), answer) in prepared.iter().zip(&plan.decisions).zip(answers) {
        let (Some(asked), Decision::Taken(_), Ok(result)) = (&request.idempotency, decision, answer) else {
            continue;
        };
        let given = Remembered {
            fingerprint: asked.fingerprint,
            result: answer::encode(result),
        };
        if !idempotency::remember(tx, &asked.scope, &asked.key, &given, &within).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Hands what was committed to the hot tail, decoded as it is.
fn offer(writer: &Writer, group: &mut [Request], plan: &Plan, placed: &Placed) {
    // Somebody may have been erased since.
    let is_stale = |request: &Request| request.prepared.erasures != writer.shared.keys().erasures();
    if group.iter().any(is_stale) {
        return;
    }
    // An activity is large to move, and all of them are again where a vector grows.
    let mut activities = Vec::with_capacity((placed.seqs.end - placed.seqs.start) as usize);
    for (request, decision) in group.iter_mut().zip(&plan.decisions) {
        let Decision::Taken(slots) = decision else { continue };
        for (facts, slot) in std::mem::take(&mut request.prepared.facts).into_iter().zip(slots) {
            if let Slot::New(offset) = slot {
                let seq = placed.seqs.start + offset;
                activities.push(Activity {
                    seq,
                    recorded_at: placed.recorded_at,
                    facts,
                });
            }
        }
    }
    writer.offer_all(activities);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_of_a_group_is_told_what_is_not_known() {
        let unknown = failures(StoreError::Unknown("fsync".to_owned()).into(), 3);
        let told = |answer: &Answer| matches!(answer, Err(IngestError::Unknown(_)));
        assert!(unknown.len() == 3 && unknown.iter().all(told));
        let refused = failures(StoreError::Failed("earlier".to_owned()).into(), 3);
        let nothing = |answer: &Answer| matches!(answer, Err(IngestError::Unavailable(_)));
        assert!(refused.len() == 3 && refused.iter().all(nothing));
    }
}
