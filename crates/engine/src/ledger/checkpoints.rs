//! Checkpoints: what the log was at a size, signed. Owns when they are made, what is kept of them, and that the log never
//! goes on as a shorter or another one than a checkpoint that is known elsewhere says.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use activity::{By, Facts, Time};
use proof::{Checkpoint, Manifest, Origin, SignedCheckpoint, SigningKey, Statement, VerifyingKey};
use store::log::checkpoint::{self as table, Kept};
use store::log::{Head, LogKey, head, log_key};
use store::{Store, Tx};
use tokio::sync::{Mutex, watch};

use crate::LogError;
use crate::ledger::Ledger;
use crate::tasks::blocking;

pub(crate) mod witnesses;

use self::witnesses::{First, Witnesses};

/// How far a checkpoint is behind the log at most.
const BEHIND: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 1_000 });
/// For how long the key before a new one goes on signing.
pub const OVERLAP: i64 = 30 * Time::DAY;

/// Who signs checkpoints, and where the newest is kept besides.
#[derive(Debug)]
pub struct Signer {
    /// The name of the log.
    pub origin: Origin,
    /// Its keys, the newest first.
    pub keys: Vec<SigningKey>,
    /// A file outside the data that holds the newest checkpoint, so that older data cannot pass for newer.
    pub anchor: Option<PathBuf>,
}

/// What signing needs of one open log.
#[derive(Debug, Default)]
pub(crate) struct Checkpoints {
    signer: OnceLock<Signer>,
    witnesses: OnceLock<Witnesses>,
    newest: watch::Sender<Option<Arc<SignedCheckpoint>>>,
    /// Held while one is made.
    making: Mutex<()>,
    /// Held while the anchor is written, also by a thread whose task was cut off.
    anchoring: Arc<Mutex<()>>,
}

impl Signer {
    /// The checkpoint that the anchor holds, signed with a key of ours or one of these, which were used before.
    fn anchored(&self, before: &[LogKey]) -> Result<Option<Checkpoint>, LogError> {
        let Some(path) = &self.anchor else { return Ok(None) };
        let unsound = |why: String| LogError::Anchor {
            path: path.clone(),
            why,
        };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unsound(error.to_string())),
        };
        let checkpoint = SignedCheckpoint::parse(&bytes).map_err(|why| unsound(why.to_string()))?;
        let ours = self.keys.iter().map(|key| key.public().clone());
        let before = before.iter().filter_map(|key| key.vkey.parse::<VerifyingKey>().ok());
        let mut keys: Vec<VerifyingKey> = ours.collect();
        for key in before {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let checkpoint = checkpoint.verify(&self.origin, &keys);
        checkpoint
            .map(|found| Some(found.clone()))
            .map_err(|why| unsound(why.to_string()))
    }

    /// Puts the newest checkpoint into the anchor, whole or not at all.
    fn anchor(&self, checkpoint: &SignedCheckpoint) -> Result<(), LogError> {
        let Some(path) = &self.anchor else { return Ok(()) };
        let write = |path: &Path| {
            let mut unfinished = path.as_os_str().to_owned();
            unfinished.push(".new");
            let unfinished = PathBuf::from(unfinished);
            std::fs::write(&unfinished, checkpoint.to_string())?;
            std::fs::File::open(&unfinished)?.sync_all()?;
            std::fs::rename(&unfinished, path)
        };
        write(path).map_err(|error| LogError::Anchor {
            path: path.clone(),
            why: error.to_string(),
        })
    }
}

/// Refuses a log that is shorter than the checkpoint in the anchor says, whoever signed that: before anything of the log
/// is touched, and so before what an older database knows nothing of could be taken for what is left of a crash. A file
/// that holds no checkpoint is judged by who signs.
///
/// # Errors
/// [`LogError::RolledBack`]; if the store cannot be read.
pub async fn refuse_shorter(store: &Store, anchor: &Path) -> Result<(), LogError> {
    let bytes = std::fs::read(anchor).unwrap_or_default();
    let Ok(known) = SignedCheckpoint::parse(&bytes) else {
        return Ok(());
    };
    let (known, size) = (
        known.unverified().size(),
        head::position(&mut store.glance().await?).await?.size,
    );
    match known > size {
        true => Err(LogError::RolledBack {
            known,
            size,
            anchor: anchor.to_owned(),
        }),
        false => Ok(()),
    }
}

impl Ledger {
    /// Has these witnesses asked about every checkpoint, from [`Ledger::sign_with`] on.
    pub(crate) fn watched_by(&self, witnesses: Witnesses) -> Result<(), LogError> {
        let again = |_| LogError::Damaged("the log has its witnesses already".to_owned());
        self.checkpoints.witnesses.set(witnesses).map_err(again)
    }

    /// Whether there is a witness to ask.
    pub(crate) fn has_witnesses(&self) -> bool {
        let of = self.checkpoints.witnesses.get();
        of.is_some_and(|witnesses| !witnesses.all.is_empty())
    }

    /// Begins to sign: refuses a log that is older or another than the anchor or a witness says, unless `accept`; that is
    /// recorded, and so is every key but the first.
    pub(crate) async fn sign_with(self: &Arc<Self>, signer: Signer, accept: bool) -> Result<(), LogError> {
        let head = self.head().await?;
        let before = log_key::list(&mut self.shared.store().glance().await?).await?;
        let anchored = match signer.anchored(&before) {
            Err(error) if !accept => return Err(error),
            found => found.ok().flatten(),
        };
        let mut other = None;
        if let Some(known) = anchored
            && self.contradicts(&head, &known).await?
        {
            let anchor = signer.anchor.clone().unwrap_or_default();
            other = Some(LogError::RolledBack {
                known: known.size(),
                size: head.size,
                anchor,
            });
        }
        if let Some(error) = other.take_if(|_| !accept) {
            return Err(error);
        }
        let heard = self.ask_first(&signer, &head).await?;
        if let Some(error) = heard.iter().find_map(|first| first.refusal(head.size)) {
            other = other.or(Some(error));
        }
        if let Some(error) = other.take_if(|_| !accept) {
            return Err(error);
        }
        self.begin(&signer, &head, other, &heard).await?;
        if self.checkpoints.signer.set(signer).is_err() {
            return Err(LogError::Damaged("the log is signed already".to_owned()));
        }
        let checkpoint = self.checkpoint().await?;
        for First {
            witness, about, heard, ..
        } in heard
        {
            self.take_note(witness, &about, heard).await?;
        }
        if accept {
            // What was decided holds from now on, also where nothing is signed any more in this process.
            self.anchor(checkpoint).await?;
        }
        Ok(())
    }

    /// Records what is new of the keys, and that somebody went on with another log than is known elsewhere.
    async fn begin(
        &self,
        signer: &Signer,
        head: &Head,
        accepted: Option<LogError>,
        heard: &[First<'_>],
    ) -> Result<(), LogError> {
        let mut tx = self.shared.store().begin().await?;
        let mut facts = self.note_keys(&mut tx, signer, head.size).await?;
        if let Some(LogError::RolledBack { known, size, .. } | LogError::Witnessed { known, size, .. }) = accepted {
            let told = [("known", known), ("size", size)];
            facts.push(self.fact(
                "log.rollback_accepted",
                told.map(|(key, value)| (key, value.to_string())),
            ));
        }
        for first in heard.iter().filter(|first| first.contradicts.is_some()) {
            Self::accept_in(&mut tx, first).await?;
        }
        if !facts.is_empty() {
            self.writer.append(&mut tx, facts).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Whether the log is not the one that this checkpoint was made of, or is shorter. Where what is damaged keeps that from
    /// being told, it is not held against the log: damage is named for itself.
    async fn contradicts(&self, head: &Head, known: &Checkpoint) -> Result<bool, LogError> {
        if known.size() >= head.size {
            return Ok(known.size() > head.size || *known.root() != head.root);
        }
        match self.reader.tree().await?.root_at(known.size()).await {
            Ok(root) => Ok(root != *known.root()),
            Err(error @ (LogError::Volume(_) | LogError::Damaged(_))) => {
                tracing::error!(%error, size = known.size(), "the log cannot be held against its checkpoint");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps the keys that are new. The first ever is recorded nowhere: there was nothing it takes the place of.
    async fn note_keys(&self, tx: &mut Tx, signer: &Signer, size: u64) -> Result<Vec<Facts>, LogError> {
        let (known, now) = (log_key::list(tx).await?, self.shared.clock().now());
        let mut facts = Vec::new();
        for key in signer.keys.iter().rev() {
            let vkey = key.public().to_string();
            if known.iter().any(|known| known.vkey == vkey) {
                continue;
            }
            let new = LogKey {
                vkey: vkey.clone(),
                first_size: size,
                added_at: now,
                until: None,
            };
            log_key::insert(tx, &new).await?;
            log_key::retire_others(tx, &vkey, now.plus(OVERLAP)).await?;
            if !known.is_empty() {
                let name = format!("{}+{}", key.public().name(), key.public().id());
                facts.push(self.fact("log.key_rotated", [("key", name)]));
            }
        }
        Ok(facts)
    }

    fn fact<const N: usize>(&self, kind: &str, told: [(&str, String); N]) -> Facts {
        let mut facts = Facts::new(kind, self.shared.clock().now());
        facts.by = By::System;
        facts.metadata.extend(told.map(|(key, value)| (key.to_owned(), value)));
        facts
    }

    async fn head(&self) -> Result<Head, LogError> {
        let head = head::read(&mut self.shared.store().glance().await?).await?;
        head.ok_or_else(|| LogError::Damaged("its head is gone".to_owned()))
    }

    /// A checkpoint of the log as of now: the newest, if nothing came since.
    pub(crate) async fn checkpoint(&self) -> Result<Arc<SignedCheckpoint>, LogError> {
        let signer = self.checkpoints.signer.get().ok_or(LogError::Unsigned)?;
        let _making = self.checkpoints.making.lock().await;
        let head = self.head().await?;
        let newest = self.checkpoints.newest.borrow().clone();
        if let Some(newest) = newest.filter(|newest| newest.unverified().size() == head.size) {
            return Ok(newest);
        }
        let now = self.shared.clock().now();
        let signed = self.signed(signer, &head, now).await?;
        let signed = Arc::new(self.with_cosignatures(signed).await?);
        self.keep(&signed, now).await?;
        Ok(signed)
    }

    /// A checkpoint of this head.
    async fn signed(&self, signer: &Signer, head: &Head, now: Time) -> Result<SignedCheckpoint, LogError> {
        let keys = self.signing(signer, now).await?;
        let checkpoint = Checkpoint::new(signer.origin.clone(), head.size, head.root);
        let signed = checkpoint.sign(&keys);
        signed.map_err(|why| LogError::Damaged(format!("no checkpoint can be signed: {why}")))
    }

    /// The checkpoint with what was added to it when it was made before, in another process.
    async fn with_cosignatures(&self, mut signed: SignedCheckpoint) -> Result<SignedCheckpoint, LogError> {
        let of_size = signed.unverified().size();
        let before = table::of_size(&mut self.shared.store().glance().await?, of_size).await?;
        let before = before.and_then(|kept| SignedCheckpoint::parse(kept.note.as_bytes()).ok());
        let before = before.filter(|before| before.unverified() == signed.unverified());
        for signature in before.iter().flat_map(|before| before.note().signatures()) {
            if signed.add(signature.clone()).is_err() {
                break;
            }
        }
        Ok(signed)
    }

    /// The keys that sign at this moment.
    async fn signing<'a>(&self, signer: &'a Signer, now: Time) -> Result<Vec<&'a SigningKey>, LogError> {
        let known = log_key::list(&mut self.shared.store().glance().await?).await?;
        let signs = |key: &&SigningKey| {
            let vkey = key.public().to_string();
            let mut of = known.iter().filter(|known| known.vkey == vkey);
            of.all(|known| known.until.is_none_or(|until| now < until))
        };
        Ok(signer.keys.iter().filter(signs).collect())
    }

    /// Signs what is said of a file; the note as text.
    pub(crate) async fn sign_manifest(&self, manifest: &Manifest) -> Result<String, LogError> {
        let signer = self.checkpoints.signer.get().ok_or(LogError::Unsigned)?;
        let keys = self.signing(signer, self.shared.clock().now()).await?;
        let note = manifest.sign(&keys);
        let note = note.map_err(|why| LogError::Damaged(format!("no manifest can be signed: {why}")))?;
        Ok(note.to_string())
    }

    /// Signs what was done to the log, with which log that is as of now; the note as text.
    pub(crate) async fn sign_statement(&self, said: Statement) -> Result<String, LogError> {
        let signer = self.checkpoints.signer.get().ok_or(LogError::Unsigned)?;
        let head = self.head().await?;
        let now = Checkpoint::new(signer.origin.clone(), head.size, head.root);
        self.sign(&said.of_log(&now)).await
    }

    /// Signs this; the note as text.
    pub(crate) async fn sign(&self, said: &Statement) -> Result<String, LogError> {
        let signer = self.checkpoints.signer.get().ok_or(LogError::Unsigned)?;
        let keys = self.signing(signer, self.shared.clock().now()).await?;
        let note = said.sign(&keys);
        let note = note.map_err(|why| LogError::Damaged(format!("no statement can be signed: {why}")))?;
        Ok(note.to_string())
    }

    /// Keeps a checkpoint, also where it was kept without a cosignature before.
    async fn keep(&self, checkpoint: &Arc<SignedCheckpoint>, now: Time) -> Result<(), LogError> {
        let kept = Kept {
            size: checkpoint.unverified().size(),
            made_at: now,
            note: checkpoint.to_string(),
        };
        let mut tx = self.shared.store().begin().await?;
        table::keep(&mut tx, &kept).await?;
        tx.commit().await?;
        self.checkpoints.newest.send_replace(Some(Arc::clone(checkpoint)));
        Ok(())
    }

    /// Writes the newest checkpoint where it is kept besides.
    async fn anchor(self: &Arc<Self>, checkpoint: Arc<SignedCheckpoint>) -> Result<(), LogError> {
        let ledger = Arc::clone(self);
        let alone = Arc::clone(&self.checkpoints.anchoring).lock_owned().await;
        blocking(move || {
            let _alone = alone;
            match ledger.checkpoints.signer.get() {
                Some(signer) => signer.anchor(&checkpoint),
                None => Ok(()),
            }
        })
        .await
    }

    /// Waits until nobody writes the anchor.
    pub(crate) async fn anchored(&self) {
        drop(self.checkpoints.anchoring.lock().await);
    }

    /// Changes with every checkpoint that is made.
    pub(crate) fn watch_checkpoints(&self) -> watch::Receiver<Option<Arc<SignedCheckpoint>>> {
        self.checkpoints.newest.subscribe()
    }
}

/// Makes a checkpoint whenever the log has grown, but not more often than one a second. Runs until it is dropped.
pub(crate) async fn run(ledger: Arc<Ledger>) {
    let mut size = ledger.shared.watch();
    loop {
        size.borrow_and_update();
        let made = async {
            let checkpoint = ledger.checkpoint().await?;
            ledger.anchor(checkpoint).await
        };
        if let Err(error) = made.await {
            tracing::error!(%error, "no checkpoint could be made; it is tried again");
        }
        tokio::time::sleep(BEHIND).await;
        if size.changed().await.is_err() {
            return;
        }
    }
}
