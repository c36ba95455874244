//! Reads one condition: its key and its values.

use std::net::IpAddr;
use std::ops::Range;

use jiff::tz::TimeZone;

use super::address::ip;
use super::lex::outside_quotes;
use super::raw::{Raw, quote};
use super::{
    AtRange, ByKind, ByPattern, Entity, Expr, IdRange, KEYS, KindPattern, ParseError, Present, Term, Value, Words,
    closed, suggest,
};
use crate::Field;
use crate::text::Extent;

/// The condition at `span` of `text`, and how many values it has.
pub(super) fn condition(text: &str, span: Range<usize>, zone: &TimeZone) -> Result<(Expr, usize), ParseError> {
    let word = Raw {
        text: &text[span.clone()],
        start: span.start,
    };
    if word.text == "*" {
        return Ok((Expr::All, 1));
    }
    // A key never begins with `*`, and an address is none.
    let is_text = || word.text.starts_with('*') || word.text.trim_end_matches('*').parse::<IpAddr>().is_ok();
    match outside_quotes(word.text, b':', 1).first() {
        Some(&colon) if !is_text() => {
            let values = word.part(colon + 1..word.text.len());
            let pieces = values.split_list(&word)?;
            let count = pieces.len();
            keyed(&word.part(0..colon), &word, &pieces, zone).map(|term| (term.into(), count))
        }
        _ => Ok((
            Term::Text(words(&word).map_err(|error| offer_names(error, &word))?).into(),
            1,
        )),
    }
}

fn keyed(key: &Raw<'_>, word: &Raw<'_>, pieces: &[Raw<'_>], zone: &TimeZone) -> Result<Term, ParseError> {
    fn each<T>(pieces: &[Raw<'_>], read: impl Fn(&Raw<'_>) -> Result<T, ParseError>) -> Result<Vec<T>, ParseError> {
        pieces.iter().map(read).collect()
    }
    let lower = key.text.to_ascii_lowercase();
    Ok(match lower.as_str() {
        "activity" => Term::Kind(each(pieces, kind)?),
        "outcome" => Term::Outcome(each(pieces, closed::outcome)?),
        "severity" => Term::Severity(each(pieces, closed::severity)?),
        "user" => Term::User(each(pieces, |piece| entity(piece, true))?),
        "by" => Term::By(each(pieces, by)?),
        "target" => Term::Target(each(pieces, |piece| entity(piece, true))?),
        "group" => Term::Group(each(pieces, |piece| entity(piece, false))?),
        "application" => Term::Application(each(pieces, |piece| entity(piece, false))?),
        "device" => Term::Device(each(pieces, words)?),
        "user_agent" => Term::UserAgent(each(pieces, words)?),
        "place" => Term::Place(each(pieces, words)?),
        "trace" => Term::Trace(each(pieces, value)?),
        "country" => Term::Country(each(pieces, country)?),
        "ip" => Term::Ip(each(pieces, ip)?),
        "reason" => Term::Reason(each(pieces, value)?),
        "has" => Term::Has(each(pieces, field)?),
        "id" => Term::Id(each(pieces, ids)?),
        "at" => Term::At(each(pieces, |piece| at(piece, zone))?),
        "recorded" => Term::Recorded(each(pieces, |piece| at(piece, zone))?),
        "reported" => Term::Reported(each(pieces, closed::reported)?),
        _ if lower.starts_with("metadata.") => Term::Metadata {
            key: metadata_key(key)?,
            values: each(pieces, value)?,
        },
        _ => return Err(unknown_key(key, word)),
    })
}

fn unknown_key(key: &Raw<'_>, word: &Raw<'_>) -> ParseError {
    let known = KEYS
        .iter()
        .map(|info| info.key.trim_end_matches('.'))
        .collect::<Vec<_>>()
        .join(", ");
    match suggest::key(key.text) {
        Some("metadata.") => {
            let rest = word.text[key.text.len() + 1..].to_owned();
            word.error("metadata is asked for by its key, as in `metadata.plan:pro`")
                .suggest(
                    format!("has:metadata.{rest}"),
                    "Write the metadata's own key after `metadata.`".to_owned(),
                )
        }
        Some(meant) => key
            .error(format!("`{}` is not a key", key.text))
            .suggest(meant, format!("Did you mean `{meant}:`?")),
        None => {
            let quoted = quote(word.text);
            word.error(format!("`{}` is not a key; the keys are {known}", key.text))
                .suggest(quoted.clone(), format!("Write `{quoted}` to search for it as text"))
        }
    }
}

/// The key after `metadata.`, in quotes or not.
fn metadata_key(raw: &Raw<'_>) -> Result<String, ParseError> {
    let key = raw.part("metadata.".len()..raw.text.len());
    match key.plain()? {
        empty if empty.is_empty() => Err(raw.error("the metadata's own key is missing after `metadata.`")),
        key => Ok(key),
    }
}

fn words(piece: &Raw<'_>) -> Result<Words, ParseError> {
    Words::new(piece.cook()?.phrase())
        .ok_or_else(|| piece.error(format!("`{}` has no letters or digits to search for", piece.text)))
}

/// Signs that are no letters are found in names and other values, not in texts.
fn offer_names(error: ParseError, word: &Raw<'_>) -> ParseError {
    let signs = word.text.trim_matches(['*', '"']);
    if signs.is_ascii() || signs.contains(['"', '*', '\\']) {
        return error;
    }
    error.suggest(format!("user:*{}*", quote(signs)), "Look for it in names")
}

fn value(piece: &Raw<'_>) -> Result<Value, ParseError> {
    piece.cook().map(|cooked| Value::new(cooked.phrase()))
}

pub(super) fn entity(piece: &Raw<'_>, person: bool) -> Result<Entity, ParseError> {
    if let Some(id) = piece.text.strip_prefix('=') {
        let id = Raw {
            text: id,
            start: piece.start + 1,
        }
        .plain()?;
        return if id.is_empty() {
            Err(piece.error("an id is missing after `=`"))
        } else {
            Ok(Entity::Id(id))
        };
    }
    if person && piece.text.eq_ignore_ascii_case("me") {
        return Ok(Entity::Me);
    }
    value(piece).map(Entity::Is)
}

fn by(piece: &Raw<'_>) -> Result<ByPattern, ParseError> {
    let sort = ByKind::WORDS
        .iter()
        .find(|(word, _)| piece.text.eq_ignore_ascii_case(word));
    match sort {
        Some((_, kind)) => Ok(ByPattern::Kind(*kind)),
        None => entity(piece, true).map(ByPattern::Is),
    }
}

fn kind(piece: &Raw<'_>) -> Result<KindPattern, ParseError> {
    let cooked = piece.cook()?;
    let code = cooked.text.to_lowercase();
    match cooked.extent {
        Extent::Whole => {}
        Extent::Beginning => return Ok(KindPattern::Prefix(code)),
        Extent::Part => return Ok(KindPattern::Part(code)),
    }
    match suggest::code(&code).filter(|_| !cooked.quoted) {
        Some(meant) => Err(piece
            .error(format!(
                "`{code}` is not an activity type; write it in quotes if it is one of your own"
            ))
            .did_you_mean(meant)),
        None => Ok(KindPattern::Exact(code)),
    }
}

fn country(piece: &Raw<'_>) -> Result<String, ParseError> {
    let code = piece.plain()?;
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(code.to_ascii_uppercase());
    }
    Err(piece.error(format!("a country is two letters such as `DE`, not `{code}`")))
}

fn field(piece: &Raw<'_>) -> Result<Present, ParseError> {
    let lower = piece.text.to_ascii_lowercase();
    if lower.starts_with("metadata.") {
        return metadata_key(piece).map(Present::MetadataKey);
    }
    let word = piece.plain()?.to_ascii_lowercase();
    if let Some(field) = Field::optional().find(|field| field.query_word() == word || field.key() == word) {
        return Ok(Present::Field(field));
    }
    let known: Vec<&str> = Field::optional().map(Field::query_word).collect();
    let error = piece.error(format!(
        "`{word}` is not a field that can be absent; those are {}",
        known.join(", ")
    ));
    Err(suggest::closest(&word, known).map_or(error.clone(), |meant| error.did_you_mean(meant)))
}

fn ids(piece: &Raw<'_>) -> Result<IdRange, ParseError> {
    let text = piece.plain()?;
    let number = |digits: &str| {
        digits.parse::<u64>().map_err(|_| {
            piece.error(format!(
                "`{text}` is not the number of an activity; write `id:123`, `id:>=100` or `id:1..5`"
            ))
        })
    };
    let none = || piece.error(format!("no activity has an id of `{text}`"));
    let range = |from, to| IdRange { from, to };
    if let Some(least) = text.strip_prefix(">=") {
        return number(least).map(|least| range(Some(least), None));
    }
    if let Some(least) = text.strip_prefix('>') {
        return Ok(range(Some(number(least)?.checked_add(1).ok_or_else(none)?), None));
    }
    if let Some(most) = text.strip_prefix("<=") {
        return number(most).map(|most| range(None, Some(most)));
    }
    if let Some(most) = text.strip_prefix('<') {
        return Ok(range(None, Some(number(most)?.checked_sub(1).ok_or_else(none)?)));
    }
    let Some((from, to)) = text.split_once("..") else {
        return number(&text).map(|only| range(Some(only), Some(only)));
    };
    let end = |digits: &str| {
        if digits.is_empty() {
            Ok(None)
        } else {
            number(digits).map(Some)
        }
    };
    match (end(from)?, end(to)?) {
        (None, None) => Err(piece.error("a range needs a beginning or an end")),
        (Some(from), Some(to)) if from > to => Err(piece
            .error("the range ends before it begins")
            .did_you_mean(format!("{to}..{from}"))),
        (from, to) => Ok(range(from, to)),
    }
}

fn at(piece: &Raw<'_>, zone: &TimeZone) -> Result<AtRange, ParseError> {
    super::when::read(&piece.plain()?.replace(' ', "T"), zone).map_err(|fault| {
        let error = piece.error(fault.message);
        fault.meant.map_or(error.clone(), |meant| error.did_you_mean(meant))
    })
}
