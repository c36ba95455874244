//! A query as removable chips: the chips and the text are one state.

use activity::query::{Expr, Term};

/// One part of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// The key with its colon, such as `user:`; empty for full text and for parts in parentheses.
    pub key: String,
    /// What follows the key.
    pub value: String,
    /// Whether the part excludes what it names.
    pub negated: bool,
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
    let rest = parts(expr).iter().enumerate().filter(|(i, _)| *i != index);
    rest.fold(Expr::All, |sum, (_, part)| sum.and(part.clone()))
}

/// The chips of a query.
pub(super) fn chips(expr: &Expr) -> Vec<Chip> {
    let chip = |(index, part): (usize, &Expr)| {
        let (negated, inner) = match part {
            Expr::Not(inner) => (true, inner.as_ref()),
            other => (false, other),
        };
        let text = inner.to_string();
        let (key, value) = match inner {
            Expr::Term(Term::Text(_)) => (String::new(), text),
            Expr::Term(_) => match text.split_once(':') {
                Some((key, value)) => (format!("{key}:"), value.to_owned()),
                None => (String::new(), text),
            },
            Expr::Or(_) | Expr::And(_) => (String::new(), format!("({text})")),
            Expr::All | Expr::Not(_) => (String::new(), text),
        };
        Chip {
            key,
            value,
            negated,
            without: without(expr, index).to_string(),
        }
    };
    parts(expr).iter().enumerate().map(chip).collect()
}
