//! Properties that hold for every text and every query.

use proptest::prelude::*;

use super::*;
use crate::text::{Extent, Phrase};

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[a-zA-Z0-9_.@ü:,*()\"\\\\ =-]{1,8}",
        Just("me".to_owned()),
        Just("AND".to_owned()),
        Just("self".to_owned()),
        Just("user.logn".to_owned()),
        Just("usr_7".to_owned()),
        Just("sam jones".to_owned()),
    ]
}

/// Texts that could not be typed without quotes are in quotes.
fn phrase() -> impl Strategy<Value = Phrase> {
    let extents = prop::sample::select(vec![Extent::Whole, Extent::Beginning, Extent::Part]);
    (word(), extents, any::<bool>()).prop_map(|(text, extent, quoted)| {
        let bare = !quoted && text.chars().all(char::is_alphanumeric);
        let phrase = Phrase::new(text, extent);
        if bare { phrase } else { phrase.quoted() }
    })
}

fn value() -> impl Strategy<Value = Value> {
    phrase().prop_map(Value::new)
}

fn entity() -> impl Strategy<Value = Entity> {
    prop_oneof![
        1 => Just(Entity::Me),
        2 => word().prop_map(Entity::Id),
        4 => value().prop_map(Entity::Is),
    ]
}

fn words() -> impl Strategy<Value = Words> {
    phrase().prop_filter_map("no letters", Words::new)
}

fn many<T: std::fmt::Debug>(one: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(one, 1..3)
}

fn by() -> impl Strategy<Value = ByPattern> {
    let kinds = prop::sample::select(ByKind::WORDS.map(|(_, kind)| kind).to_vec());
    prop_oneof![kinds.prop_map(ByPattern::Kind), entity().prop_map(ByPattern::Is)]
}

/// Texts of values that are not free: addresses, times, ranges.
fn formal() -> impl Strategy<Value = Term> {
    let texts = [
        "ip:10.0.0.1",
        "ip:10.1.*,2001:db8::/32",
        "at:2026-11-01",
        "at:2026-11..2026-12-03",
        "at:-7d",
        "at:<-30m",
        "at:>2026",
        "at:<=2026-11-01T10:15:20.5",
        "at:-7d..now",
        "at:today",
        "at:monday..friday,>yesterday,<=sunday",
        "recorded:<today,yesterday..now",
        "recorded:>=2026-11-01T10:15Z",
        "id:5",
        "id:1..7,>=9,<3",
        "outcome:success,failure",
        "country:de,FR",
        "has:user,metadata.a",
        "has:metadata.\"a b\"",
        "at:..2026-11-01T10:15:20.000001Z",
        "at:2026-11-01T00:00:00+02:00..",
    ];
    prop::sample::select(texts.to_vec()).prop_map(|text| match read(text) {
        Expr::Term(term) => term,
        other => panic!("{other} is not one term"),
    })
}

fn term() -> impl Strategy<Value = Term> {
    let code = |text: String| text.to_lowercase();
    let kind = (word(), 0..3).prop_map(move |(text, sort)| match sort {
        0 => KindPattern::Exact(code(text)),
        1 => KindPattern::Prefix(code(text)),
        _ => KindPattern::Part(code(text)),
    });
    let named = || value().prop_map(Entity::Is);
    prop_oneof![
        3 => words().prop_map(Term::Text),
        1 => many(kind).prop_map(Term::Kind),
        1 => many(entity()).prop_map(Term::User),
        1 => many(by()).prop_map(Term::By),
        1 => many(entity()).prop_map(Term::Target),
        1 => many(named()).prop_map(Term::Group),
        1 => many(named()).prop_map(Term::Application),
        1 => many(words()).prop_map(Term::Device),
        1 => many(words()).prop_map(Term::UserAgent),
        1 => many(value()).prop_map(Term::Reason),
        1 => (word(), many(value())).prop_map(|(key, values)| Term::Metadata { key, values }),
        2 => formal(),
    ]
}

pub(crate) fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![1 => Just(Expr::All), 9 => term().prop_map(Expr::Term)];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|items| items.into_iter().reduce(Expr::and).unwrap_or_default()),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|items| items.into_iter().reduce(Expr::or).unwrap_or_default()),
            inner.prop_map(Expr::negated),
        ]
    })
}

fn activity() -> impl Strategy<Value = Activity> {
    let names = prop::sample::select(vec![
        "usr_7",
        "sam jones",
        "me",
        "ü",
        "K",
        "a b",
        "user.logn",
        "",
        "東京都 Zoë",
    ]);
    let names = prop::collection::vec(names, 8);
    (names, any::<bool>(), 0_u64..12).prop_map(|(names, failed, seq)| {
        let mut activity = failed_log_in();
        activity.seq = seq;
        let person = |at: usize| Person {
            id: names[at].into(),
            name: names[at + 1].into(),
            username: names[at + 2].into(),
            email: String::new(),
        };
        activity.facts.user = Some(person(0)).filter(|_| failed);
        activity.facts.by = if failed { By::Themself } else { By::Member(person(3)) };
        activity.facts.reason = Some(names[6].into());
        activity.facts.description = Some(names[7].into());
        activity
    })
}

/// Two words in a row and beginnings and parts of words of every text, some of them of this text alone.
fn own_words(activity: &Activity) -> Vec<Term> {
    let mut terms = Vec::new();
    crate::text::fields(&activity.facts, |text| {
        let mut tokens = Vec::new();
        crate::text::terms(text, |term| tokens.push(term.to_owned()));
        let mut add = |text: String, extent| {
            let phrase = Phrase::new(text, extent);
            terms.extend(Words::new(phrase.clone().quoted()).map(Term::Text));
            terms.extend(Words::new(phrase).map(Term::Text));
        };
        for pair in tokens.windows(2) {
            add(pair.join(" "), Extent::Whole);
            let beginning: String = pair[1].chars().take(2).collect();
            add(format!("{} {beginning}", pair[0]), Extent::Beginning);
            add(format!("{} {}", pair[1], pair[0]), Extent::Whole);
            add(pair[1].chars().skip(1).collect(), Extent::Part);
        }
        let all = Words::new(Phrase::new(text, Extent::Whole));
        terms.extend(all.clone().map(|words| Term::Device(vec![words])));
        terms.extend(all.map(|words| Term::UserAgent(vec![words])));
    });
    terms
}

proptest! {
    #[test]
    fn parsing_never_panics_and_points_within_the_text(text in any::<String>()) {
        if let Err(error) = parse(&text, &TimeZone::UTC) {
            for offer in repairs(&text, &error, &TimeZone::UTC) {
                prop_assert!(parse(&offer.query, &TimeZone::UTC).is_ok(), "{} for {}", offer.query, text);
            }
            prop_assert!(text.get(error.span).is_some());
        }
    }

    #[test]
    fn parsing_pieces_of_queries_never_panics_and_prints_back(
        pieces in prop::collection::vec(prop_oneof![
            word(),
            prop::sample::select(vec![
                "user:", "at:", "ip:", "metadata.", "has:", "id:", "by:=", "(", ")", "-", " OR ", " ", "\"", "..",
                ">=", "2026-11-01", "10.", ":*", "-7d", "today", "at:monday", "activity:", "2026-11-01T10:00Z", "99999999999w", "*", "é", "user_agent:", "東京",
            ]).prop_map(str::to_owned),
        ], 0..8),
    ) {
        let text = pieces.concat();
        match parse(&text, &TimeZone::UTC) {
            Ok(expr) => prop_assert_eq!(parse(&expr.to_string(), &TimeZone::UTC), Ok(expr)),
            Err(error) => {
                let offers = repairs(&text, &error, &TimeZone::UTC);
                prop_assert!(!offers.is_empty());
                for offer in offers {
                    prop_assert!(parse(&offer.query, &TimeZone::UTC).is_ok(), "{} for {}", offer.query, text);
                }
                prop_assert!(text.get(error.span).is_some());
            }
        }
        for part in conjuncts(&text) {
            prop_assert!(text.get(part).is_some_and(|part| part.trim() == part && !part.is_empty()));
        }
    }

    #[test]
    fn a_range_is_read_back_from_its_two_ends(expr in expr(), now in 0..4_000_000_000_i64) {
        let now = Time(now * Time::SECOND);
        let (range, rest) = expr.clone().split_range(now);
        if let Some(range) = range {
            let (from, to) = range.ends();
            prop_assert_eq!(AtRange::of_ends(&from, &to, &TimeZone::UTC), Ok(range.clone()));
            let binding = Binding { now, me: None };
            let both = Expr::from(Term::At(vec![range])).and(rest).bind(&binding);
            let bound = expr.bind(&binding);
            for offset in [-9 * Time::DAY, -3 * Time::DAY, -Time::DAY, -1, 0] {
                let mut activity = failed_log_in();
                activity.facts.occurred_at = now.plus(offset);
                prop_assert_eq!(both.matches(&activity), bound.matches(&activity));
            }
        } else {
            prop_assert_eq!(rest, expr);
        }
    }

    #[test]
    fn a_printed_query_parses_to_itself(expr in expr()) {
        let printed = expr.to_string();
        prop_assert_eq!(parse(&printed, &TimeZone::UTC), Ok(expr), "{}", printed);
    }

    #[test]
    fn and_or_and_not_are_those_of_logic(one in expr(), other in expr(), activity in activity()) {
        let binding = Binding { now: activity.recorded_at, me: Some("usr_7".into()) };
        let (one, other) = (one.bind(&binding), other.bind(&binding));
        let (first, second) = (one.matches(&activity), other.matches(&activity));
        prop_assert_eq!(one.clone().and(other.clone()).matches(&activity), first && second);
        prop_assert_eq!(one.clone().or(other).matches(&activity), first || second);
        prop_assert_eq!(one.negated().matches(&activity), !first);
    }

    #[test]
    fn one_pass_over_the_texts_finds_what_looking_for_each_word_finds(
        exprs in prop::collection::vec(expr(), 1..6), facts in crate::samples::any_facts(), activity in activity(),
    ) {
        let binding = Binding { now: activity.recorded_at, me: Some("usr_7".into()) };
        // Words of the activities themselves, so that phrases are found as well as missed.
        let own: Vec<Expr> = own_words(&activity).into_iter().map(Expr::Term).collect();
        let rows = [Activity { facts, ..activity.clone() }, activity];
        for expr in exprs.iter().cloned().chain(own).map(|expr| expr.bind(&binding)) {
            let mut matcher = Matcher::in_one_pass(&expr);
            for row in rows.iter().chain(&rows) {
                prop_assert_eq!(matcher.matches(row), expr.matches(row), "{}", expr);
            }
        }
        let all = exprs.into_iter().map(|expr| expr.bind(&binding)).reduce(Expr::or).unwrap_or_default();
        let mut matcher = Matcher::new(&all);
        for row in &rows {
            prop_assert_eq!(matcher.matches(row), all.matches(row), "{}", all);
        }
    }

    #[test]
    fn what_matches_lies_within_the_bounds(expr in expr(), activity in activity()) {
        let expr = expr.bind(&Binding { now: activity.recorded_at, me: None });
        if expr.matches(&activity) {
            let (from, to) = expr.time_bounds();
            prop_assert!(from.is_none_or(|from| from <= activity.occurred_at));
            prop_assert!(to.is_none_or(|to| activity.occurred_at < to));
            let (least, most) = expr.seq_bounds();
            prop_assert!(least.is_none_or(|least| least <= activity.seq));
            prop_assert!(most.is_none_or(|most| activity.seq <= most));
        }
    }

    #[test]
    fn a_value_matches_itself_however_it_is_cased(text in any::<String>()) {
        prop_assert!(Value::exact(text.to_uppercase()).matches(&text.to_uppercase()));
        prop_assert!(Value::prefix("").matches(&text));
        if let Some(words) = Words::new(Phrase::new(text.clone(), Extent::Whole).quoted()) {
            prop_assert!(words.matches_text(&text));
        }
    }
}
