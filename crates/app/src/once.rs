//! Requests that carry an `Idempotency-Key`: repeating one does not do it twice. Owns how a repeat is told; the
//! answer is kept in the transaction of the change, so that either both are there or neither.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use store::log::idempotency::{self, Remembered};

use crate::{App, Caller, ChangeError, Tx, Unavailable, Via};

/// The key of a request, with what tells whether another one is the same request.
#[derive(Debug)]
pub(crate) struct KeyedRequest {
    /// Of whom it is, and for what: nobody else's key is the same.
    scope: String,
    key: String,
    fingerprint: [u8; 32],
}

/// What is to be done of a request that may be a repeat.
pub(crate) enum Begun<T> {
    /// Do it. If it has a key, [`Tx::answered`] keeps the answer for its repeats.
    Now(Tx),
    /// It was done; this was kept of the answer. The transaction is to read the rest with.
    Before(Tx, T),
}

impl App {
    /// Begins what must not be done twice if the caller asks twice with one key. `use_case` names it; `asked`
    /// is all that tells one request from another, but for secrets: of those, only whether there are any.
    pub(crate) async fn begin_once<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        use_case: &str,
        asked: &impl Serialize,
    ) -> Result<Begun<T>, ChangeError> {
        let mut tx = self.begin().await?;
        let Some(key) = &caller.origin.idempotency_key else {
            return Ok(Begun::Now(tx));
        };
        let asker = match &caller.via {
            Via::ApiKey { id, .. } => id,
            Via::Device { .. } | Via::Application { .. } | Via::CommandLine => &caller.person.id,
        };
        let asked = serde_json::to_vec(asked).map_err(Unavailable::new)?;
        let asked = KeyedRequest {
            scope: format!("{use_case}:{asker}"),
            key: key.clone(),
            fingerprint: Sha256::digest(asked).into(),
        };
        let Some(before) = idempotency::find(&mut tx, &asked.scope, &asked.key, self.log().by_what_passed()).await?
        else {
            tx.keyed = Some(asked);
            return Ok(Begun::Now(tx));
        };
        if before.fingerprint != asked.fingerprint {
            return Err(ChangeError::KeyReused);
        }
        let answer = serde_json::from_slice(&before.result).map_err(Unavailable::new)?;
        Ok(Begun::Before(tx, answer))
    }
}

impl Tx {
    /// Keeps what a repeat of this request is answered with: an id, never a secret.
    pub(crate) async fn answered(&mut self, answer: &impl Serialize) -> Result<(), ChangeError> {
        let Some(asked) = self.keyed.take() else {
            return Ok(());
        };
        let remembered = Remembered {
            fingerprint: asked.fingerprint,
            result: serde_json::to_vec(answer).map_err(Unavailable::new)?,
        };
        let log = self.app().log();
        let within = log.by_what_passed()..log.remembers_until();
        match idempotency::remember(self, &asked.scope, &asked.key, &remembered, &within).await? {
            true => Ok(()),
            // Not expected: it was looked for in this very transaction.
            false => Err(ChangeError::conflict(
                "A request with this Idempotency-Key is being answered just now. Repeat it in a moment.",
            )),
        }
    }
}
