use jiff::tz::TimeZone;

use super::*;
use crate::samples::failed_log_in;
use crate::{Activity, By, Named, Person, Recorder, Reporter, Target, Time};

mod meant;
mod properties;
mod scripts;

fn read(text: &str) -> Expr {
    parse(text, &TimeZone::UTC).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> (String, String, Option<String>) {
    let error = parse(text, &TimeZone::UTC).expect_err(text);
    (
        text[error.span].to_owned(),
        error.message,
        error.suggestion.map(|suggestion| suggestion.replacement),
    )
}

fn time(text: &str) -> Time {
    Time::parse(text).unwrap()
}

#[test]
fn the_queries_of_the_product_print_back_as_they_are_canonically() {
    for (typed, canonical) in [
        ("", ""),
        (" * ", ""),
        (
            r#"outcome:failure user:sam@example.com -application:"Legacy CRM" by:system"#,
            r#"outcome:failure user:sam@example.com -application:"Legacy CRM" by:system"#,
        ),
        (
            "activity:user.login,user.logout   activity:group.*   ip:10.0.0.0/8",
            "activity:user.login,user.logout activity:group.* ip:10.0.0.0/8",
        ),
        (
            "at:2026-11-01..2026-11-15 at:>=2026-11-01 at:-7d metadata.plan:pro has:target",
            "at:2026-11-01..2026-11-15 at:>=2026-11-01 at:-7d metadata.plan:pro has:target",
        ),
        (
            r#"(activity:user.login OR activity:user.login_failed) NOT country:DE "locked from failed""#,
            r#"(activity:user.login OR activity:user.login_failed) -country:DE "locked from failed""#,
        ),
        ("a b OR c AND NOT (d e)", "(a b) OR (c -(d e))"),
        ("NOT NOT login", "login"),
        ("((login))", "login"),
        ("\"login\" Fire* \"fire fo\"*", "login Fire* \"fire fo\"*"),
        (
            "ip:10.1.*,2001:DB8:*,::ffff:10.0.0.1,10.0.0.7/8 2001:db8::1",
            "ip:10.1.0.0/16,2001:db8::/32,10.0.0.1,10.0.0.0/8 2001:db8::1",
        ),
        (
            "user:me,\"me\",=usr_1,\"=x\" by:SELF,\"self\",self*",
            "user:me,\"me\",=usr_1,\"=x\" by:self,\"self\",self*",
        ),
        (
            "has:metadata.plan,metadata.\"odd key\" metadata.\"a:b\":\"x \\\" y\"",
            "has:metadata.plan,metadata.\"odd key\" metadata.\"a:b\":\"x \\\" y\"",
        ),
        ("id:5 id:1..5,>9,<3,7..", "id:5 id:1..5,>=10,<=2,>=7"),
        (
            "at:2026-11-01T10:00:00+01:00",
            "at:2026-11-01T09:00:00Z..2026-11-01T09:00:01Z",
        ),
        (
            "at:2026,2026-11,2026-11-01t10:15 recorded:<-1h at:>2026-11-01",
            "at:2026,2026-11,2026-11-01T10:15 recorded:<-1h at:>2026-11-01",
        ),
        ("activity:\"user.logn\"", "activity:\"user.logn\""),
        (
            "reported:whodid,KEY,key:\"Nightly import\",import:=imp_1,nightly*,=a:b,\"key\",\"x:y\"",
            "reported:whodid,key,key:\"Nightly import\",import:=imp_1,nightly*,=a:b,\"key\",\"x:y\"",
        ),
        (
            "outcome:denied,unknown severity:warning place:\"new york\" trace:4bf9* has:raw,targets,trace_id",
            "outcome:denied,unknown severity:warning place:\"new york\" trace:4bf9* has:raw,target,trace",
        ),
        ("-* OR foo", "-* OR foo"),
        (
            "*art* *\"a b\"* *-x:y* user:*hargr*,\"zoë\",zoë user_agent:*curl/8* activity:*log* \"zoe\"",
            "*art* *\"a b\"* *-x:y* user:*hargr*,\"zoë\",zoë user_agent:*curl/8* activity:*log* zoe",
        ),
        (
            "reported:*key:x*,*=a* user:*=a*,*me*,\"*\"",
            "reported:*key:x*,*=a* user:*=a*,*me*,\"*\"",
        ),
    ] {
        let expr = read(typed);
        assert_eq!(expr.to_string(), canonical, "{typed}");
        assert_eq!(read(canonical), expr, "{typed}");
    }
}

#[test]
fn errors_point_at_the_wrong_part_and_suggest_what_would_fix_it() {
    for (typed, wrong, replacement) in [
        ("outcome:failure usr:sam", "usr", Some("user")),
        ("actor:sam", "actor", Some("by")),
        ("zzzzz:1", "zzzzz:1", Some("\"zzzzz:1\"")),
        ("metadata:pro", "metadata:pro", Some("has:metadata.pro")),
        ("outcome:success,failed", "failed", Some("failure")),
        ("activity:user.login,user.logot", "user.logot", Some("user.logout")),
        ("activity:user", "user", Some("user.*")),
        ("activity:login", "login", Some("user.login")),
        ("country:Germany", "Germany", None),
        ("has:devise", "devise", Some("device")),
        ("ip:10.0.0", "10.0.0", None),
        ("ip:10.0.0.0/40", "10.0.0.0/40", None),
        ("id:9..1", "9..1", Some("1..9")),
        ("id:<0", "<0", None),
        ("at:7d", "7d", Some("-7d")),
        ("at:2026-13-01", "2026-13-01", None),
        ("at:yesterdy", "yesterdy", Some("yesterday")),
        ("at:Mon", "Mon", Some("monday")),
        ("at:noon", "noon", None),
        ("🎉", "🎉", Some("user:*\"🎉\"*")),
        (
            "at:2026-11-15..2026-11-01",
            "2026-11-15..2026-11-01",
            Some("2026-11-01..2026-11-15"),
        ),
        ("at:-1d..-7d", "-1d..-7d", Some("-7d..-1d")),
        ("fa*led", "fa*led", Some("\"fa*led\"")),
        ("*iled", "*iled", Some("*iled*")),
        ("user:*\"a b\"", "*\"a b\"", Some("*\"a b\"*")),
        ("user:**", "**", Some("\"**\"")),
        ("login \"locked from", "\"locked from", Some("\"locked from\"")),
        ("foo - bar", "-", Some("")),
        ("login )", ")", Some("")),
        ("(login", "(", None),
        ("a ()", "()", Some("")),
        ("login OR", "OR", Some("\"OR\"")),
        ("OR login", "OR", Some("\"OR\"")),
        ("login NOT", "NOT", None),
        ("user:", "user:", None),
        ("user:a,,b", "user:a,,b", None),
        ("...", "...", None),
        ("ü usr:x", "usr", Some("user")),
    ] {
        let (part, _, suggested) = refused(typed);
        assert_eq!((part.as_str(), suggested.as_deref()), (wrong, replacement), "{typed}");
    }
}

#[test]
fn limits_are_named() {
    assert!(refused(&"a".repeat(MAX_BYTES + 1)).1.contains("4096"));
    let deep = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(read(&deep(MAX_DEPTH)), read("a"));
    assert!(refused(&deep(MAX_DEPTH + 1)).1.contains("32"));
    assert!(refused(&format!("{}a", "-".repeat(MAX_DEPTH + 1))).1.contains("32"));
    let nested = "(a (b OR ".repeat(20) + "c" + &"))".repeat(20);
    assert!(refused(&nested).1.contains("32"));
    let many = |count| (0..count).map(|each| each.to_string()).collect::<Vec<_>>().join(",");
    assert!(parse(&format!("id:{}", many(MAX_TERMS)), &TimeZone::UTC).is_ok());
    assert!(refused(&format!("id:{}", many(MAX_TERMS + 1))).1.contains("256"));
}

#[test]
fn conditions_match_what_they_say() {
    let activity = failed_log_in();
    for query in [
        "",
        "*",
        "log in failed",
        "\"Log in fail\"*",
        "-\"failed log\"",
        "sam@example.com",
        "SJONES",
        "10.1.2.3",
        "::ffff:10.1.2.3",
        "groß",
        "GROSS* OR gro*",
        "firefox wrong_password pro",
        "activity:user.login_failed activity:user.*,x activity:*",
        "outcome:failure -outcome:success",
        "user:usr_7 user:sam@EXAMPLE.com user:\"sam jones\" user:sj* user:=usr_7 -user:=sjones -user:samuel",
        "user:sam user:jon* -user:example -user:usr user:*m@ex* user:*R_7* -user:*z*",
        "by:self by:sjones -by:administrator -by:system",
        "group:\"groß gmbh\" group:grp_1 group:GROß* application:\"web manager\"",
        "device:firefox device:\"on linux\" -device:on* OR device:on*",
        "country:de -country:FR,US",
        "ip:10.0.0.0/8 ip:10.1.* ip:10.1.2.3 -ip:10.1.2.4,::/0",
        "reason:wrong* metadata.plan:pro -metadata.Plan:pro has:metadata.plan has:device,target -has:target",
        "id:1204 id:1000..2000 -id:<1204",
        "at:2026-11-21 at:2026 at:2026-11-21T14:02 at:>=2026-11-21T14:02:51 -at:>2026-11-21 at:<=2026-11-21",
        "recorded:2026-11-21T14:02:52Z at:2026-11-21T14:02:51.204Z",
        "at:2026-11-20..2026-11-21 -at:2026-11-20T00:00:00Z..2026-11-21T00:00:00Z",
    ] {
        assert!(read(query).matches(&activity), "{query}");
        assert!(!read(query).negated().matches(&activity), "{query}");
    }
}

#[test]
fn doers_and_targets_are_matched_by_any_of_their_names() {
    let mut activity = failed_log_in();
    let ann = Person {
        id: "usr_1".into(),
        name: "Ann Lee".into(),
        username: "ann".into(),
        email: String::new(),
    };
    activity.facts.by = By::Administrator(ann);
    activity.facts.targets = vec![Target {
        kind: "session".into(),
        id: "ses_1".into(),
        name: "Daily".into(),
        ..Target::default()
    }];
    for query in [
        "by:ann by:administrator by:=usr_1 -by:self -by:sjones",
        "target:daily target:ses_1 -target:usr_7",
        "ann daily",
    ] {
        assert!(read(query).matches(&activity), "{query}");
    }
    activity.facts.by = By::Application(Named {
        id: "app_1".into(),
        name: "Importer".into(),
    });
    assert!(read("by:application by:importer by:=app_1 -by:ann").matches(&activity));
}

#[test]
fn a_reported_activity_is_told_apart_by_who_reported_it() {
    let mut activity = failed_log_in();
    assert!(read("reported:whodid -reported:key -reported:import").matches(&activity));
    activity.facts.recorder = Recorder::ApiKey(Reporter {
        id: "key_1".into(),
        name: "Nightly import".into(),
        ip: None,
    });
    for query in [
        "-reported:whodid reported:key",
        "reported:key:\"nightly import\" reported:key:=key_1 reported:nightly*",
        "-reported:application:\"nightly import\" -reported:import:=key_1",
        "nightly",
    ] {
        assert!(read(query).matches(&activity), "{query}");
    }
}

#[test]
fn every_one_of_several_targets_is_found() {
    let mut activity = failed_log_in();
    let target = |id: &str, name: &str| Target {
        kind: "invoice".into(),
        id: id.into(),
        name: name.into(),
        ..Target::default()
    };
    activity.facts.targets = vec![target("inv_1", "First"), target("inv_2", "Second")];
    assert!(read("target:inv_1 target:=inv_2 target:second second has:target -target:inv_3").matches(&activity));
}

#[test]
fn binding_makes_times_absolute_and_me_an_id_that_no_name_imitates() {
    let now = time("2026-11-22T00:00:00Z");
    let bound = |text: &str, me: Option<&str>| {
        read(text).bind(&Binding {
            now,
            me: me.map(str::to_owned),
        })
    };
    assert_eq!(
        bound("at:-7d..now", None).to_string(),
        "at:2026-11-15T00:00:00Z..2026-11-22T00:00:00Z"
    );
    assert_eq!(
        bound("at:2026-11-01", None).to_string(),
        "at:2026-11-01T00:00:00Z..2026-11-02T00:00:00Z"
    );
    assert_eq!(bound("user:me", Some("usr_7")), Expr::user_id("usr_7"));
    assert_eq!(bound("user:me,sam", None).to_string(), "user:sam");
    assert_eq!(bound("-user:me", None), Expr::All);
    assert_eq!(bound("user:me a", None).to_string(), "-* a");
    let activity = failed_log_in();
    assert!(bound("user:me at:-1d", Some("usr_7")).matches(&activity));
    for imitated in ["sjones", "Sam Jones", "USR_7"] {
        assert!(!bound("user:me", Some(imitated)).matches(&activity), "{imitated}");
    }
    assert!(!read("at:-7d").matches(&activity), "not bound");
}

#[test]
fn bounds_hold_everything_that_can_match() {
    let bounds = |text: &str| read(text).time_bounds();
    let (first, second) = (time("2026-11-01T00:00:00Z"), time("2026-11-02T00:00:00Z"));
    assert_eq!(bounds("at:2026-11-01 login"), (Some(first), Some(second)));
    assert_eq!(bounds("at:>=2026-11-01 at:<2026-11-02"), (Some(first), Some(second)));
    assert_eq!(bounds("at:2026-11-01 OR login"), (None, None));
    assert_eq!(bounds("at:>=2026-11-02 OR at:2026-11-01"), (Some(first), None));
    assert_eq!(bounds("at:<2026-11-01,2026-11-01"), (None, Some(second)));
    assert_eq!(bounds("-at:2026-11-01"), (None, None));
    assert_eq!(read("id:5..9,12 id:>=7").seq_bounds(), (Some(7), Some(12)));
}

#[test]
fn days_are_days_of_the_zone() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let expr = parse("at:2026-10-25", &berlin).unwrap();
    let (from, to) = expr.time_bounds();
    assert_eq!(
        (from, to),
        (Some(time("2026-10-24T22:00:00Z")), Some(time("2026-10-25T23:00:00Z")))
    );
    assert_eq!(parse(&expr.to_string(), &berlin), Ok(expr));
}
