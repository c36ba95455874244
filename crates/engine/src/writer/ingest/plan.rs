//! What a group of requests becomes, decided before anything is written: new, earlier, answered before, in conflict.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use activity::{Facts, Time};
use proof::Hash;
use store::Read;
use store::log::external_id::{self, Digest};
use store::log::{idempotency, import};

use super::prepare::{Ledger, Prepared};
use super::{IngestResult, answer};
use crate::writer::append::BatchRow;
use crate::{LogError, batch};

/// What a request becomes.
#[derive(Debug)]
pub(super) enum Decision {
    /// Its activities, one slot each.
    Taken(Vec<Slot>),
    /// The answer given before.
    Answered(IngestResult),
    /// The same as an earlier request of this group.
    SameAs(usize),
    /// Its `Idempotency-Key` belongs to another body.
    Conflict,
    /// The import that it is a part of is over.
    Over,
}

/// What an activity becomes; offsets count from the first seq this group is given.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    /// A new activity.
    New(u64),
    /// One that this group brought already.
    Twin(u64),
    /// One that is in the log.
    Earlier(u64),
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) decisions: Vec<Decision>,
    pub(super) rows: Vec<BatchRow>,
    /// Digest, offset, and whether it is kept for good.
    pub(super) external: Vec<(Digest, u64, Option<Ledger>)>,
}

impl Plan {
    /// Looks up what is remembered and decides. The group's requests with a row of their own come last.
    pub(super) async fn make(read: &mut Read, group: &[&Prepared], now: Time) -> Result<Self, LogError> {
        let mut answered = answered(read, group, now).await?;
        refuse_over(read, group, &mut answered).await?;
        let open = group
            .iter()
            .zip(&answered)
            .filter(|(_, decision)| decision.is_none())
            .map(|(request, _)| *request);
        let digests: Vec<Digest> = open
            .flat_map(|request| request.external.iter().flatten().copied())
            .collect();
        let known = external_id::find(read, &digests, now).await?;
        let mut writer = Writer {
            plan: Self::default(),
            known,
            brought: HashMap::new(),
            joint: Vec::new(),
            next: 0,
        };
        for (request, answered) in group.iter().zip(answered) {
            let decision = match answered {
                Some(decision) => decision,
                None => Decision::Taken(writer.take(request)?),
            };
            writer.plan.decisions.push(decision);
        }
        writer.flush()?;
        Ok(writer.plan)
    }

    /// Whether there is anything to write.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

struct Writer<'a> {
    plan: Plan,
    known: HashMap<Digest, u64>,
    brought: HashMap<Digest, u64>,
    /// Activities of small requests, to share a hot batch.
    joint: Vec<(&'a Prepared, usize)>,
    next: u64,
}

impl<'a> Writer<'a> {
    fn take(&mut self, request: &'a Prepared) -> Result<Vec<Slot>, LogError> {
        let slots: Vec<Slot> = request
            .external
            .iter()
            .map(|digest| self.slot(*digest, request.ledger))
            .collect();
        let is_new = |slot: &Slot| matches!(slot, Slot::New(_));
        match &request.packed {
            Some(packed) if slots.iter().all(is_new) => {
                self.flush()?;
                self.plan.rows.extend(BatchRow::of(packed.clone(), &request.leaves));
            }
            _ => {
                let new = slots.iter().enumerate().filter(|(_, slot)| is_new(slot));
                self.joint.extend(new.map(|(i, _)| (request, i)));
            }
        }
        Ok(slots)
    }

    fn slot(&mut self, digest: Option<Digest>, ledger: Option<Ledger>) -> Slot {
        let offset = self.next;
        if let Some(digest) = digest {
            if let Some(seq) = self.known.get(&digest) {
                return Slot::Earlier(*seq);
            }
            if let Some(offset) = self.brought.get(&digest) {
                return Slot::Twin(*offset);
            }
            self.brought.insert(digest, offset);
            self.plan.external.push((digest, offset, ledger));
        }
        self.next += 1;
        Slot::New(offset)
    }

    /// Packs what is gathered, so that rows stay in the order of offsets.
    fn flush(&mut self) -> Result<(), LogError> {
        let joint = std::mem::take(&mut self.joint);
        if joint.is_empty() {
            return Ok(());
        }
        let facts: Vec<&Facts> = joint.iter().map(|(request, i)| &request.facts[*i]).collect();
        let leaves: Vec<Hash> = joint.iter().map(|(request, i)| request.leaves[*i]).collect();
        self.plan.rows.extend(BatchRow::of(batch::pack(&facts)?, &leaves));
        Ok(())
    }
}

/// Decides of what is a part of an import that is over. Guarantee: nothing is recorded of one that was undone, because one
/// transaction writes at a time, and this is asked in it.
async fn refuse_over(read: &mut Read, group: &[&Prepared], decisions: &mut [Option<Decision>]) -> Result<(), LogError> {
    let mut goes_on: HashMap<u64, bool> = HashMap::new();
    for (request, decision) in group.iter().zip(decisions) {
        let (Some(part), None) = (&request.part, &decision) else {
            continue;
        };
        let goes_on = match goes_on.entry(part.import) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => *unknown.insert(import::goes_on(read, part.import).await?),
        };
        if !goes_on {
            *decision = Some(Decision::Over);
        }
    }
    Ok(())
}

/// The decisions that an `Idempotency-Key` decides.
async fn answered(read: &mut Read, group: &[&Prepared], now: Time) -> Result<Vec<Option<Decision>>, LogError> {
    let mut first: HashMap<(&str, &str), usize> = HashMap::new();
    let mut decisions = Vec::with_capacity(group.len());
    for (i, request) in group.iter().enumerate() {
        let Some(asked) = &request.idempotency else {
            decisions.push(None);
            continue;
        };
        if let Some(earlier) = first.get(&(asked.scope.as_str(), asked.key.as_str())) {
            let same = group[*earlier].idempotency.as_ref().map(|of| of.fingerprint) == Some(asked.fingerprint);
            decisions.push(Some(if same {
                Decision::SameAs(*earlier)
            } else {
                Decision::Conflict
            }));
            continue;
        }
        decisions.push(match idempotency::find(read, &asked.scope, &asked.key, now).await? {
            None => {
                first.insert((&asked.scope, &asked.key), i);
                None
            }
            Some(given) if given.fingerprint == asked.fingerprint => {
                Some(Decision::Answered(answer::decode(&given.result)?))
            }
            Some(_) => Some(Decision::Conflict),
        });
    }
    Ok(decisions)
}
