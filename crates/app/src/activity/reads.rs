//! Activities that say no more than that somebody looked at a log. In a view of anybody's log but one's own they are
//! left out unless they are asked for, so that they do not drown it. Owns when a query asks for them.

use activity::catalogue;
use activity::query::{Expr, KindPattern, Term};

/// What is a read.
pub(super) fn reads() -> Expr {
    let codes = catalogue::reads().map(|entry| KindPattern::Exact(entry.code.to_owned()));
    Term::Kind(codes.collect()).into()
}

/// Whether a query asks for reads: by a type that is one, or for single activities by their ids.
pub(super) fn are_asked_for(query: &Expr) -> bool {
    asks(query, true)
}

/// Whether a part asks for reads, where what stands in it is wanted, or, below a NOT, unwanted.
fn asks(part: &Expr, wanted: bool) -> bool {
    match part {
        Expr::All => false,
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(|part| asks(part, wanted)),
        Expr::Not(inner) => asks(inner, !wanted),
        Expr::Term(Term::Kind(patterns)) => wanted && patterns.iter().any(is_of_reads),
        Expr::Term(Term::Id(ids)) => wanted && ids.iter().any(|range| range.from.is_some() && range.from == range.to),
        Expr::Term(_) => false,
    }
}

fn is_of_reads(pattern: &KindPattern) -> bool {
    catalogue::reads().any(|entry| pattern.matches(entry.code))
}

#[cfg(test)]
mod tests {
    use activity::query::parse;
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn a_query_asks_for_reads_by_what_it_wants_and_by_nothing_else() {
        let asks = |q: &str| are_asked_for(&parse(q, &TimeZone::UTC).unwrap());
        for q in [
            "activity:log.viewed",
            "activity:user.login,log.searched",
            "activity:log.*",
            "activity:*view* outcome:success",
            "user:sam OR activity:log.viewed",
            "-(activity:user.login OR -activity:log.viewed)",
            "id:12",
            "id:1..5,12",
        ] {
            assert!(asks(q), "{q}");
        }
        for q in [
            "",
            "-activity:log.viewed",
            "activity:user.*",
            "activity:log.imported",
            "\"Activity log viewed\"",
            "-(user:sam activity:log.viewed)",
            "id:1..5",
            "-id:12",
        ] {
            assert!(!asks(q), "{q}");
        }
    }
}
