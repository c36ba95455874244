use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use ipnet::IpNet;

use super::client::client_address;
use super::csrf;
use crate::Limits;
use crate::rates::Rates;

fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in lines {
        map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    map
}

#[test]
fn forwarded_addresses_are_believed_only_as_far_as_trusted_proxies_wrote_them() {
    let trusted: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"]
        .iter()
        .map(|net| net.parse().unwrap())
        .collect();
    let cases: &[(&str, &[&'static str], &str)] = &[
        ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.2", &[], "10.0.0.2"),
        ("10.0.0.2", &["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.2", &["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.2", &["1.2.3.4, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.2", &["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.2", &["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
        ("10.0.0.2", &["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.2", &["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.0.0.2", &["[2001:db8::1]"], "2001:db8::1"),
        ("10.0.0.2", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.2", &["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.2", &["1.2.3.4, nonsense"], "10.0.0.2"),
        ("10.0.0.2", &["1.2.3.4, nonsense, 10.3.3.3"], "10.3.3.3"),
        ("10.0.0.2", &["0177.0.0.1"], "10.0.0.2"),
        ("10.0.0.2", &[""], "10.0.0.2"),
    ];
    for (peer, lines, client) in cases {
        let lines: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
        let found = client_address(peer.parse().unwrap(), &headers(&lines), &trusted);
        assert_eq!(found.to_string(), *client, "{peer} {lines:?}");
    }
}

#[test]
fn only_this_site_and_programs_may_change_anything() {
    let url = "https://log.example.com";
    type Lines = &'static [(&'static str, &'static str)];
    let cases: &[(Method, Lines, bool)] = &[
        (Method::GET, &[("sec-fetch-site", "cross-site")], true),
        (Method::HEAD, &[("origin", "https://evil.example")], true),
        (Method::POST, &[("sec-fetch-site", "same-origin")], true),
        (Method::POST, &[("sec-fetch-site", "none")], true),
        (Method::POST, &[("sec-fetch-site", "same-site")], false),
        (Method::POST, &[("sec-fetch-site", "cross-site")], false),
        (
            Method::POST,
            &[("sec-fetch-site", "cross-site"), ("origin", "https://log.example.com")],
            false,
        ),
        (
            Method::POST,
            &[("origin", "https://log.example.com"), ("host", "127.0.0.1:8080")],
            true,
        ),
        (
            Method::POST,
            &[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")],
            true,
        ),
        (
            Method::POST,
            &[("origin", "https://evil.example"), ("host", "log.example.com")],
            false,
        ),
        (
            Method::POST,
            &[
                ("origin", "https://log.example.com.evil.example"),
                ("host", "log.example.com"),
            ],
            false,
        ),
        (Method::POST, &[("origin", "null"), ("host", "log.example.com")], false),
        (Method::POST, &[("host", "log.example.com")], true),
        (Method::DELETE, &[("sec-fetch-site", "cross-site")], false),
        (Method::PUT, &[("sec-fetch-site", "")], false),
    ];
    for (method, lines, allowed) in cases {
        assert_eq!(
            csrf::is_allowed(method, &headers(lines), url),
            *allowed,
            "{method} {lines:?}"
        );
    }
}

#[test]
fn a_secret_may_be_tried_so_often_and_a_whole_ipv6_network_counts_as_one() {
    let rates = Rates::new(&Limits {
        secrets_per_minute: 2,
        ..Limits::default()
    });
    let first = "2001:db8:0:1::1".parse().unwrap();
    let same_network = "2001:db8:0:1:ffff::9".parse().unwrap();
    let other = "2001:db8:0:2::1".parse().unwrap();
    assert!(rates.secret(first).is_ok());
    assert!(rates.secret(same_network).is_ok());
    assert!(rates.secret(first).is_err());
    assert!(rates.secret(other).is_ok());
}

#[test]
fn an_application_may_try_more_secrets_than_an_address_and_another_is_counted_apart() {
    let rates = Rates::new(&Limits {
        secrets_per_minute: 1,
        application_secrets_per_minute: 3,
        ..Limits::default()
    });
    let ip = "203.0.113.7".parse().unwrap();
    let other_ip = "203.0.113.8".parse().unwrap();
    for _ in 0..3 {
        assert!(rates.application_secret("app_1", ip).is_ok());
    }
    assert!(rates.application_secret("app_1", ip).is_err());
    assert!(rates.application_secret("app_2", ip).is_ok());
    assert!(rates.application_secret("app_1", other_ip).is_ok());
    assert!(
        rates.secret(ip).is_ok(),
        "people in the browser are counted by address alone"
    );
}

#[test]
fn a_request_is_answered_only_under_the_names_of_this_installation() {
    use crate::hosts::{Hosts, Misdirected};
    use axum::http::Version;
    let listed = ["whodid.lan", "10.0.0.0/8"].map(|host| host.to_owned().try_into().unwrap());
    let hosts = Hosts::new("https://log.example.com:8443", &listed);
    let check = |version, uri: &str, lines: &[(&'static str, &'static str)]| {
        hosts.check(version, &uri.parse().unwrap(), &headers(lines))
    };
    let (old, new) = (Version::HTTP_10, Version::HTTP_11);
    for known in [
        "log.example.com",
        "LOG.example.com.:1",
        "127.0.0.1:8080",
        "[::1]",
        "localhost",
        "a.localhost",
        "whodid.lan",
        "10.2.3.4:80",
    ] {
        assert_eq!(check(new, "/login", &[("host", known)]), Ok(()), "{known}");
        assert_eq!(check(old, "/login", &[("host", known)]), Ok(()), "{known}");
    }
    for other in [
        "evil.example",
        "log.example.com.evil.example",
        "xlog.example.com",
        "192.0.2.1",
        "0.0.0.0",
        "127.1",
        "localhost.evil.example",
    ] {
        let found = check(new, "/login", &[("host", other)]);
        assert!(matches!(found, Err(Misdirected::Elsewhere(_))), "{other}");
        assert_eq!(check(new, "/healthz", &[("host", other)]), Ok(()), "{other}");
        let found = check(new, &format!("http://{other}/login"), &[("host", "localhost")]);
        assert!(matches!(found, Err(Misdirected::Elsewhere(_))), "{other} as the target");
    }
    let malformed: &[&[(&'static str, &'static str)]] = &[
        &[],
        &[("host", "localhost"), ("host", "localhost")],
        &[("host", "localhost"), ("host", "evil.example")],
        &[("host", "a b")],
        &[("host", "")],
        &[("host", "localhost, evil.example")],
        &[("host", "user@localhost")],
    ];
    for lines in malformed {
        assert_eq!(check(new, "/login", lines), Err(Misdirected::Malformed), "{lines:?}");
        assert_eq!(check(new, "/readyz", lines), Err(Misdirected::Malformed), "{lines:?}");
    }
    assert_eq!(check(old, "/readyz", &[]), Ok(()), "old probes name no host");
    assert_eq!(check(old, "/login", &[]), Err(Misdirected::Malformed));
}

#[test]
fn a_trace_and_a_request_id_are_kept_as_far_as_they_are_well_formed() {
    use super::trace::{TraceContext, request_id};
    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    let written = |lines: &[(&'static str, &'static str)]| {
        let mut out = HeaderMap::new();
        TraceContext::read(&headers(lines))?.write(&mut out, "00f067aa0ba902b7");
        let text = |name: &str| Some(out.get(name)?.to_str().unwrap().to_owned());
        Some((text("traceparent")?, text("tracestate")))
    };
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let ours = format!("00-{TRACE}-00f067aa0ba902b7-01");
    assert_eq!(written(&[("traceparent", parent)]), Some((ours.clone(), None)));
    let state = [
        ("traceparent", parent),
        ("tracestate", "a=1, ,b@c=2"),
        ("tracestate", "d=x y"),
    ];
    assert_eq!(
        written(&state),
        Some((ours.clone(), Some("a=1,b@c=2,d=x y".to_owned())))
    );
    for bad in ["a", "A=1", "a=", "a=b=c", "=1"] {
        let found = written(&[("traceparent", parent), ("tracestate", bad)]);
        assert_eq!(found, Some((ours.clone(), None)), "{bad}");
    }
    let later = "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more";
    assert_eq!(written(&[("traceparent", later)]), Some((ours, None)));
    for bad in [
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        "",
    ] {
        assert_eq!(written(&[("traceparent", bad)]), None, "{bad}");
    }
    assert_eq!(written(&[("traceparent", parent), ("traceparent", parent)]), None);

    let id = |text: &'static str| request_id(&headers(&[("x-request-id", text)]));
    for good in [
        "1",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "Root=1-67891233-abcdef012345678912345678",
    ] {
        assert_eq!(id(good).as_deref(), Some(good));
    }
    for bad in ["", "a b", "a\tb", "<b>", "a,b", "\""] {
        assert_eq!(id(bad), None, "{bad}");
    }
    assert_eq!(
        request_id(&headers(&[("x-request-id", "a"), ("x-request-id", "b")])),
        None
    );
    let long: &'static str = Box::leak("a".repeat(129).into_boxed_str());
    assert_eq!(id(long), None);
    assert!(id(&long[1..]).is_some());
}
