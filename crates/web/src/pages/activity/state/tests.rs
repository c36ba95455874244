use super::*;

fn new_york() -> Zone {
    Zone::named("America/New_York").unwrap()
}

fn noon() -> Time {
    Time::parse("2026-11-21T14:00:00Z").unwrap()
}

fn range(from: &str, to: &str) -> (String, String) {
    let state = UrlState::default().with_range(from, to);
    let (from, to) = state.range(&new_york(), noon()).unwrap();
    let text = |at: Option<Time>| at.map(|at| at.timestamp().to_string()).unwrap_or_default();
    (text(from), text(to))
}

#[test]
fn a_range_is_read_in_the_readers_zone_by_the_words_of_the_query() {
    for (from, to, begins, ends) in [
        (
            "2026-07-01",
            "2026-07-01",
            "2026-07-01T04:00:00Z",
            "2026-07-02T04:00:00Z",
        ),
        ("2026-07-01T10:30", "", "2026-07-01T14:30:00Z", ""),
        ("2026-07-01 10:30", "", "2026-07-01T14:30:00Z", ""),
        ("2026-07-01T10:30:00Z", "", "2026-07-01T10:30:00Z", ""),
        ("-24h", "now", "2026-11-20T14:00:00Z", "2026-11-21T14:00:00Z"),
        ("today", "", "2026-11-21T05:00:00Z", ""),
        ("yesterday", "yesterday", "2026-11-20T05:00:00Z", "2026-11-21T05:00:00Z"),
        ("", "<today", "", "2026-11-21T05:00:00Z"),
        ("", "", "", ""),
    ] {
        assert_eq!(range(from, to), (begins.to_owned(), ends.to_owned()), "{from} {to}");
    }
}

#[test]
fn what_is_no_time_is_refused_with_the_text_in_the_message() {
    for text in [
        "noon",
        "-7",
        "-d",
        "-7é",
        "2026-13-01",
        "--1d",
        "-99999999999999999999d",
    ] {
        let WrongRange(message) = UrlState::default()
            .with_range(text, "")
            .range(&Zone::utc(), Time(0))
            .unwrap_err();
        assert!(message.contains(text), "{message}");
    }
    let WrongRange(message) = UrlState::default()
        .with_range("", "yesterdy")
        .range(&Zone::utc(), Time(0))
        .unwrap_err();
    assert!(message.ends_with("Did you mean `yesterday`?"), "{message}");
    let backwards = UrlState::default().with_range("2026-11-02", "2026-11-01");
    let WrongRange(message) = backwards.range(&Zone::utc(), noon()).unwrap_err();
    assert!(message.contains("`2026-11-01`, lies before its beginning, `2026-11-02`"));
    let empty = UrlState::default().with_range("2026-11-02T05:00:00Z", "2026-11-02T05:00:00Z");
    let WrongRange(message) = empty.range(&new_york(), noon()).unwrap_err();
    assert!(
        message.contains("2026-11-02 00:00:00 EST"),
        "never a raw instant: {message}"
    );
}

fn settled(address: &str) -> Option<String> {
    let state: UrlState = serde_urlencoded::from_str(address).unwrap();
    let to = state.settled(&"/activity".into(), &new_york(), noon(), "https://log.example.com");
    to.map(|href| href.as_str().to_owned())
}

#[test]
fn what_is_typed_becomes_one_state() {
    for (address, to) in [
        ("q=login&add=user:sam", "/activity?q=login%20user:sam"),
        ("q=a+OR+b&add=c&after=o1.1", "/activity?q=%28a%20OR%20b%29%20c"),
        (
            "add=at:yesterday+login&from=-7d",
            "/activity?q=login&from=yesterday&to=yesterday",
        ),
        ("q=at:-30d&tz=EST", "/activity?from=-30d&tz=EST"),
        (
            "q=at:%3E%3D2026-11-01+at:%3C2026-11-15",
            "/activity?from=2026-11-01&to=%3C2026-11-15",
        ),
        (
            "q=login+-user:sam+a&remove=1&from=-7d",
            "/activity?q=login%20a&from=-7d",
        ),
        ("q=login+outcom:x&remove=1", "/activity?q=login"),
        ("q=login&remove=7", "/activity?q=login"),
        ("add=https://log.example.com/users/usr_1?x=y", "/users/usr_1?x=y"),
        ("q=https://log.example.com/activity?q=login", "/activity?q=login"),
        ("add=https://log.example.com//evil.example/x", "/"),
        ("add=https://app.example/a/b?token=1%23x", "/activity?q=app.example/a/b"),
    ] {
        assert_eq!(settled(address).as_deref(), Some(to), "{address}");
    }
}

#[test]
fn what_is_settled_or_cannot_be_read_stays() {
    for address in [
        "",
        "q=login&from=-7d",
        "q=-at:today",
        "q=at:today+OR+login&edit=x",
        "q=outcom:failure&add=login",
        "q=login&add=outcom:failure",
        "add=https://🎉/",
    ] {
        assert_eq!(settled(address), None, "{address}");
    }
}

#[test]
fn an_address_is_read_back_as_it_was_written() {
    let state = UrlState {
        q: "user:\"Sam & Jo\" -ip:10.0.0.0/8 äöü+%".to_owned(),
        from: "-7d".to_owned(),
        tz: "EST".to_owned(),
        ..UrlState::default()
    };
    let href = state.href(&"/activity".into());
    let query = href.as_str().strip_prefix("/activity?").unwrap();
    assert_eq!(serde_urlencoded::from_str::<UrlState>(query).unwrap(), state);
    assert_eq!(UrlState::default().href(&"/activity".into()).as_str(), "/activity");
}
