//! What makes one disclosure this one and no other: who asks for what, how and from where.

use std::time::Duration;

use activity::Seq;
use activity::query::Expr;
use sha2::{Digest as _, Sha256};
use store::disclosures::{Kind, Via as StoredVia};

use crate::activity::scope::{Scoped, Subject, range_expr};
use crate::{Caller, Via};

/// The same reader and question within this time are one disclosure: paging through it and coming back to it.
const VIEW_WINDOW: Duration = Duration::from_secs(15 * 60);
/// The same for a program that follows the log, which asks again all the time.
const FOLLOW_WINDOW: Duration = Duration::from_secs(60 * 60);

/// How rows are given.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Delivery<'a> {
    /// Page by page.
    Page,
    /// One activity by its id.
    One(Seq),
    /// In the order of recording, again and again.
    Following,
    /// As the file of the export with this id.
    File(&'a str),
    /// All of them, at the command line.
    All,
}

/// A question, as it is kept with the disclosure.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) kind: Kind,
    /// Whether all rows are given one after another, in one go.
    pub(super) is_whole: bool,
    /// Whether the reader goes on asking for what comes next.
    pub(super) follows: bool,
    pub(super) digest: [u8; 32],
    /// In canonical form, with its scope and range.
    pub(super) text: String,
    /// How long the next such question is the same one, in microseconds.
    pub(super) window: i64,
}

impl Question {
    pub(super) fn new(caller: &Caller, scoped: &Scoped, delivery: Delivery<'_>) -> Self {
        let window = match delivery {
            Delivery::Following => FOLLOW_WINDOW,
            _ => VIEW_WINDOW,
        };
        let window = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        // Single activities are one disclosure whichever they are; the text lists them.
        let (typed, text) = match delivery {
            Delivery::One(seq) => ("id".to_owned(), format!("id:{seq}")),
            _ => (scoped.typed.to_string(), text(scoped)),
        };
        let part = match delivery {
            Delivery::File(id) => id,
            Delivery::One(_) => "one",
            Delivery::Page | Delivery::Following | Delivery::All => "",
        };
        let kind = kind(caller, delivery);
        // A range that ends now is another one at each look: it is told apart by the window's length.
        let (from, to) = scoped.range;
        let rounded = [from, to].map(|at| at.map(|at| at.0.div_euclid(window)));
        let scope = match (&scoped.subject, delivery) {
            (_, Delivery::One(_)) => String::new(),
            (subject, _) => subject.expr().to_string(),
        };
        let (via, via_id) = via(&caller.via);
        let ip = caller.origin.ip.map(|ip| ip.to_canonical().to_string());
        let parts = (
            &caller.person.id,
            via.word(),
            via_id,
            kind.word(),
            ip,
            scope,
            typed,
            rounded,
            part,
        );
        let digest = Sha256::digest(serde_json::to_vec(&parts).unwrap_or_default()).into();
        Self {
            kind,
            is_whole: matches!(delivery, Delivery::File(_) | Delivery::All),
            follows: matches!(delivery, Delivery::Following),
            digest,
            text,
            window,
        }
    }
}

fn text(scoped: &Scoped) -> String {
    let scope = match &scoped.subject {
        Subject::Everybody => Expr::All,
        subject => subject.expr(),
    };
    scope
        .and(range_expr(scoped.range.0, scoped.range.1))
        .and(scoped.typed.clone())
        .to_string()
}

fn kind(caller: &Caller, delivery: Delivery<'_>) -> Kind {
    match (&caller.via, delivery) {
        (Via::CommandLine, _) => Kind::Command,
        (_, Delivery::File(_) | Delivery::All) => Kind::Export,
        (_, Delivery::Following) => Kind::Stream,
        (Via::Device { .. }, _) => Kind::Page,
        (Via::ApiKey { .. } | Via::Application { .. }, _) => Kind::Answer,
    }
}

/// How a caller proved who they are, as it is kept.
pub(super) fn via(via: &Via) -> (StoredVia, &str) {
    match via {
        Via::Device { id } => (StoredVia::Device, id),
        Via::Application { device_id, .. } => (StoredVia::Application, device_id),
        Via::ApiKey { id, .. } => (StoredVia::ApiKey, id),
        Via::CommandLine => (StoredVia::CommandLine, ""),
    }
}
