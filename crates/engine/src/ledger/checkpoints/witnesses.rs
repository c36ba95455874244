//! Asking witnesses to cosign checkpoints, and what is kept of their answers. Owns that none of them can hold the log up,
//! whatever it answers; that of a log which one of them knows to be longer, or another, is told. How a request travels is
//! the courier's.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use proof::{AddCheckpoint, Answer, AnswerError, Signature, SignedCheckpoint, read_answer};
use store::Tx;
use store::log::witness::{self as table, WitnessRow};
use store::log::{Head, checkpoint as kept};
use tokio::time::{sleep, timeout};

use super::Signer;
use crate::witness::{Courier, Witness};
use crate::{LogError, ledger::Ledger};

/// How often a witness is asked at most.
const PACE: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 5_000 });
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_millis(if cfg!(test) { 100 } else { 600_000 });
/// How long a start waits for witnesses, all together.
const START_PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 500 } else { 5_000 });
/// How often a witness may say that it cosigned another size last, before it is thought to make fun of us.
const CORRECTIONS: u32 = 3;
/// The status of a proof that fails.
const UNPROCESSABLE: u16 = 422;

/// Who is asked, and by what.
#[derive(Debug)]
pub(crate) struct Witnesses {
    pub(crate) all: Vec<Witness>,
    pub(crate) courier: Arc<dyn Courier>,
}

/// What is known of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessState {
    /// Its name.
    pub name: String,
    /// Where it is asked.
    pub url: String,
    /// Its public key.
    pub vkey: String,
    /// What it cosigned last, and what is wrong.
    pub row: WitnessRow,
}

/// What a witness answered that is of use.
#[derive(Debug)]
pub(super) enum Told {
    /// It cosigned.
    Cosigned(Signature),
    /// It cosigned a tree of so many that this log does not begin with.
    Contradicts { known: u64 },
}

/// What a witness answered, or why it is of no use.
pub(super) type Heard = Result<Told, String>;

/// What a witness answered about a checkpoint at the start.
pub(super) struct First<'a> {
    pub(super) witness: &'a Witness,
    pub(super) about: SignedCheckpoint,
    pub(super) heard: Heard,
    /// The size of the tree that keeps the log from being served.
    pub(super) contradicts: Option<u64>,
}

impl First<'_> {
    /// Why a log of `size` is not to be served, if the witness says so.
    pub(super) fn refusal(&self, size: u64) -> Option<LogError> {
        let witness = self.witness.key().name().to_string();
        self.contradicts
            .map(|known| LogError::Witnessed { known, size, witness })
    }
}

impl Ledger {
    /// Asks every witness about the log as it is now, before anything is recorded: none is waited for long.
    pub(super) async fn ask_first(&self, signer: &Signer, head: &Head) -> Result<Vec<First<'_>>, LogError> {
        let Some(witnesses) = self.checkpoints.witnesses.get().filter(|_| head.size > 0) else {
            return Ok(Vec::new());
        };
        let about = self.signed(signer, head, self.shared.clock().now()).await?;
        let asked = witnesses
            .all
            .iter()
            .map(|witness| self.first(witnesses, witness, &about));
        join_all(asked).await.into_iter().collect()
    }

    async fn first<'a>(
        &self,
        by: &'a Witnesses,
        witness: &'a Witness,
        about: &SignedCheckpoint,
    ) -> Result<First<'a>, LogError> {
        let known = self.row(witness).await?;
        let asking = self.ask(by, witness, about, known.size);
        let late = || Err(format!("it did not answer within {} seconds", START_PATIENCE.as_secs()));
        let heard = timeout(START_PATIENCE, asking).await.unwrap_or_else(|_| late());
        let name = witness.key().name();
        let contradicts = match &heard {
            Ok(Told::Contradicts { known: size }) => Some(*size).filter(|size| known.accepted < Some(*size)),
            Ok(Told::Cosigned(_)) => None,
            Err(why) => {
                tracing::warn!(witness = %name, why, "a witness could not be asked whether this log is as long as it was");
                None
            }
        };
        if let (Ok(Told::Contradicts { known }), None) = (&heard, contradicts) {
            tracing::warn!(
                witness = %name, known,
                "a witness knows another log than this one, with which somebody decided to go on"
            );
        }
        Ok(First {
            witness,
            about: about.clone(),
            heard,
            contradicts,
        })
    }

    /// Keeps that somebody decided to go on although the witness knows another tree.
    pub(super) async fn accept_in(tx: &mut Tx, first: &First<'_>) -> Result<(), LogError> {
        let vkey = first.witness.key().to_string();
        let mut row = table::get(tx, &vkey).await?.unwrap_or_default();
        row.accepted = row.accepted.max(first.contradicts);
        Ok(table::put(tx, &vkey, &row).await?)
    }

    /// Asks a witness about the checkpoint, with a proof from the size that it is thought to have cosigned last, or from the
    /// one that it says.
    async fn ask(&self, by: &Witnesses, witness: &Witness, about: &SignedCheckpoint, from: u64) -> Heard {
        let size = about.unverified().size();
        let (mut old, keys) = (from.min(size), std::slice::from_ref(witness.key()));
        for _ in 0..CORRECTIONS {
            let proof = async { self.reader.tree().await?.consistency(old, size).await };
            let proof = proof
                .await
                .map_err(|why| format!("no proof could be made for it: {why}"))?;
            let request = AddCheckpoint {
                old,
                proof,
                checkpoint: about.clone(),
            };
            let reply = by.courier.post(&witness.add_checkpoint(), request.to_string()).await?;
            match read_answer(reply.status, &reply.body, about, keys) {
                Ok(Answer::Cosigned(mut cosigned)) => match cosigned.pop() {
                    Some(cosigned) => return Ok(Told::Cosigned(cosigned.signature)),
                    None => return Err(AnswerError::Unknown.to_string()),
                },
                Ok(Answer::Conflict { size: known }) if known > size || (known == old && old == size) => {
                    return Ok(Told::Contradicts { known });
                }
                Ok(Answer::Conflict { size: known }) if known == old => {
                    return Err(format!(
                        "it says that it cosigned {known} last, which is what it was asked from"
                    ));
                }
                Ok(Answer::Conflict { size: known }) => old = known,
                // It was shown that the log begins with the tree of that size, which is not the one that it cosigned.
                Err(AnswerError::Refused(UNPROCESSABLE)) if old > 0 => return Ok(Told::Contradicts { known: old }),
                Err(why) => return Err(why.to_string()),
            }
        }
        Err("each time that it is asked it says that it cosigned another size last".to_owned())
    }

    /// Keeps what a witness answered about this checkpoint. That it stopped or began again to cosign is told once.
    pub(super) async fn take_note(
        &self,
        witness: &Witness,
        about: &SignedCheckpoint,
        heard: Heard,
    ) -> Result<(), LogError> {
        let (now, size) = (self.shared.clock().now(), about.unverified().size());
        // What is kept of the checkpoint changes here and where one is made.
        let _making = self.checkpoints.making.lock().await;
        let mut tx = self.shared.store().begin().await?;
        let vkey = witness.key().to_string();
        let before = table::get(&mut tx, &vkey).await?.unwrap_or_default();
        let mut row = before.clone();
        let mut newest = None;
        match heard {
            Ok(Told::Cosigned(new)) => {
                newest = self.cosigned_in(&mut tx, about, &new).await?;
                let mut note = about.clone();
                // With it alone, which always fits where the log's own signatures do.
                note.add(new).map_err(|why| LogError::Damaged(why.to_string()))?;
                (row.size, row.cosigned_at, row.note) = (size, Some(now), Some(note.to_string()));
                (row.trouble, row.troubled_since, row.contradicts) = (None, None, None);
            }
            Ok(Told::Contradicts { known }) => row.wrong(now, contradiction(known, size), Some(known)),
            Err(why) => row.wrong(now, why, None),
        }
        if row != before {
            table::put(&mut tx, &vkey, &row).await?;
        }
        tx.commit().await?;
        if let Some(newest) = newest {
            self.checkpoints.newest.send_replace(Some(Arc::new(newest)));
        }
        tell(witness, &before, &row);
        Ok(())
    }

    /// Adds the signature to what is kept of the checkpoint; the newest with it, if that is the one.
    async fn cosigned_in(
        &self,
        tx: &mut Tx,
        about: &SignedCheckpoint,
        new: &Signature,
    ) -> Result<Option<SignedCheckpoint>, LogError> {
        let size = about.unverified().size();
        let of_size = kept::of_size(tx, size).await?;
        let of_size = of_size.and_then(|kept| SignedCheckpoint::parse(kept.note.as_bytes()).ok());
        let Some(mut checkpoint) = of_size.filter(|kept| kept.unverified() == about.unverified()) else {
            return Ok(None);
        };
        if let Err(why) = checkpoint.renew(new.clone()) {
            tracing::warn!(%why, "a cosignature could not be added to its checkpoint");
            return Ok(None);
        }
        kept::replace_note(tx, size, &checkpoint.to_string()).await?;
        let newest = self.checkpoints.newest.borrow().clone();
        let is_newest = newest.is_some_and(|newest| newest.unverified() == checkpoint.unverified());
        Ok(Some(checkpoint).filter(|_| is_newest))
    }

    async fn row(&self, witness: &Witness) -> Result<WitnessRow, LogError> {
        let mut read = self.shared.store().glance().await?;
        Ok(table::get(&mut read, &witness.key().to_string())
            .await?
            .unwrap_or_default())
    }

    /// What is known of each witness, in the order of the settings.
    pub(crate) async fn witnesses(&self) -> Result<Vec<WitnessState>, LogError> {
        let mut states = Vec::new();
        for witness in self.checkpoints.witnesses.get().map_or(&[][..], |of| &of.all) {
            states.push(WitnessState {
                name: witness.key().name().to_string(),
                url: witness.url().to_owned(),
                vkey: witness.key().to_string(),
                row: self.row(witness).await?,
            });
        }
        Ok(states)
    }

    /// Asks this witness about the newest checkpoint whenever there is one that it did not cosign.
    async fn follow(&self, by: &Witnesses, witness: &Witness) {
        let mut newest = self.watch_checkpoints();
        let (mut pause, mut done) = (PACE, 0);
        loop {
            let next = newest.borrow_and_update().clone();
            let keys = std::slice::from_ref(witness.key());
            let waits = |next: &Arc<SignedCheckpoint>| {
                let cosigned = next.cosignatures(keys).is_ok_and(|found| !found.is_empty());
                next.unverified().size() > done && !cosigned
            };
            let Some(next) = next.filter(waits) else {
                if newest.changed().await.is_err() {
                    return;
                }
                continue;
            };
            let asked = async {
                let from = self.row(witness).await?.size;
                let heard = self.ask(by, witness, &next, from).await;
                let cosigned = matches!(heard, Ok(Told::Cosigned(_)));
                self.take_note(witness, &next, heard).await?;
                Ok::<_, LogError>(cosigned)
            };
            let cosigned = asked.await.unwrap_or_else(|error| {
                tracing::error!(%error, witness = %witness.key().name(), "what a witness answered could not be kept");
                false
            });
            if cosigned {
                (pause, done) = (PACE, next.unverified().size());
            } else {
                pause = LONGEST_PAUSE.min(pause * 2);
            }
            sleep(pause).await;
        }
    }
}

/// Asks all witnesses about each new checkpoint. Runs until it is dropped.
pub(crate) async fn run(ledger: Arc<Ledger>) {
    match ledger.checkpoints.witnesses.get() {
        Some(by) => drop(join_all(by.all.iter().map(|witness| ledger.follow(by, witness))).await),
        None => std::future::pending().await,
    }
}

/// Says what a witness's answer changed.
fn tell(witness: &Witness, before: &WitnessRow, now: &WitnessRow) {
    let name = witness.key().name();
    match (&now.trouble, now.contradicts) {
        (Some(why), Some(_)) if before.contradicts.is_none() => {
            tracing::error!(witness = %name, why, "a witness knows another log than this one");
        }
        (Some(why), None) if before.trouble.is_none() => {
            tracing::warn!(witness = %name, why, "a witness does not cosign; it is asked again, ever more seldom");
        }
        (None, _) if before.trouble.is_some() => {
            tracing::info!(witness = %name, size = now.size, "the witness cosigns again");
        }
        _ => {}
    }
}

/// That the witness cosigned another tree of `known`, where this log has `size`.
fn contradiction(known: u64, size: u64) -> String {
    if known > size {
        format!("it cosigned this log with {known} activities, and here it has only {size}")
    } else {
        format!("it cosigned other activities than the first {known} of this log")
    }
}
