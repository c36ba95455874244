use activity::Time;
use app::Turns;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;

use super::respond::{
    ago_words, called_html, isolated_html, person_html, said_html, size_words, visible_html, visible_plain,
};
use super::{Cookie, Cookies, ErrorPage, Flash, LocalPath, PageError, Pager, Zone, turns};

#[test]
fn text_that_hides_or_reorders_is_shown_as_code_points() {
    let cases = [
        ("Sam", "<bdi>Sam</bdi>"),
        ("<b>&\"'", "<bdi>&lt;b&gt;&amp;&#34;&#39;</bdi>"),
        ("", "<bdi></bdi>"),
    ];
    for (text, html) in cases {
        assert_eq!(visible_html(text), html);
    }
    for (hidden, point) in [
        ('\u{202E}', "U+202E"),
        ('\u{0}', "U+0000"),
        ('\u{200B}', "U+200B"),
        ('\n', "U+000A"),
        ('\u{E0041}', "U+E0041"),
        ('\u{2800}', "U+2800"),
        ('\u{200D}', "U+200D"),
    ] {
        let html = visible_html(&format!("a{hidden}b"));
        assert!(html.contains(point) && !html.contains(hidden), "{html}");
    }
    for seen in [
        "مريم 株式会社 é",
        "علی\u{200c}رضا",
        "क्\u{200d}ष",
        "👩\u{200d}🚀",
        "❤\u{fe0f}",
    ] {
        assert_eq!(visible_html(seen), format!("<bdi>{seen}</bdi>"));
        assert_eq!(visible_plain(seen), seen);
    }
    assert_eq!(visible_plain("a\u{200d}b"), "aU+200Db");
    assert_eq!(isolated_html("Sam <b>"), "Sam &lt;b&gt;");
    assert_eq!(
        isolated_html("a\u{7}b"),
        visible_html("a\u{7}b").replace("<bdi>", "").replace("</bdi>", "")
    );
    for apart in ["مريم", "Zoë", "a\u{202e}b"] {
        assert_eq!(isolated_html(apart), visible_html(apart));
    }
}

#[test]
fn people_are_named_part_by_part_and_sentences_have_their_code() {
    let mut who = activity::Person {
        name: "\u{5d0}\u{5d1} <b>".to_owned(),
        username: "eitan".to_owned(),
        ..activity::Person::default()
    };
    let html = "<bdi>\u{5d0}\u{5d1} &lt;b&gt;</bdi> <span class=\"grey\">(<bdi>eitan</bdi>)</span>";
    assert_eq!(person_html(&who), html);
    assert_eq!(called_html(&who.to_string()), html);
    assert_eq!(called_html("Nightly import"), "<bdi>Nightly import</bdi>");
    who.username.clear();
    assert_eq!(person_html(&who), "<bdi>\u{5d0}\u{5d1} &lt;b&gt;</bdi>");
    for (text, html) in [
        (
            "There is no group `grp_1`.",
            "There is no group <code><bdi>grp_1</bdi></code>.",
        ),
        ("`<b>` and `", "<code><bdi>&lt;b&gt;</bdi></code> and `"),
        ("plain & simple", "plain &amp; simple"),
    ] {
        assert_eq!(said_html(text), html);
    }
}

#[test]
fn only_paths_of_this_site_are_gone_back_to() {
    for good in ["/", "/users?find=a%20b", "/settings/activity?q=ip%3A10.0.0.0%2F8#x"] {
        assert_eq!(LocalPath::or_home(good).as_str(), good);
    }
    for bad in [
        "",
        "users",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/a\r\nSet-Cookie: x",
        "/\tx",
        "/a\\b",
        "javascript:alert(1)",
    ] {
        assert_eq!(LocalPath::or_home(bad).as_str(), "/", "{bad}");
    }
}

#[test]
fn est_never_knows_daylight_saving_and_new_york_does() {
    let july = Time::parse("2026-07-01T12:00:00Z").unwrap();
    let january = Time::parse("2026-01-01T12:00:00Z").unwrap();
    let shown = |zone: &str, at| Zone::named(zone).unwrap().format(at);
    assert_eq!(shown("EST", july), "2026-07-01 07:00:00 EST");
    assert_eq!(shown("EST", january), "2026-01-01 07:00:00 EST");
    assert_eq!(shown("America/New_York", july), "2026-07-01 08:00:00 EDT");
    assert_eq!(shown("America/New_York", january), "2026-01-01 07:00:00 EST");
    assert_eq!(shown("UTC", july), "2026-07-01 12:00:00 UTC");
    assert!(Zone::named("Mars/Olympus").is_none());
    assert!(Zone::named("../../etc/passwd").is_none());
}

#[test]
fn cookies_are_host_bound_where_the_browser_keeps_those_and_only_those_are_read_there() {
    let line = Cookie::device("secret", 60).header(true).unwrap();
    assert_eq!(
        line,
        "__Host-device=secret; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
    );
    let plain = Cookie::device("secret", 60).header(false).unwrap();
    assert_eq!(plain, "device=secret; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
    let mut headers = HeaderMap::new();
    headers.insert(
        header::COOKIE,
        HeaderValue::from_static("device=planted; other=1; __Host-device=mine"),
    );
    assert_eq!(Cookies::read(&headers, true).device(), Some("mine"));
    assert_eq!(Cookies::read(&headers, false).device(), Some("planted"));
}

#[test]
fn a_message_survives_the_redirect_whatever_it_holds() {
    let flash = Flash::bad("Größe; \"quoted\", \u{202E} and\nlines");
    let line = Cookie::flash(&flash).header(true).unwrap();
    let mut headers = HeaderMap::new();
    let pair = line.to_str().unwrap().split(';').next().unwrap().to_owned();
    headers.insert(header::COOKIE, HeaderValue::try_from(pair).unwrap());
    assert_eq!(Cookies::read(&headers, true).flash(), Some(flash));
}

#[test]
fn ages_and_sizes_read_as_people_say_them() {
    assert_eq!(ago_words(0), "just now");
    assert_eq!(ago_words(59 * Time::SECOND), "59 s ago");
    assert_eq!(ago_words(3 * 3600 * Time::SECOND), "3 h ago");
    assert_eq!(ago_words(400 * Time::DAY), "13 months ago");
    assert_eq!(ago_words(-Time::DAY), "in the future");
    assert_eq!(size_words(999), "999 bytes");
    assert_eq!(size_words(1_250_000), "1.2 MB");
}

#[test]
fn the_links_below_a_list_keep_what_narrows_it() {
    let kept = [("find", "ann lee"), ("role", "")];
    let links = |after: &str, turns: &Turns| {
        let Pager { first, prev, next, .. } = Pager::new("/groups", &kept, after, turns);
        [first, prev, next].map(|href| href.map(|href| href.to_string()))
    };
    let page = |cursor: &str| Some(format!("/groups?find=ann%20lee&after={cursor}"));
    let first = || Some("/groups?find=ann%20lee".to_owned());
    assert_eq!(links("", &turns(None, Some("c1"))), [None, None, page("c1")]);
    assert_eq!(
        links("c1", &turns(Some("b1"), Some("c2"))),
        [first(), page("b1"), page("c2")]
    );
    assert_eq!(links("c2", &turns(Some("b2"), None)), [first(), page("b2"), None]);
    // Gone back to the first page; and gone past the last one, which leads back.
    assert_eq!(links("b1", &turns(None, Some("c1"))), [None, None, page("c1")]);
    assert_eq!(links("c3", &turns(None, None)), [first(), None, None]);
}

#[test]
fn nobody_is_told_that_nothing_was_changed_where_that_is_not_known() {
    let page = PageError::unavailable(app::Unavailable::Unknown("fsync".into())).into_response();
    assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!page.headers().contains_key(header::RETRY_AFTER));
    let text = &page.extensions().get::<ErrorPage>().unwrap().text;
    assert!(text.contains("Look before you repeat it"), "{text}");

    let read = || PageError::unavailable(app::Unavailable::Unchanged("read".into()));
    let text = |error: PageError| {
        error
            .into_response()
            .extensions()
            .get::<ErrorPage>()
            .unwrap()
            .text
            .clone()
    };
    assert!(text(read()).contains("Nothing was changed"));
    assert!(text(read().after_change()).contains("It was done"));
}

#[tokio::test]
async fn a_panic_is_answered_500_on_a_page_and_503_is_for_what_may_work_in_a_moment() {
    let panicked = tokio::spawn(async { panic!("as a test") })
        .await
        .map(|(): ()| ())
        .unwrap_err();
    let page = PageError::unavailable(panicked).into_response();
    assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!page.headers().contains_key(header::RETRY_AFTER));
    let away = PageError::unavailable("the disk is away").into_response();
    assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(away.headers().contains_key(header::RETRY_AFTER));
}

#[test]
fn lines_of_json_are_layout_and_marks_stand_in_its_values_only() {
    let value = serde_json::json!({
        "activity": "a.b",
        "k\u{202e}": ["two\nlines", "<b>\u{200b}\u{7f}", 7, null, true, {}, []],
        "none": {"deep": "\u{1}"},
    });
    let html = super::json_html::json_html(&value);
    let plain = |html: &str| {
        let mut out = String::new();
        let mut rest = html;
        while let Some((text, tag)) = rest.split_once('<') {
            out.push_str(text);
            rest = tag.split_once('>').unwrap().1;
        }
        out + rest
    };
    assert_eq!(html.matches("class=\"cp\"").count(), 3, "{html}");
    assert!(!html.contains("U+000A") && !html.contains("<b>"), "{html}");
    let shown = plain(&html)
        .replace("&#34;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
    let marked = serde_json::to_string_pretty(&value).unwrap();
    let marked = marked
        .replace('\u{202e}', "U+202E")
        .replace('\u{200b}', "U+200B")
        .replace('\u{7f}', "U+007F");
    assert_eq!(shown, marked);
}

/// The attributes that are followed or sent to.
const ADDRESSES: [&str; 6] = ["href", "action", "formaction", "src", "heartbeat", "data-link"];

/// Every value in an attribute of `name` in this template, with what it is written by.
fn values_of<'a>(template: &'a str, name: &str) -> Vec<&'a str> {
    let attribute = format!("{name}=\"");
    let at = template.match_indices(&attribute).filter(|(at, _)| {
        let before = template[..*at].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || c == '-'))
    });
    at.flat_map(|(at, _)| {
        let rest = &template[at + attribute.len()..];
        let mut values = Vec::new();
        let (mut from, mut end) = (0, rest.find('"').unwrap_or(rest.len()));
        while let Some(open) = rest[from..end].find("{{") {
            let begin = from + open + 2;
            let close = begin + rest[begin..].find("}}").unwrap();
            values.push(rest[begin..close].trim());
            from = close;
            end = close + rest[close..].find('"').unwrap_or(rest.len() - close);
        }
        values
    })
    .collect()
}

#[test]
fn no_address_in_a_template_is_raw() {
    assert_eq!(
        values_of(
            r#"<a data-href="{{ x }}" href="/a/{{ f("b") }}/{{ c|segment }}">"#,
            "href"
        ),
        ["f(\"b\")", "c|segment"]
    );
    let mut seen = 0;
    let mut folders = vec![std::path::PathBuf::from("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let template = std::fs::read_to_string(&path).unwrap();
            for value in ADDRESSES.iter().flat_map(|name| values_of(&template, name)) {
                seen += 1;
                assert!(
                    value.ends_with("|href") || value.ends_with("|segment"),
                    "{}: {value} is written as it is; an address passes through |href or |segment",
                    path.display()
                );
            }
        }
    }
    assert!(seen > 100, "{seen} addresses seen");
}
