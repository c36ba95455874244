//! Conditions whose values are words of closed sets: outcome, severity, and who recorded it.

use super::raw::Raw;
use super::value::entity;
use super::{ParseError, RecorderPattern, suggest};
use crate::{Outcome, RecorderKind, Severity};

pub(super) fn outcome(piece: &Raw<'_>) -> Result<Outcome, ParseError> {
    let meant = |word: &str| match word {
        "ok" | "succeeded" | "successful" | "true" | "allowed" => Some("success"),
        "failed" | "fail" | "error" | "false" => Some("failure"),
        "refused" | "blocked" | "deny" | "forbidden" => Some("denied"),
        _ => None,
    };
    word_of(piece, "an outcome", Outcome::WORDS, meant).map(|word| Outcome::of_word(word).unwrap_or_default())
}

pub(super) fn severity(piece: &Raw<'_>) -> Result<Severity, ParseError> {
    let meant = |word: &str| match word {
        "warn" => Some("warning"),
        "err" => Some("error"),
        "informational" | "information" | "low" => Some("info"),
        "crit" | "fatal" => Some("critical"),
        _ => None,
    };
    let word = word_of(piece, "a severity", Severity::WORDS, meant)?;
    Ok(Severity::of_word(word).unwrap_or(Severity::Info))
}

/// A word of a closed set, or an error that suggests one.
fn word_of(
    piece: &Raw<'_>,
    what: &str,
    words: &[&'static str],
    meant: impl Fn(&str) -> Option<&'static str>,
) -> Result<&'static str, ParseError> {
    let word = piece.plain()?.to_lowercase();
    if let Some(known) = words.iter().copied().find(|known| *known == word) {
        return Ok(known);
    }
    let error = piece.error(format!("{what} is one of {}, not `{word}`", words.join(", ")));
    let meant = meant(&word).or_else(|| suggest::closest(&word, words.iter().copied()));
    Err(meant.map_or(error.clone(), |meant| error.did_you_mean(meant)))
}

/// `whodid`, `key`, `key:NAME`, or a name of any sort of reporter.
pub(super) fn reported(piece: &Raw<'_>) -> Result<RecorderPattern, ParseError> {
    let sort = |text: &str| {
        let words = RecorderPattern::WORDS.iter();
        words
            .clone()
            .find(|(word, _)| text.eq_ignore_ascii_case(word))
            .map(|(_, kind)| *kind)
    };
    if let Some(kind) = sort(piece.text) {
        return Ok(RecorderPattern::Kind(kind));
    }
    let Some(colon) = piece
        .text
        .find(':')
        .filter(|_| !piece.text.starts_with(['"', '=', '*']))
    else {
        return entity(piece, false).map(RecorderPattern::Is);
    };
    let named = piece.part(colon + 1..piece.text.len());
    match sort(&piece.text[..colon]) {
        Some(kind @ (RecorderKind::ApiKey | RecorderKind::Application | RecorderKind::Import)) => {
            Ok(RecorderPattern::Named(kind, entity(&named, false)?))
        }
        _ => Err(piece.error(format!(
            "`{}` is no sort of reporter that has a name; write `key:`, `application:` or `import:` in front of it",
            &piece.text[..colon]
        ))),
    }
}
