//! Days by their names, what is offered for a text that is no query, and ranges beside a query.

use super::*;

fn bound(text: &str, zone: &str, now: &str) -> (String, String) {
    let zone = TimeZone::get(zone).unwrap();
    let expr = parse(text, &zone).unwrap().bind(&Binding {
        now: time(now),
        me: None,
    });
    let text = |end: Option<Time>| end.map(|end| end.timestamp().to_string()).unwrap_or_default();
    let (from, to) = expr.time_bounds();
    (text(from), text(to))
}

#[test]
fn a_day_by_its_name_is_the_whole_day_in_the_readers_zone() {
    // A Wednesday at 23:30 in New York, Thursday already in UTC.
    let now = "2026-11-26T04:30:00Z";
    for (text, zone, from, to) in [
        ("at:today", "UTC", "2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z"),
        (
            "at:Today",
            "America/New_York",
            "2026-11-25T05:00:00Z",
            "2026-11-26T05:00:00Z",
        ),
        (
            "at:yesterday",
            "America/New_York",
            "2026-11-24T05:00:00Z",
            "2026-11-25T05:00:00Z",
        ),
        (
            "at:wednesday",
            "America/New_York",
            "2026-11-25T05:00:00Z",
            "2026-11-26T05:00:00Z",
        ),
        ("at:wednesday", "UTC", "2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z"),
        (
            "at:thursday",
            "America/New_York",
            "2026-11-19T05:00:00Z",
            "2026-11-20T05:00:00Z",
        ),
        (
            "at:monday..yesterday",
            "UTC",
            "2026-11-23T00:00:00Z",
            "2026-11-26T00:00:00Z",
        ),
        ("at:>monday", "UTC", "2026-11-24T00:00:00Z", ""),
        ("at:<today", "UTC", "", "2026-11-26T00:00:00Z"),
    ] {
        assert_eq!(
            bound(text, zone, now),
            (from.to_owned(), to.to_owned()),
            "{text} in {zone}"
        );
        let zone = TimeZone::get(zone).unwrap();
        let expr = parse(text, &zone).unwrap();
        assert_eq!(expr.to_string(), text.to_lowercase());
        assert_eq!(parse(&expr.to_string(), &zone), Ok(expr));
    }
    let long = bound("at:sunday", "Europe/Berlin", "2026-10-26T12:00:00Z");
    assert_eq!(
        long,
        ("2026-10-24T22:00:00Z".to_owned(), "2026-10-25T23:00:00Z".to_owned()),
        "25 hours"
    );
}

#[test]
fn whatever_is_typed_there_is_an_offer_that_can_be_read() {
    let offers = |text: &str| {
        let error = parse(text, &TimeZone::UTC).expect_err(text);
        let offers = repairs(text, &error, &TimeZone::UTC);
        offers.into_iter().map(|offer| offer.query).collect::<Vec<_>>()
    };
    for (typed, expected) in [
        ("outcom:failure", &["outcome:failure", "\"outcom:failure\""][..]),
        (
            "outcom:failure usr:sam",
            &["outcome:failure user:sam", "\"outcom:failure\" user:sam", "user:sam"],
        ),
        (
            "https://a.example/x?y=1 login",
            &["\"https://a.example/x?y=1\" login", "login"],
        ),
        ("🎉", &["user:*\"🎉\"*"]),
        ("login \"locked from", &["login \"locked from\"", "login"]),
        ("(login", &["(login)", "\"(login\""]),
        ("user:", &["\"user:\""]),
        ("country:Germany sam", &["\"country:Germany\" sam", "sam"]),
        ("...", &[""]),
    ] {
        assert_eq!(offers(typed), expected, "{typed}");
    }
    assert_eq!(offers(&"a ".repeat(MAX_BYTES)), [""], "too long");
}

#[test]
fn operators_in_small_letters_are_asked_about() {
    let meant = |text: &str| with_operators(&read(text), &TimeZone::UTC).map(|expr| expr.to_string());
    assert_eq!(meant("sam or zoe").as_deref(), Some("sam OR zoe"));
    assert_eq!(
        meant("outcome:failure and not Sam").as_deref(),
        Some("outcome:failure -Sam")
    );
    assert_eq!(meant("(a OR b) or c d").as_deref(), Some("a OR b OR (c d)"));
    assert_eq!(meant("sam zoe"), None);
    assert_eq!(meant("sam or"), None, "joins nothing");
}

#[test]
fn a_range_leaves_the_query_and_is_one() {
    let now = time("2026-11-26T12:00:00Z");
    let split = |text: &str| {
        let (range, rest) = read(text).split_range(now);
        (range.map(|range| range.ends()), rest.to_string())
    };
    let ends = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
    assert_eq!(
        split("at:yesterday login"),
        (ends("yesterday", "yesterday"), "login".to_owned())
    );
    assert_eq!(split("at:>monday at:-30d"), (ends(">monday", ""), String::new()));
    assert_eq!(
        split("at:<2026-11-20 at:>=2026-11-01"),
        (ends("2026-11-01", "<2026-11-20"), String::new())
    );
    for stays in ["login", "-at:today", "at:today OR login", "at:2026-11-01,2026-11-03"] {
        assert_eq!(split(stays), (None, stays.to_owned()));
    }
}

#[test]
fn a_wrong_query_falls_into_its_parts() {
    let parts = |text: &str| {
        conjuncts(text)
            .into_iter()
            .map(|part| text[part].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        parts("a:b  -outcome:\"x y\" AND (c OR d) NOT e"),
        ["a:b", "-outcome:\"x y\"", "(c OR d)", "NOT e"]
    );
    for whole in ["a OR b", "a \"b", "a (b", "a) b"] {
        assert_eq!(parts(whole), [whole]);
    }
    assert_eq!(parts("  "), [""; 0]);
}
