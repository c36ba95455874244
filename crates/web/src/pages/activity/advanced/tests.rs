use activity::query::{Expr, parse};
use jiff::tz::TimeZone;

use super::form::Form;
use crate::shell::Zone;

fn asked(address: &str) -> Vec<(String, String)> {
    serde_urlencoded::from_str(address).unwrap()
}

fn parts(expr: &Expr) -> Vec<String> {
    let mut parts: Vec<String> = match expr {
        Expr::And(all) => all.iter().map(Expr::to_string).collect(),
        other => vec![other.to_string()],
    };
    parts.sort();
    parts
}

#[test]
fn every_query_comes_back_from_the_form_whether_it_has_a_field_or_not() {
    for (q, rest) in [
        ("", ""),
        (
            r#"user:zoe,"Sam Jones",=usr_1,"a \" b, c" -group:"Flight training""#,
            "",
        ),
        (r#"login "locked from" hargr* *"x y"* "a:b" "zoë""#, ""),
        (
            "activity:user.login,user.logout outcome:failure,denied ip:10.0.0.0/8,::1",
            "",
        ),
        ("-activity:user.login by:administrator,me target:*brief*", ""),
        (
            "activity:user.* -outcome:failure user:a user:b",
            "activity:user.* -outcome:failure user:b",
        ),
        ("(a OR b) metadata.plan:pro -login", "(a OR b) metadata.plan:pro -login"),
        ("a OR b", "a OR b"),
        ("at:2026-11-01,2026-11-03 reason:wrong*", "at:2026-11-01,2026-11-03"),
        ("-*", "-*"),
    ] {
        let expr = parse(q, &TimeZone::UTC).unwrap();
        let mut form = Form::of(&expr);
        assert_eq!(form.rest, rest, "{q}");
        let back = form.expr(&TimeZone::UTC).unwrap_or_else(|| panic!("{q}: {form:?}"));
        assert_eq!(parts(&back), parts(&expr));
    }
}

fn sent(fields: &str) -> Result<String, Box<Form>> {
    let mut form = Form::of_address(&asked(&format!("search=1&{fields}")), &TimeZone::UTC);
    let state = form.state(&Zone::utc());
    state
        .map(|state| state.href(&"/activity".into()).as_str().to_owned())
        .ok_or(Box::new(form))
}

#[test]
fn what_is_typed_into_fields_needs_no_language() {
    for (fields, href) in [
        ("", "/activity"),
        (
            "user=Zo%C3%AB+Hargreaves,+sam",
            "/activity?q=user:%22Zo%C3%AB%20Hargreaves%22,sam",
        ),
        ("group=a:b&not-group=1", "/activity?q=-group:a:b"),
        (
            "activity=user.login&activity=user.logout&not-activity=1",
            "/activity?q=-activity:user.login,user.logout",
        ),
        (
            "outcome=failure&outcome=denied&text=a:b",
            "/activity?q=outcome:failure,denied%20%22a:b%22",
        ),
        (
            "text=sam+zoe&from=yesterday&tz=EST&rest=has:target",
            "/activity?q=sam%20zoe%20has:target&from=yesterday&tz=EST",
        ),
        ("user=,+,&ip=+", "/activity"),
    ] {
        assert_eq!(sent(fields).unwrap(), href, "{fields}");
    }
}

#[test]
fn what_cannot_be_read_is_said_at_its_field_and_kept() {
    let form = sent("ip=nowhere&user=sam&from=noon&rest=outcom:x").unwrap_err();
    let field = |key: &str| form.fields.iter().find(|field| field.key == key).unwrap();
    assert!(field("ip").error.as_deref().unwrap().contains("nowhere") && field("ip").value == "nowhere");
    assert!(field("user").error.is_none() && field("user").value == "sam");
    assert!(form.range_error.is_some() && form.rest_error.is_some());
}
