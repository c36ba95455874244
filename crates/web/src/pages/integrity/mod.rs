//! Integrity: the signed checkpoints of the log, verifying all of it, and the proof of one activity. Owns handlers and page
//! structs; what is said is asked of `app`.

mod sources;
#[cfg(test)]
mod tests;

use activity::Time;
use app::integrity::{self, Integrity, KeptCheckpoint, LogKey, Verification, Verifying, WitnessState};
use app::retention;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sources::Source;

use super::activity::page_error;
use crate::AppState;
use crate::shell::{
    Flash, Href, PageError, Policy, Query, ReaderOfAll, Route, Shell, SignedIn, filters, redirect_with, refused, render,
};

/// Checkpoints of one page.
const SHOWN: u32 = 25;

/// The routes of these pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/admin/integrity", Policy::ReaderOfAll, page),
        Route::post("/admin/integrity/verify", Policy::ReaderOfAll, verify),
        Route::get("/activities/{id}/proof", Policy::SignedIn, proof),
    ]
}

/// Integrity.
#[derive(askama::Template)]
#[template(path = "integrity/page.html")]
struct IntegrityPage {
    shell: Shell,
    now: Time,
    state: Integrity,
    checkpoints: Vec<Row>,
    /// Where older checkpoints are.
    older: Option<Href>,
    /// Whether these are not the newest.
    is_later: bool,
    /// How many activities the last run of retention removed, and when.
    removed: Option<(u64, Time)>,
}

/// One checkpoint.
struct Row {
    size: u64,
    made_at: Time,
    /// How many activities it has more than the one before.
    new: Option<u64>,
    root: String,
}

/// Which checkpoints are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PageUrl {
    /// Those of fewer activities than this; empty for the newest.
    below: String,
}

async fn page(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    shell: Shell,
    Query(url): Query<PageUrl>,
) -> Result<Response, PageError> {
    let below = match &*url.below {
        "" => u64::MAX,
        text => text
            .parse()
            .map_err(|_| PageError::bad_request(format!("`{text}` is not a number of activities.")))?,
    };
    let known = integrity::state(state.app(), &caller).await.map_err(refused)?;
    let kept = integrity::checkpoints(state.app(), &caller, below, SHOWN + 1)
        .await
        .map_err(refused)?;
    let runs = retention::state(state.app(), &caller).await.map_err(refused)?.runs;
    let mut page = IntegrityPage::new(shell, state.app().now(), known, &kept, below != u64::MAX);
    page.removed = runs.first().map(|run| (run.removed(), run.begun_at));
    render(&page)
}

async fn verify(State(state): State<AppState>, ReaderOfAll(caller): ReaderOfAll) -> Result<Response, PageError> {
    let flash = match integrity::begin_verifying(state.app(), &caller)
        .await
        .map_err(refused)?
    {
        true => Flash::good("The whole log is being read back and held against its tree."),
        false => Flash::good("The log is being verified already."),
    };
    Ok(redirect_with("/admin/integrity", flash))
}

async fn proof(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let absent = || PageError::not_found(format!("There is no activity {id} that you may see."));
    let seq: u64 = id.parse().map_err(|_| absent())?;
    let proof = integrity::prove(state.app(), &caller, seq).await.map_err(page_error)?;
    let file = proof.ok_or_else(absent)?.file;
    let name = format!("attachment; filename=\"activity-{seq}.tlog-proof\"");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    Ok((headers, file).into_response())
}

impl IntegrityPage {
    fn new(shell: Shell, now: Time, state: Integrity, kept: &[KeptCheckpoint], is_later: bool) -> Self {
        let rows = kept.iter().enumerate().map(|(at, one)| Row {
            size: one.size,
            made_at: one.made_at,
            new: kept.get(at + 1).map(|before| one.size - before.size),
            root: root_of(one),
        });
        let shown = SHOWN as usize;
        let last = kept.get(shown - 1).filter(|_| kept.len() > shown);
        Self {
            checkpoints: rows.take(shown).collect(),
            older: last.map(|last| Href::to(&["admin", "integrity"]).with(&[("below", &last.size.to_string())])),
            shell,
            now,
            state,
            is_later,
            removed: None,
        }
    }

    /// The sources that number their events, those that miss something first.
    fn sources(&self) -> Vec<Source> {
        self.state.sources.iter().map(Source::of).collect()
    }

    /// Whether a number of one of them came again.
    fn is_repeated(&self) -> bool {
        self.state.sources.iter().any(|one| one.numbering.repeated.is_some())
    }

    /// How many sources there are that are not shown.
    fn more_sources(&self) -> u64 {
        let all = self.state.all_sources.numberings;
        all.saturating_sub(self.state.sources.len() as u64)
    }

    fn newest(&self) -> Option<(&KeptCheckpoint, String)> {
        self.state.newest.as_ref().map(|newest| (newest, root_of(newest)))
    }

    /// How many activities no kept checkpoint covers yet.
    fn waiting(&self) -> u64 {
        let covered = self.state.newest.as_ref().map_or(0, |newest| newest.size);
        self.state.size.saturating_sub(covered)
    }

    fn running(&self) -> Option<Verifying> {
        self.state.running
    }

    /// How far the verification is, in hundredths.
    fn share(&self) -> u64 {
        self.running().as_ref().map_or(0, hundredths)
    }

    fn last(&self) -> Option<&Verification> {
        self.state.last.as_ref()
    }

    /// What was found wrong when it was verified last.
    fn wrong(&self) -> Option<&Verification> {
        self.last().filter(|last| last.faults > 0)
    }

    /// How many activities of the newest checkpoint this witness did not agree on yet.
    fn missing(&self, witness: &WitnessState) -> u64 {
        let newest = self.state.newest.as_ref().map_or(0, |newest| newest.size);
        newest.saturating_sub(witness.row.size)
    }

    /// Whether this witness cosigned the newest checkpoint, and nothing is wrong with it.
    fn agrees(&self, witness: &WitnessState) -> bool {
        witness.row.cosigned_at.is_some() && witness.row.trouble.is_none() && self.missing(witness) == 0
    }

    /// How many witnesses do not cosign at the moment.
    fn behind(&self) -> usize {
        let troubled = |witness: &&WitnessState| witness.row.trouble.is_some();
        self.state.witnesses.iter().filter(troubled).count()
    }

    /// A witness that knows another log, and of how many activities.
    fn contradicting(&self) -> Option<(&WitnessState, u64)> {
        let mut witnesses = self.state.witnesses.iter();
        witnesses.find_map(|witness| Some((witness, witness.row.contradicts?)))
    }

    /// Each key with its name and number, and whether it signs at the moment.
    fn keys(&self) -> Vec<(&LogKey, String, bool)> {
        let signs = |key: &LogKey| key.until.is_none_or(|until| self.now < until);
        let keys = self.state.keys.iter().rev();
        keys.map(|key| (key, key_id(key), signs(key))).collect()
    }

    fn origin(&self) -> &str {
        let newest = self.state.keys.last();
        newest.and_then(|key| key.vkey.split('+').next()).unwrap_or_default()
    }
}

impl Row {
    /// The beginning of the root hash.
    fn short(&self) -> &str {
        self.root.get(..10).unwrap_or(&self.root)
    }
}

/// How far a verification is, in hundredths.
fn hundredths(running: &Verifying) -> u64 {
    (running.looked_at.saturating_mul(100))
        .checked_div(running.of)
        .unwrap_or(0)
        .min(100)
}

/// The third line of a checkpoint is its root.
fn root_of(kept: &KeptCheckpoint) -> String {
    kept.note.lines().nth(2).unwrap_or_default().to_owned()
}

/// The number of a key, as signatures name it.
fn key_id(key: &LogKey) -> String {
    key.vkey.split('+').nth(1).unwrap_or_default().to_owned()
}
