use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use ipnet::IpNet;

use super::client::client_address;
use super::csrf;
use super::rates::Rates;
use crate::Limits;

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
