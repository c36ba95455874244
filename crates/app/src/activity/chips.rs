//! A query as removable chips: the chips and the text are one state.

use activity::catalogue;
use activity::query::{ByPattern, Entity, Expr, KindPattern, Term};

use super::known::Known;

/// One part of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chip {
    /// The key with its colon, such as `user:`; empty for full text and for parts in parentheses.
    pub key: String,
    /// What follows the key, for people: names in place of ids, titles in place of codes.
    pub value: String,
    /// Whether the part excludes what it names.
    pub negated: bool,
    /// The part as it is written in a query beside others.
    pub text: String,
    /// The query that is left without this part.
    pub without: String,
}

/// The parts of a query that are joined by AND.
pub(super) fn parts(expr: &Expr) -> &[Expr] {
    match expr {
        Expr::All => &[],
        Expr::And(all) => all,
        other => std::slice::from_ref(other),
    }
}

/// The query without the part at `index`.
pub(super) fn without(expr: &Expr, index: usize) -> Expr {
    replaced(expr, index, Expr::All)
}

/// The query with another part at `index`.
pub(super) fn replaced(expr: &Expr, index: usize, by: Expr) -> Expr {
    let parts = parts(expr).iter().enumerate();
    let parts = parts.map(|(i, part)| if i == index { by.clone() } else { part.clone() });
    parts.fold(Expr::All, Expr::and)
}

/// The chips of a query, with ids as they are.
#[must_use]
pub fn chips(expr: &Expr) -> Vec<Chip> {
    named_chips(expr, &Known::new())
}

/// The chips of a query, with names in place of ids.
pub(super) fn named_chips(expr: &Expr, known: &Known) -> Vec<Chip> {
    let chip = |(index, part): (usize, &Expr)| {
        let (negated, inner) = match part {
            Expr::Not(inner) => (true, inner.as_ref()),
            other => (false, other),
        };
        let (key, value) = label(inner, known);
        Chip {
            key,
            value,
            negated,
            text: match part {
                Expr::Or(_) => format!("({part})"),
                other => other.to_string(),
            },
            without: without(expr, index).to_string(),
        }
    };
    parts(expr).iter().enumerate().map(chip).collect()
}

/// The key and the values of a part, for people.
pub(super) fn label(part: &Expr, known: &Known) -> (String, String) {
    let text = part.to_string();
    match part {
        Expr::Term(Term::Text(_)) => (String::new(), text),
        Expr::Term(term) => match text.split_once(':') {
            Some((key, printed)) => {
                let value = values(term, known).unwrap_or_else(|| printed.to_owned());
                (format!("{key}:"), value)
            }
            None => (String::new(), text),
        },
        Expr::Or(_) | Expr::And(_) => (String::new(), format!("({text})")),
        Expr::All | Expr::Not(_) => (String::new(), text),
    }
}

/// The values of a condition with names and titles; `None` where it has neither.
fn values(term: &Term, known: &Known) -> Option<String> {
    let name = |entity: &Entity| match entity {
        Entity::Id(id) => known.get(id).cloned(),
        Entity::Me | Entity::Is(_) => None,
    };
    let each = |names: Vec<Option<String>>, alone: &dyn Fn(usize) -> Term| {
        if names.iter().all(Option::is_none) {
            return None;
        }
        let printed = |nth: usize| {
            let text = alone(nth).to_string();
            text.split_once(':').map_or(text.clone(), |(_, value)| value.to_owned())
        };
        let all = names.into_iter().enumerate();
        let all = all.map(|(nth, name)| name.unwrap_or_else(|| printed(nth)));
        Some(all.collect::<Vec<_>>().join(", "))
    };
    let names = |all: &[Entity]| all.iter().map(name).collect::<Vec<_>>();
    match term {
        Term::User(all) => each(names(all), &|nth| Term::User(vec![all[nth].clone()])),
        Term::Target(all) => each(names(all), &|nth| Term::Target(vec![all[nth].clone()])),
        Term::Group(all) => each(names(all), &|nth| Term::Group(vec![all[nth].clone()])),
        Term::Application(all) => each(names(all), &|nth| Term::Application(vec![all[nth].clone()])),
        Term::By(all) => {
            let who = |by: &ByPattern| match by {
                ByPattern::Is(who) => name(who),
                ByPattern::Kind(_) => None,
            };
            each(all.iter().map(who).collect(), &|nth| Term::By(vec![all[nth].clone()]))
        }
        Term::Kind(all) => {
            let title = |kind: &KindPattern| match kind {
                KindPattern::Exact(code) => catalogue::find(code).map(|entry| entry.title.to_owned()),
                KindPattern::Prefix(_) | KindPattern::Part(_) => None,
            };
            each(all.iter().map(title).collect(), &|nth| {
                Term::Kind(vec![all[nth].clone()])
            })
        }
        _ => None,
    }
}
