//! A value of a facet as a part of the query: chosen, left out, or added. The query and the facets are one state.

use activity::Outcome;
use activity::query::{Entity, Expr, IpPattern, KindPattern, RecorderPattern, Term, Words};
use activity::text::{Extent, Phrase};
use engine::Facet;

use crate::activity::chips::parts;

/// How a query treats the values of one facet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Narrowed {
    /// The only values that are shown; empty if all are.
    pub(super) chosen: Vec<String>,
    /// Values that are not shown.
    pub(super) without: Vec<String>,
}

/// The condition that a row has this value; `None` where the query language cannot say it.
pub(in crate::activity) fn term(facet: Facet, value: &str) -> Option<Term> {
    let id = || Entity::Id(value.to_owned());
    Some(match facet {
        Facet::Kind => Term::Kind(vec![KindPattern::Exact(value.to_owned())]),
        Facet::Outcome => Term::Outcome(vec![Outcome::of_word(value)?]),
        Facet::User => Term::User(vec![id()]),
        Facet::Group => Term::Group(vec![id()]),
        Facet::Application => Term::Application(vec![id()]),
        Facet::Ip => Term::Ip(vec![IpPattern::Exact(value.parse().ok()?)]),
        Facet::Device => Term::Device(vec![Words::new(Phrase::new(value, Extent::Whole).quoted())?]),
        Facet::Country => Term::Country(vec![value.to_owned()]),
        Facet::Reporter => Term::Reported(vec![
            match RecorderPattern::WORDS.iter().find(|(word, _)| *word == value) {
                Some((_, kind)) => RecorderPattern::Kind(*kind),
                None => RecorderPattern::Is(id()),
            },
        ]),
    })
}

/// The values of this facet that a condition names, if it names nothing else.
fn values(facet: Facet, term: &Term) -> Option<Vec<String>> {
    fn all<T>(all: &[T], one: impl Fn(&T) -> Option<String>) -> Option<Vec<String>> {
        all.iter().map(one).collect()
    }
    let id = |entity: &Entity| match entity {
        Entity::Id(id) => Some(id.clone()),
        Entity::Me | Entity::Is(_) => None,
    };
    match (facet, term) {
        (Facet::Kind, Term::Kind(kinds)) => all(kinds, |kind| match kind {
            KindPattern::Exact(code) => Some(code.clone()),
            KindPattern::Prefix(_) | KindPattern::Part(_) => None,
        }),
        (Facet::Outcome, Term::Outcome(outcomes)) => all(outcomes, |it| Some(it.word().to_owned())),
        (Facet::User, Term::User(them)) | (Facet::Group, Term::Group(them)) => all(them, id),
        (Facet::Application, Term::Application(them)) => all(them, id),
        (Facet::Ip, Term::Ip(them)) => all(them, |ip| match ip {
            IpPattern::Exact(ip) => Some(ip.to_string()),
            IpPattern::Net(_) => None,
        }),
        (Facet::Device, Term::Device(them)) => all(them, |words| {
            (words.phrase().extent() == Extent::Whole).then(|| words.text().to_owned())
        }),
        (Facet::Country, Term::Country(codes)) => Some(codes.clone()),
        (Facet::Reporter, Term::Reported(them)) => all(them, |it| match it {
            RecorderPattern::Kind(kind) => Some(RecorderPattern::word(*kind).to_owned()),
            RecorderPattern::Is(entity) => id(entity),
            RecorderPattern::Named(..) => None,
        }),
        _ => None,
    }
}

/// A part of a query that chooses values of this facet, or leaves them out.
fn part(facet: Facet, part: &Expr) -> Option<(bool, Vec<String>)> {
    match part {
        Expr::Term(term) => values(facet, term).map(|values| (true, values)),
        Expr::Not(inner) => match inner.as_ref() {
            Expr::Term(term) => values(facet, term).map(|values| (false, values)),
            _ => None,
        },
        _ => None,
    }
}

/// How a query treats the values of this facet.
pub(super) fn narrowed(typed: &Expr, facet: Facet) -> Narrowed {
    let mut narrowed = Narrowed::default();
    for (chooses, values) in parts(typed).iter().filter_map(|it| part(facet, it)) {
        let list = if chooses {
            &mut narrowed.chosen
        } else {
            &mut narrowed.without
        };
        list.extend(values);
    }
    narrowed
}

/// The query without what it says about the values of this facet.
pub(super) fn freed(typed: &Expr, facet: Facet) -> Expr {
    let others = parts(typed).iter().filter(|it| part(facet, it).is_none());
    others.cloned().fold(Expr::All, Expr::and)
}

/// The query that treats the values of this facet like this.
fn with(typed: &Expr, facet: Facet, narrowed: &Narrowed) -> Option<Expr> {
    let any = |values: &[String]| {
        let terms = values
            .iter()
            .map(|value| term(facet, value))
            .collect::<Option<Vec<_>>>()?;
        terms.into_iter().reduce(join).map(Expr::from)
    };
    let mut query = freed(typed, facet);
    if !narrowed.chosen.is_empty() {
        query = query.and(any(&narrowed.chosen)?);
    }
    if !narrowed.without.is_empty() {
        query = query.and(any(&narrowed.without)?.negated());
    }
    Some(query)
}

/// Either of two conditions on one facet.
fn join(one: Term, other: Term) -> Term {
    macro_rules! joined {
        ($($kind:ident)*) => {
            match (one, other) {
                $((Term::$kind(mut these), Term::$kind(those)) => {
                    these.extend(those);
                    Term::$kind(these)
                })*
                (one, _) => one,
            }
        };
    }
    joined!(Kind Outcome User Group Application Ip Device Country Reported)
}

/// The query once this value was pressed: chosen with those that are, or not chosen any more.
pub(super) fn toggled(typed: &Expr, facet: Facet, value: &str) -> Option<Expr> {
    let mut narrowed = narrowed(typed, facet);
    narrowed.without.retain(|other| other != value);
    match narrowed.chosen.iter().position(|chosen| chosen == value) {
        Some(at) => drop(narrowed.chosen.remove(at)),
        None => narrowed.chosen.push(value.to_owned()),
    }
    with(typed, facet, &narrowed)
}

/// The query that shows this value only.
pub(super) fn only(typed: &Expr, facet: Facet, value: &str) -> Option<Expr> {
    let narrowed = Narrowed {
        chosen: vec![value.to_owned()],
        without: Vec::new(),
    };
    with(typed, facet, &narrowed)
}

/// The query that does not show this value, or shows it again.
pub(super) fn left_out(typed: &Expr, facet: Facet, value: &str) -> Option<Expr> {
    let mut narrowed = narrowed(typed, facet);
    narrowed.chosen.retain(|other| other != value);
    match narrowed.without.iter().position(|left_out| left_out == value) {
        Some(at) => drop(narrowed.without.remove(at)),
        None => narrowed.without.push(value.to_owned()),
    }
    with(typed, facet, &narrowed)
}

#[cfg(test)]
mod tests {
    use activity::query::parse;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    fn query(text: &str) -> Expr {
        parse(text, &TimeZone::UTC).unwrap()
    }

    fn said(expr: Option<Expr>) -> String {
        expr.unwrap().to_string()
    }

    #[test]
    fn pressing_a_value_chooses_it_beside_the_others_and_pressing_it_again_does_not() {
        let typed = query("outcome:failure door application:=app_1");
        let both = toggled(&typed, Facet::Application, "app_2");
        assert_eq!(said(both.clone()), "outcome:failure door application:=app_1,=app_2");
        assert_eq!(
            said(toggled(&both.unwrap(), Facet::Application, "app_1")),
            "outcome:failure door application:=app_2"
        );
        assert_eq!(
            said(toggled(&typed, Facet::Application, "app_1")),
            "outcome:failure door"
        );
    }

    #[test]
    fn what_is_left_out_is_not_chosen() {
        let typed = query("activity:user.login,user.logout");
        let without = left_out(&typed, Facet::Kind, "user.login").unwrap();
        assert_eq!(without.to_string(), "activity:user.logout -activity:user.login");
        assert_eq!(said(only(&without, Facet::Kind, "user.login")), "activity:user.login");
        assert_eq!(
            said(left_out(&without, Facet::Kind, "user.login")),
            "activity:user.logout"
        );
    }

    #[test]
    fn what_a_facet_cannot_say_stays_as_it_was_typed() {
        let typed = query("activity:user.* user:zoe");
        assert_eq!(narrowed(&typed, Facet::Kind), Narrowed::default());
        assert_eq!(
            said(toggled(&typed, Facet::Kind, "user.login")),
            "activity:user.* user:zoe activity:user.login"
        );
    }

    proptest! {
        /// Whatever a value holds, pressing it twice is as if it had not been pressed, and the text leads back to the
        /// same query.
        #[test]
        fn a_value_is_taken_back_as_it_was_given(
            facet in prop::sample::select(Facet::ALL.to_vec()),
            value in "\\PC{1,20}",
            typed in prop::sample::select(vec!["door", "-ip:10.0.0.0/8", "user:sam", "a OR b"]),
        ) {
            let typed = query(typed);
            // Codes are lower case, and countries upper case, in every row.
            let value = match facet {
                Facet::Kind => "user.login".to_owned(),
                Facet::Country => "DE".to_owned(),
                _ => value,
            };
            if let Some(once) = toggled(&typed, facet, &value) {
                prop_assert_eq!(parse(&once.to_string(), &TimeZone::UTC).unwrap(), once.clone());
                prop_assert_eq!(toggled(&once, facet, &value).unwrap(), typed);
            }
        }
    }
}
