//! What could have been meant by a text that is no query, or that reads otherwise than it looks. Owns that there is
//! always an offer which can be read.

use std::ops::Range;

use jiff::tz::TimeZone;

use super::lex::{Sort, lex};
use super::raw::quote;
use super::{Expr, ParseError, Term, parse, suggest};
use crate::text::Extent;

/// The most offers at once.
const MOST_OFFERED: usize = 3;
/// The most mistakes that are mended one after the other.
const MOST_MENDED: usize = 16;

/// A query that may be meant instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The offer in words; a part of a query stands between backticks.
    pub offer: String,
    /// The whole query.
    pub query: String,
}

/// What may be meant by a text that is wrong there, likeliest first. Never empty, and every offer can be read.
#[must_use]
pub fn repairs(text: &str, error: &ParseError, zone: &TimeZone) -> Vec<Repair> {
    let mut repairs: Vec<Repair> = Vec::new();
    let mut offer = |offer: String, query: String| {
        let query = mended(query, zone);
        let Some(query) = query.filter(|query| repairs.iter().all(|known| known.query != *query)) else {
            return;
        };
        if repairs.len() < MOST_OFFERED && (!query.trim().is_empty() || repairs.is_empty()) {
            repairs.push(Repair { offer, query });
        }
    };
    if let Some(suggestion) = &error.suggestion {
        let fixed = replaced(text, error.span.clone(), &suggestion.replacement);
        let around = word_around(text, error.span.clone());
        let within = error.span.start - around.start..error.span.end - around.start;
        let said = match suggestion.text.starts_with("Did you mean") {
            true => format!("Use `{}`", replaced(&text[around], within, &suggestion.replacement)),
            false => suggestion.text.clone(),
        };
        offer(said, fixed);
    }
    if let Some(missing) = unclosed(text) {
        offer(
            "Close it at the end".to_owned(),
            format!("{text}{}", ")".repeat(missing)),
        );
    }
    let around = word_around(text, error.span.clone());
    let bare = text[around.clone()].replace(['"', '\\'], " ");
    let bare = bare.trim();
    let as_text = quote(bare);
    offer(
        format!("Search for the text `{bare}`"),
        replaced(text, around.clone(), &as_text),
    );
    offer("Leave it out".to_owned(), replaced(text, around, ""));
    if repairs.is_empty() {
        repairs.push(Repair {
            offer: "Show everything".to_owned(),
            query: String::new(),
        });
    }
    repairs
}

/// The same query with what the errors suggest, until it can be read; `None` if they do not help.
fn mended(mut query: String, zone: &TimeZone) -> Option<String> {
    for _ in 0..MOST_MENDED {
        let Err(error) = parse(&query, zone) else {
            return Some(query);
        };
        let suggestion = error.suggestion?;
        query = replaced(&query, error.span, &suggestion.replacement);
    }
    None
}

fn replaced(text: &str, span: Range<usize>, by: &str) -> String {
    let (before, after) = (text.get(..span.start), text.get(span.end..));
    [before.unwrap_or_default(), by, after.unwrap_or_default()]
        .concat()
        .trim()
        .to_owned()
}

/// How many parentheses are never closed.
fn unclosed(text: &str) -> Option<usize> {
    let lexemes = lex(text).ok()?;
    let count = |sort| lexemes.iter().filter(|lexeme| lexeme.sort == sort).count();
    count(Sort::Open)
        .checked_sub(count(Sort::Close))
        .filter(|missing| *missing > 0)
}

/// The word that a place lies in, up to the next blanks.
fn word_around(text: &str, span: Range<usize>) -> Range<usize> {
    let before = text.get(..span.start).unwrap_or_default();
    let start = before
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let end = text.get(span.end..).and_then(|after| after.find(char::is_whitespace));
    start..end.map_or(text.len(), |at| span.end + at)
}

/// The parts of a text that are joined by AND, also of one that is no query; all of it where that cannot be told.
#[must_use]
pub fn conjuncts(text: &str) -> Vec<Range<usize>> {
    let whole = || match text.trim() {
        "" => Vec::new(),
        trimmed => {
            let start = text.len() - text.trim_start().len();
            vec![start..start + trimmed.len()]
        }
    };
    let Ok(lexemes) = lex(text) else {
        return whole();
    };
    let (mut parts, mut depth, mut start): (Vec<Range<usize>>, usize, Option<usize>) = (Vec::new(), 0, None);
    for lexeme in lexemes {
        match lexeme.sort {
            Sort::Or if depth == 0 => return whole(),
            Sort::And if depth == 0 => continue,
            Sort::Open => depth += 1,
            Sort::Close if depth == 0 => return whole(),
            Sort::Close => depth -= 1,
            _ => {}
        }
        let from = *start.get_or_insert(lexeme.span.start);
        if depth == 0 && lexeme.sort != Sort::Not {
            parts.push(from..lexeme.span.end);
            start = None;
        }
    }
    match start {
        Some(_) => whole(),
        None => parts,
    }
}

/// The query with the words `and`, `or` and `not` as operators, where it searches for them as words; `None` where it
/// does not, or where they join nothing.
#[must_use]
pub fn with_operators(expr: &Expr, zone: &TimeZone) -> Option<Expr> {
    let Expr::And(parts) = expr else { return None };
    let operator = |part: &Expr| match part {
        Expr::Term(Term::Text(words)) if words.phrase().extent() == Extent::Whole => {
            let word = words.text().to_uppercase();
            matches!(word.as_str(), "AND" | "OR" | "NOT").then_some(word)
        }
        _ => None,
    };
    let word = |part: &Expr| {
        operator(part).unwrap_or_else(|| match part {
            Expr::Or(_) => format!("({part})"),
            other => other.to_string(),
        })
    };
    if !parts.iter().any(|part| operator(part).is_some()) {
        return None;
    }
    let text = parts.iter().map(word).collect::<Vec<_>>().join(" ");
    parse(&text, zone).ok()
}

/// The candidate that differs from a word by a slip of the fingers, if one does.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    suggest::closest(word, candidates)
}
