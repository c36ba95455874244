//! Samples of the activity pages: empty, usual, long and hostile.

use std::time::Duration;

use activity::query::{Expr, parse};
use activity::{Activity, By, Change, Facts, Named, Outcome, Person, Target, Time};
use app::activity::{
    ActivityView, Chip, CompleteThrough, Count, EmptyReason, Facet, FoundPerson, Hint, LogScope, Overview, Rows, Value,
    Values, Widening,
};
use app::exports::{Export, Format, Kind, Progress, State, UserCsv};
use app::{Caller, Origin, Roles, Via};
use askama::Template as _;

use super::display::Display;
use super::links::Links;
use super::one::OnePage;
use super::saved::Saved;
use super::scopes::{CsvPart, EverythingPage, MinePage, UserPage};
use super::state::UrlState;
use super::view::{Answer, Shown, View};
use crate::shell::{Shell, Theme, Zone};

pub(crate) const HOSTILE: &str = "\"><script>alert(1)</script>\u{202e}gnp\u{0}\u{7}&'=1+1 ";

pub(crate) fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

pub(crate) fn sam() -> Person {
    Person {
        id: "usr_sam".to_owned(),
        name: "Sam Jones".to_owned(),
        username: "sjones".to_owned(),
        email: "sam@example.com".to_owned(),
    }
}

pub(crate) fn administrator() -> Caller {
    Caller {
        person: Person {
            id: "usr_maria".to_owned(),
            name: "Maria Silva".to_owned(),
            ..Person::default()
        },
        roles: Roles {
            administrator: true,
            auditor: false,
        },
        via: Via::Device { id: "dev_1".to_owned() },
        origin: Origin::default(),
    }
}

pub(crate) fn shell(path: &'static str) -> Shell {
    Shell {
        caller: Some(administrator()),
        path: path.into(),
        here: path.into(),
        flash: None,
        theme: Theme::Auto,
        origin: "https://log.example.com".to_owned(),
        no_such_zone: None,
        zone: Zone::named("EST").unwrap(),
        now: at("2026-11-21T14:03:00Z"),
        once: "req_1".to_owned(),
    }
}

fn row(seq: u64, when: &str, code: &str) -> Activity {
    let mut facts = Facts::new(code, at(when));
    facts.user = Some(sam());
    facts.ip = "203.0.113.7".parse().ok();
    facts.device = Some("Firefox on Linux".to_owned());
    facts.application = Some(Named {
        id: "app_web".to_owned(),
        name: "Web manager".to_owned(),
    });
    Activity {
        seq,
        recorded_at: facts.occurred_at,
        facts,
    }
}

fn hostile(seq: u64) -> Activity {
    let text = HOSTILE.to_owned();
    let mut row = row(seq, "2026-11-21T14:00:00Z", "group.joined");
    row.facts.user = Some(Person {
        id: text.clone(),
        name: text.clone(),
        username: text.clone(),
        email: text.clone(),
    });
    row.facts.by = By::Member(row.facts.user.clone().unwrap());
    row.facts.group = Some(Named {
        id: text.clone(),
        name: text.clone(),
    });
    row.facts.application = row.facts.group.clone();
    row.facts.targets = vec![Target {
        kind: text.clone(),
        id: text.clone(),
        name: text.clone(),
        ..Target::default()
    }];
    row.facts.device = Some(text.clone());
    row.facts.user_agent = Some(text.clone());
    row.facts.reason = Some(text.clone());
    row.facts.country = Some(text.clone());
    row.facts.description = Some(text.clone());
    row.facts.external_id = Some(text.clone());
    row.facts.metadata.insert(text.clone(), text.clone());
    row.facts.changes = vec![Change {
        field: text.clone(),
        before: Some(text.clone()),
        after: None,
    }];
    row
}

fn answered(rows: Vec<Activity>, q: &str, empty: Option<EmptyReason>) -> View {
    let url = UrlState {
        q: q.to_owned(),
        from: "-7d".to_owned(),
        tz: "EST".to_owned(),
        ..UrlState::default()
    };
    let zone = Zone::named("EST").unwrap();
    let view = ActivityView {
        older: rows.last().map(|row| format!("o1.{}", row.seq)),
        newer: None,
        unreadable: Vec::new(),
        is_cut: false,
        complete_through: CompleteThrough {
            size: 9,
            at: at("2026-11-21T14:02:59Z"),
        },
        count: Some(Count { n: 9_734, exact: true }),
        failures: Some(Count { n: 530, exact: false }),
        hidden: Some(Count { n: 111, exact: true }),
        query: q.to_owned(),
        expr: parse(q, zone.zone()).unwrap(),
        chips: vec![Chip {
            key: "user:".to_owned(),
            value: HOSTILE.to_owned(),
            negated: true,
            text: HOSTILE.to_owned(),
            without: String::new(),
        }],
        hints: vec![
            Hint::Operators {
                query: HOSTILE.to_owned(),
            },
            Hint::Formerly {
                now: hostile(1).facts.user.unwrap(),
                then: hostile(1).facts.user.unwrap(),
                count: Count { n: 82, exact: false },
            },
        ],
        overview: Some(overview()),
        empty,
        took: Duration::from_micros(1_234),
        rows: Rows::default(),
    };
    let links = links(url.clone(), view.expr.clone());
    let outcome = Shown::Rows(Box::new(Answer::of(
        rows,
        view,
        &links,
        (&zone, at("2026-11-21T14:03:00Z")),
    )));
    shown(outcome, url)
}

/// What is counted of a view, hostile names among it.
fn overview() -> Overview {
    let value = |value: &str, n: u64| Value {
        value: value.to_owned(),
        name: HOSTILE.to_owned(),
        n,
        is_chosen: n == 0,
        is_left_out: false,
        toggled: Some("user:=usr_sam".to_owned()),
        only: Some("user:=usr_sam".to_owned()),
        left_out: Some("-user:=usr_sam".to_owned()),
    };
    Overview {
        count: Count { n: 9_734, exact: true },
        failures: Count { n: 530, exact: false },
        bars: Vec::new(),
        facets: vec![Values {
            facet: Facet::User,
            values: vec![value(HOSTILE, 7), value("usr_sam", 0)],
            other: 12,
        }],
    }
}

fn links(state: UrlState, expr: Expr) -> Links {
    Links {
        base: "/activity".into(),
        state,
        expr,
        reads_everything: true,
        owner: None,
    }
}

fn shown(outcome: Shown, state: UrlState) -> View {
    View {
        base: "/activity".into(),
        scope: LogScope::Everything,
        state,
        zone: Zone::named("EST").unwrap(),
        now: at("2026-11-21T14:03:00Z"),
        outcome,
        display: Display::usual(true),
        saved: Saved::default(),
        public_url: "https://log.example.com".to_owned(),
    }
}

fn everything(view: View) -> String {
    EverythingPage {
        shell: shell("/activity"),
        view,
    }
    .render()
    .unwrap()
}

pub(crate) fn assert_safe(html: &str) {
    assert!(
        !html.contains("<script>alert"),
        "markup of a field became markup of the page"
    );
    let body = html.split("</head>").nth(1).unwrap_or(html);
    let outside_attributes: Vec<&str> = body.split('>').filter_map(|part| part.split('<').next()).collect();
    let is_shown = |text: &&str| text.contains(['\u{202e}', '\u{0}', '\u{7}']);
    assert_eq!(
        outside_attributes.iter().find(|text| is_shown(text)),
        None,
        "a control or bidi character is shown as it is"
    );
}

#[test]
fn rows_stand_under_their_day_in_the_chosen_zone() {
    let rows = vec![
        row(3, "2026-11-21T14:02:51.204Z", "user.login"),
        row(2, "2026-11-21T04:30:00Z", "user.logout"),
        row(1, "2026-11-20T12:00:00Z", "user.login"),
    ];
    let html = everything(answered(rows, "user:sjones", None));
    let days: Vec<&str> = html
        .split("<h2 class=\"day\"><time datetime=\"")
        .skip(1)
        .filter_map(|part| part.split("</time>").next())
        .collect();
    assert_eq!(
        days,
        [
            "2026-11-21\" title=\"Sat 21 Nov 2026\">Today",
            "2026-11-20\" title=\"Fri 20 Nov 2026\">Yesterday"
        ]
    );
    assert!(html.contains(">09:02:51</time>"), "a time of day in EST");
    assert!(html.contains("<b>9,734</b> activities") && html.contains("1.2 ms"));
    assert!(html.contains("at least 530 failures") && html.contains("q=user:sjones%20outcome:failure,denied"));
    assert!(html.contains("href=\"/activities/3\""));
    assert!(
        html.contains("q=user:sjones%20ip:203.0.113.7&amp;from=-7d&amp;tz=EST")
            || html.contains("q=user:sjones%20ip:203.0.113.7&#38;from=-7d&#38;tz=EST")
    );
    assert!(html.contains("Complete through") && html.contains("2026-11-21 09:02:59 EST"));
    assert!(
        html.contains("href=\"/activity?q=user:sjones&amp;from=-7d&amp;tz=EST&amp;after=o1.1\"")
            || html.contains("&#38;after=o1.1")
    );
}

#[test]
fn a_failure_and_a_warning_have_their_colours() {
    let mut failed = row(2, "2026-11-21T14:00:00Z", "user.login_failed");
    failed.facts.outcome = Outcome::Failure;
    let html = everything(answered(
        vec![failed, row(1, "2026-11-21T13:59:00Z", "user.locked")],
        "",
        None,
    ));
    assert!(html.contains("class=\"entry failed\" id=\"a2\""));
    assert!(html.contains("class=\"entry warned\" id=\"a1\""));
}

#[test]
fn what_opens_a_row_says_ids_as_the_row_does() {
    let mut joined = row(1, "2026-11-21T14:00:00Z", "group.joined");
    joined.facts.group = Some(Named {
        id: "grp_06dec453ntq5nc5asqb3q4n7cc".to_owned(),
        name: "Flight Training".to_owned(),
    });
    let html = everything(answered(vec![joined], "", None));
    let label = html.split("<summary aria-label=\"").nth(1).unwrap();
    let label = label.split('"').next().unwrap();
    assert!(label.ends_with("Flight Training (…4n7cc)"), "{label}");
    assert!(
        html.contains("title=\"grp_06dec453ntq5nc5asqb3q4n7cc\""),
        "whole on hover"
    );
}

#[test]
fn a_hostile_row_is_text_everywhere() {
    for q in ["", "\"x\""] {
        let html = everything(answered(vec![hostile(1)], q, None));
        assert_safe(&html);
        assert!(html.contains("&lt;script&gt;alert(1)"));
        assert!(html.contains("U+202E"));
    }
    assert_safe(
        &OnePage::new(
            shell("/activities/1"),
            hostile(1),
            &links(UrlState::default(), Expr::All),
        )
        .render()
        .unwrap(),
    );
    let person = hostile(1).facts.user.unwrap();
    let page = UserPage {
        shell: shell("/users/usr_sam/activity"),
        view: answered(vec![hostile(1)], "", None),
        person,
        user_id: "usr_sam".to_owned(),
        csv: UserCsv {
            ready: Some(export(State::Done)),
            ..UserCsv::default()
        },
    };
    assert_safe(&page.render().unwrap());
    let url = UrlState {
        q: HOSTILE.to_owned(),
        from: HOSTILE.to_owned(),
        ..UrlState::default()
    };
    assert_safe(&everything(shown(Shown::BadRange(HOSTILE.to_owned()), url)));
}

#[test]
fn a_long_page_stays_a_page() {
    let long = "long ".repeat(1_600);
    let rows = (0..50)
        .map(|seq| {
            let mut row = row(seq, "2026-11-21T14:00:00Z", "user.login");
            row.facts.user_agent = Some(long.clone());
            row
        })
        .collect();
    let html = everything(answered(rows, "", None));
    assert_eq!(html.matches("<li class=\"entry").count(), 50);
}

#[test]
fn a_wrong_query_shows_the_wrong_token_and_a_link_that_repairs_it() {
    let q = "user:sam outcom:failure ip:10.0.0.0/8";
    let html = everything(shown(
        Shown::Wrong,
        UrlState {
            q: q.to_owned(),
            ..UrlState::default()
        },
    ));
    assert!(html.contains("<b><bdi>outcom</bdi></b><bdi>:failure</bdi>"));
    assert!(html.contains("href=\"/activity?q=user:sam%20outcome:failure%20ip:10.0.0.0/8\""));
    assert!(html.contains("aria-invalid=\"true\""));
    assert!(
        html.contains(&format!("name=\"q\" value=\"{q}\"")),
        "the query stays to be corrected"
    );
    let html = everything(shown(
        Shown::Wrong,
        UrlState {
            q: HOSTILE.to_owned(),
            add: HOSTILE.to_owned(),
            tz: HOSTILE.to_owned(),
            month: HOSTILE.to_owned(),
            ..UrlState::default()
        },
    ));
    assert_safe(&html);
}

#[test]
fn every_empty_page_says_why_and_what_to_do() {
    let empty = |reason| everything(answered(Vec::new(), "activity:session.started", Some(reason)));
    let html = empty(EmptyReason::NothingYet);
    assert!(html.contains("curl https://log.example.com/v1/activities"));
    let since = Some(at("2026-12-03T05:00:00Z"));
    let html = empty(EmptyReason::NotRecordedThen {
        code: "session.started".to_owned(),
        since,
    });
    assert!(
        html.contains("session.started")
            && html.contains("has been recorded here since")
            && html.contains("2026-12-03")
    );
    assert!(html.contains("your range ends before that"));
    let html = empty(EmptyReason::NotRecordedThen {
        code: "session.started".to_owned(),
        since: None,
    });
    assert!(html.contains("has never happened here"));
    let html = empty(EmptyReason::Removed {
        titles: vec!["Sessions", "Devices"],
        before: at("2025-11-28T00:00:00Z"),
    });
    assert!(html.contains("<b>Sessions</b> and <b>Devices</b>") && html.contains("removed by retention"));
    assert!(html.contains("2025-11-2"));
    let widen = vec![Widening {
        label: "at any time".to_owned(),
        what: String::new(),
        query: "outcome:failure".to_owned(),
        keeps_range: false,
        count: Count { n: 12, exact: true },
    }];
    let html = empty(EmptyReason::NothingMatches {
        people: vec![FoundPerson {
            person: hostile(1).facts.user.unwrap(),
            query: "user:=usr_1".to_owned(),
            count: Count { n: 0, exact: true },
            ever: Count { n: 3, exact: true },
        }],
        widen,
    });
    assert_safe(&html);
    assert!(html.contains("none in this range, 3 at other times"));
    assert!(
        html.contains("href=\"/activity?q=outcome:failure&#38;tz=EST\"")
            || html.contains("href=\"/activity?q=outcome:failure&amp;tz=EST\""),
        "{html}"
    );
}

pub(crate) fn export(state: State) -> Export {
    Export {
        id: "exp_1".to_owned(),
        kind: Kind::UserCsv,
        format: Format::Csv,
        state,
        subject: Some(sam()),
        group: None,
        requested_by: administrator().person,
        query: String::new(),
        asked: None,
        columns: Vec::new(),
        has_mark: false,
        zone: "EST".to_owned(),
        progress: Progress {
            rows: 1_234,
            expected: 5_000,
            bytes: 99_000,
        },
        before: 2,
        sha256: (state == State::Done).then(|| "ab".repeat(32)),
        complete_through: None,
        created_at: at("2026-11-21T14:00:00Z"),
        finished_at: Some(at("2026-11-21T14:00:01Z")),
        error: (state == State::Failed).then(|| HOSTILE.to_owned()),
        is_kept: state == State::Done,
        has_manifest: state == State::Done,
        has_proofs: state == State::Done,
        expires_at: None,
        gone: None,
        gone_at: None,
    }
}

#[test]
fn the_csv_of_a_user_is_generated_watched_and_downloaded() {
    let part = |csv| {
        CsvPart {
            shell: shell("/users/usr_sam/activity/csv"),
            user_id: "usr_sam".to_owned(),
            csv,
            url: UrlState::default(),
        }
        .render()
        .unwrap()
    };
    let html = part(UserCsv::default());
    assert!(html.contains(">Generate CSV</button>") && !html.contains("Download CSV") && !html.contains("every="));
    let html = part(UserCsv {
        running: Some(export(State::Running)),
        ..UserCsv::default()
    });
    assert!(html.contains("value=\"24\"") && html.contains("1,234 of 5,000 rows") && html.contains("every=\"1\""));
    let html = part(UserCsv {
        ready: Some(export(State::Done)),
        ..UserCsv::default()
    });
    assert!(html.contains("href=\"/exports/exp_1/download\" download>Download CSV</a>"));
    assert!(html.contains("2026-11-21 09:00:01 EST") && html.contains(&"ab".repeat(32)));
    assert!(html.contains("· the whole log ·") && !html.contains("name=\"covers\""));
    let html = part(UserCsv {
        failed: Some(export(State::Failed)),
        ..UserCsv::default()
    });
    assert_safe(&html);
}

#[test]
fn a_csv_of_a_narrowed_page_offers_both_and_keeps_the_view_and_the_zone() {
    let mut ready = export(State::Done);
    ready.zone = "America/New_York".to_owned();
    ready.query = "outcome:failure".to_owned();
    ready.asked = serde_json::from_str(
        r#"{"whose":{"person":"usr_sam"},"q":"outcome:failure","bound":"outcome:failure","from":null,"to":null}"#,
    )
    .unwrap();
    let html = CsvPart {
        shell: shell("/users/usr_sam/activity/csv"),
        user_id: "usr_sam".to_owned(),
        csv: UserCsv {
            ready: Some(ready),
            ..UserCsv::default()
        },
        url: UrlState {
            q: "activity:user.login \"x".to_owned(),
            tz: "EST".to_owned(),
            after: "o1.5".to_owned(),
            ..UrlState::default()
        },
    }
    .render()
    .unwrap();
    assert!(html.contains("<option value=\"view\">what the filter shows</option><option value=\"all\">"));
    assert!(
        html.contains("name=\"q\" value=\"activity:user.login &#34;x\"") && html.contains("name=\"tz\" value=\"EST\"")
    );
    assert!(!html.contains("o1.5"), "it is of all pages");
    assert!(html.contains("<option value=\"America/New_York\" selected>"));
    assert!(html.contains("only <code>") && html.contains("src=\"/users/usr_sam/activity/csv?q=activity:user.login"));
    assert_safe(&html);
}

#[test]
fn a_members_page_is_in_the_settings() {
    let mut view = answered(vec![row(1, "2026-11-21T14:00:00Z", "user.login")], "", None);
    view.scope = LogScope::Me;
    view.base = "/settings/activity-logs".into();
    let html = MinePage {
        shell: shell("/settings/activity-logs"),
        view,
    }
    .render()
    .unwrap();
    assert!(html.contains("Activity Logs") && html.contains("href=\"/settings/activity-logs/export?"));
}
