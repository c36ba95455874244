//! Prints a query in its one canonical form, which parses to the same query.

use std::fmt::{self, Display, Formatter, Write};
use std::net::IpAddr;

use super::lex::is_operator;
use super::raw::quote;
use super::{
    AtRange, ByKind, ByPattern, Entity, Expr, IdRange, IpPattern, KindPattern, Present, RecorderPattern, Term, Value,
    Words, suggest,
};
use crate::text::{Extent, Phrase};

/// The canonical text. The empty query is empty text.
impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            other => other.print(f, Place::Top),
        }
    }
}

/// The canonical text of the one condition.
impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

/// What an expression stands in, which says whether it needs parentheses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    And,
    Or,
    Not,
}

impl Expr {
    fn print(&self, f: &mut Formatter<'_>, place: Place) -> fmt::Result {
        match self {
            Self::All => f.write_char('*'),
            Self::And(all) => group(f, is_enclosed(self, place), all, " ", Place::And),
            Self::Or(any) => group(f, is_enclosed(self, place), any, " OR ", Place::Or),
            Self::Not(inner) => {
                f.write_char('-')?;
                inner.print(f, Place::Not)
            }
            Self::Term(term) => term.print(f),
        }
    }
}

impl Expr {
    /// How deep parentheses and negations nest in the canonical text.
    pub(super) fn printed_depth(&self) -> usize {
        self.depth(Place::Top)
    }

    fn depth(&self, place: Place) -> usize {
        let deepest = |items: &[Self], place| items.iter().map(|item| item.depth(place)).max().unwrap_or(0);
        match self {
            Self::All | Self::Term(_) => 0,
            Self::And(all) => usize::from(is_enclosed(self, place)) + deepest(all, Place::And),
            Self::Or(any) => usize::from(is_enclosed(self, place)) + deepest(any, Place::Or),
            Self::Not(inner) => 1 + inner.depth(Place::Not),
        }
    }
}

/// Whether it stands in parentheses there. Precedence would not ask for them around AND within OR; readers do.
fn is_enclosed(expr: &Expr, place: Place) -> bool {
    match expr {
        Expr::And(_) => matches!(place, Place::Or | Place::Not),
        Expr::Or(_) => matches!(place, Place::And | Place::Not),
        _ => false,
    }
}

fn group(f: &mut Formatter<'_>, enclosed: bool, items: &[Expr], between: &str, place: Place) -> fmt::Result {
    if enclosed {
        f.write_char('(')?;
    }
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        item.print(f, place)?;
    }
    if enclosed { f.write_char(')') } else { Ok(()) }
}

impl Term {
    fn print(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(words) => bare_words(f, words),
            Self::Kind(kinds) => list(f, "activity", kinds, |f, kind| match kind {
                KindPattern::Exact(code) => text(f, code, Extent::Whole, suggest::code(code).is_some()),
                KindPattern::Prefix(head) => text(f, head, Extent::Beginning, false),
                KindPattern::Part(part) => text(f, part, Extent::Part, false),
            }),
            Self::Outcome(outcomes) => list(f, "outcome", outcomes, |f, outcome| f.write_str(outcome.word())),
            Self::Severity(severities) => list(f, "severity", severities, |f, severity| f.write_str(severity.word())),
            Self::User(users) => list(f, "user", users, |f, user| entity(f, user, true)),
            Self::By(doers) => list(f, "by", doers, by),
            Self::Target(targets) => list(f, "target", targets, |f, target| entity(f, target, true)),
            Self::Group(groups) => list(f, "group", groups, |f, group| entity(f, group, false)),
            Self::Application(programs) => list(f, "application", programs, |f, program| entity(f, program, false)),
            Self::Device(devices) => list(f, "device", devices, words),
            Self::UserAgent(agents) => list(f, "user_agent", agents, words),
            Self::Place(places) => list(f, "place", places, words),
            Self::Trace(traces) => list(f, "trace", traces, value),
            Self::Country(countries) => list(f, "country", countries, |f, country| f.write_str(country)),
            Self::Ip(addresses) => list(f, "ip", addresses, |f, address| match address {
                IpPattern::Exact(ip) => ip.fmt(f),
                IpPattern::Net(net) => net.fmt(f),
            }),
            Self::Reason(reasons) => list(f, "reason", reasons, value),
            Self::Metadata { key, values } => {
                let name = format!("metadata.{}", metadata_key(key));
                list(f, &name, values, value)
            }
            Self::Has(fields) => list(f, "has", fields, has),
            Self::Id(ranges) => list(f, "id", ranges, ids),
            Self::At(ranges) => list(f, "at", ranges, |f, range: &AtRange| range.fmt(f)),
            Self::Recorded(ranges) => list(f, "recorded", ranges, |f, range: &AtRange| range.fmt(f)),
            Self::Reported(recorders) => list(f, "reported", recorders, recorder),
        }
    }
}

fn list<T>(
    f: &mut Formatter<'_>,
    key: &str,
    values: &[T],
    print: impl Fn(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_str(key)?;
    for (index, value) in values.iter().enumerate() {
        f.write_char(if index == 0 { ':' } else { ',' })?;
        print(f, value)?;
    }
    Ok(())
}

/// Full text has quotes where it would be taken for something else.
fn bare_words(f: &mut Formatter<'_>, words: &Words) -> fmt::Result {
    let (typed, extent) = (words.text(), words.phrase().extent());
    let like_a_key = typed.contains(':') && typed.parse::<IpAddr>().is_err();
    // Behind a `*`, nothing is taken for a key or an operator.
    let mistaken = extent != Extent::Part && (like_a_key || typed.starts_with('-'));
    let quoted = mistaken || words.phrase().demands_accents() || (is_operator(typed) && extent == Extent::Whole);
    // A comma separates values only after a key.
    let plain = !quoted && !typed.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')' | '*'));
    wrap(f, typed, extent, !plain)
}

/// A value of a list, in quotes where it needs them or `quoted` says so.
fn text(f: &mut Formatter<'_>, typed: &str, extent: Extent, quoted: bool) -> fmt::Result {
    wrap(f, typed, extent, quoted || !is_plain(typed, extent))
}

fn is_plain(typed: &str, extent: Extent) -> bool {
    let special = |c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')' | '*' | ',');
    (extent == Extent::Beginning || !typed.is_empty()) && !typed.contains(special)
}

fn wrap(f: &mut Formatter<'_>, typed: &str, extent: Extent, quoted: bool) -> fmt::Result {
    if extent == Extent::Part {
        f.write_char('*')?;
    }
    if quoted {
        f.write_str(&quote(typed))?;
    } else {
        f.write_str(typed)?;
    }
    if extent == Extent::Whole {
        Ok(())
    } else {
        f.write_char('*')
    }
}

/// Quotes stay where accents are demanded by them.
fn phrase(f: &mut Formatter<'_>, phrase: &Phrase, quoted: bool) -> fmt::Result {
    text(f, phrase.text(), phrase.extent(), quoted || phrase.demands_accents())
}

fn words(f: &mut Formatter<'_>, words: &Words) -> fmt::Result {
    phrase(f, words.phrase(), false)
}

fn recorder(f: &mut Formatter<'_>, recorder: &RecorderPattern) -> fmt::Result {
    match recorder {
        RecorderPattern::Kind(kind) => f.write_str(RecorderPattern::word(*kind)),
        RecorderPattern::Named(kind, entity_of) => {
            write!(f, "{}:", RecorderPattern::word(*kind))?;
            entity(f, entity_of, false)
        }
        // A name that reads like a sort of reporter stands in quotes.
        RecorderPattern::Is(Entity::Is(name)) => {
            let sort = (RecorderPattern::WORDS.iter()).any(|(word, _)| name.text().eq_ignore_ascii_case(word));
            let like_a_sort = match name.phrase().extent() {
                Extent::Whole => sort || name.text().contains(':') || name.text().starts_with('='),
                Extent::Beginning => name.text().contains(':') || name.text().starts_with('='),
                Extent::Part => false,
            };
            phrase(f, name.phrase(), like_a_sort)
        }
        RecorderPattern::Is(other) => entity(f, other, false),
    }
}

fn value(f: &mut Formatter<'_>, value: &Value) -> fmt::Result {
    phrase(f, value.phrase(), false)
}

fn entity(f: &mut Formatter<'_>, entity: &Entity, person: bool) -> fmt::Result {
    match entity {
        Entity::Me => f.write_str("me"),
        Entity::Id(id) => {
            f.write_char('=')?;
            text(f, id, Extent::Whole, false)
        }
        Entity::Is(value) => {
            let extent = value.phrase().extent();
            let me = person && extent == Extent::Whole && value.text().eq_ignore_ascii_case("me");
            let like_an_id = extent != Extent::Part && value.text().starts_with('=');
            phrase(f, value.phrase(), me || like_an_id)
        }
    }
}

fn by(f: &mut Formatter<'_>, by: &ByPattern) -> fmt::Result {
    match by {
        ByPattern::Kind(kind) => f.write_str(kind.word()),
        ByPattern::Is(Entity::Is(value)) if value.phrase().extent() == Extent::Whole => {
            let sort = ByKind::WORDS
                .iter()
                .any(|(word, _)| value.text().eq_ignore_ascii_case(word));
            if sort {
                phrase(f, value.phrase(), true)
            } else {
                entity(f, &Entity::Is(value.clone()), true)
            }
        }
        ByPattern::Is(who) => entity(f, who, true),
    }
}

fn has(f: &mut Formatter<'_>, present: &Present) -> fmt::Result {
    match present {
        Present::MetadataKey(key) => write!(f, "metadata.{}", metadata_key(key)),
        Present::Field(field) => f.write_str(field.query_word()),
    }
}

fn metadata_key(key: &str) -> String {
    let plain = key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if plain && !key.is_empty() {
        key.to_owned()
    } else {
        quote(key)
    }
}

fn ids(f: &mut Formatter<'_>, range: &IdRange) -> fmt::Result {
    match (range.from, range.to) {
        (Some(from), Some(to)) if from == to => from.fmt(f),
        (Some(from), Some(to)) => write!(f, "{from}..{to}"),
        (Some(from), None) => write!(f, ">={from}"),
        (None, Some(to)) => write!(f, "<={to}"),
        (None, None) => f.write_str(">=0"),
    }
}
