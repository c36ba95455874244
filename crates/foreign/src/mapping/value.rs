//! Values of events as the fields of an activity take them: texts, times, addresses, codes.

use std::borrow::Cow;
use std::net::IpAddr;

use activity::{Time, shorten};
use serde_json::Value;

/// A value as a text; `None` for what is empty and for words that mean nothing.
pub(super) fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            let nothing = matches!(text, "" | "-" | "null" | "undefined" | "N/A" | "n/a");
            (!nothing).then(|| without_nul(text))
        }
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(yes) => Some(Cow::Borrowed(if *yes { "true" } else { "false" })),
        Value::Null => None,
        Value::Array(list) if list.is_empty() => None,
        Value::Object(object) if object.is_empty() => None,
        // Serialising a value cannot fail; its text escapes NUL.
        other => serde_json::to_string(other).ok().map(Cow::Owned),
    }
}

fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// A time: RFC 3339 and its relatives, or a number of seconds, milliseconds, microseconds or nanoseconds since 1970.
pub(super) fn time(value: &Value) -> Option<Time> {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(whole) => since_1970(whole),
            None => since_1970((number.as_f64()? * 1e6) as i64),
        },
        Value::String(text) => {
            let text = text.trim();
            if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
                return since_1970(text.parse().ok()?);
            }
            crate::auth::instant(text)
        }
        _ => None,
    }
}

/// The unit of a number is told by its size: between 1973 and 5138 no two are alike.
fn since_1970(number: i64) -> Option<Time> {
    let micros = match number.unsigned_abs() {
        0..100_000_000_000 => number.checked_mul(1_000_000)?,
        100_000_000_000..100_000_000_000_000 => number.checked_mul(1_000)?,
        100_000_000_000_000..100_000_000_000_000_000 => number,
        _ => number / 1_000,
    };
    (0..=Time::MAX.0).contains(&micros).then_some(Time(micros))
}

/// An address, with or without a port, a zone or brackets.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let bare = text.split(',').next().unwrap_or(text).trim();
    let bare = match bare.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        // One colon is a port's; more are IPv6's own.
        None if bare.matches(':').count() == 1 => bare.split(':').next().unwrap_or(bare),
        None => bare,
    };
    let bare = bare.split('%').next().unwrap_or(bare);
    bare.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// A code of a product as a code of this log: lower-case words, with dots where it has them.
pub(super) fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len() + 4);
    let mut before = ' ';
    for c in text.chars().take(150) {
        match c {
            'A'..='Z' => {
                if before.is_ascii_lowercase() || before.is_ascii_digit() {
                    code.push('_');
                }
                code.push(c.to_ascii_lowercase());
            }
            'a'..='z' | '0'..='9' | '_' | '-' => code.push(c),
            '.' | ':' | '/' if !code.ends_with('.') && !code.is_empty() => code.push('.'),
            _ if !code.ends_with(['_', '.']) && !code.is_empty() => code.push('_'),
            _ => {}
        }
        before = c;
    }
    code.trim_end_matches(['_', '.']).replace("_.", ".").replace("._", ".")
}

/// What stands in the place of a sentence: the code's words.
pub(super) fn words_of(code: &str) -> String {
    let mut words = code.replace(['.', '_', '-'], " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// A text cut to what a field holds.
pub(super) fn cut(text: &str, most: usize) -> String {
    let mut text = text.to_owned();
    shorten::to_bytes(&mut text, most);
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_in_every_unit_and_form() {
        let expected = "2026-11-20T10:00:00.000000Z";
        for value in [
            json!(1_795_168_800),
            json!(1_795_168_800_000_i64),
            json!("1795168800000"),
            json!(1_795_168_800_000_000_i64),
            json!("2026-11-20T11:00:00+01:00"),
            json!("2026-11-20 10:00:00.000"),
            json!("2026-11-20T10:00:00.000000000Z"),
            json!("2026-11-20T10:00:00"),
        ] {
            assert_eq!(
                time(&value).map(|at| at.to_string()).as_deref(),
                Some(expected),
                "{value}"
            );
        }
        for value in [
            json!("soon"),
            json!(-5),
            json!(null),
            json!({}),
            json!(u64::MAX),
            json!(f64::MAX),
        ] {
            let at = time(&value);
            assert!(at.is_none_or(|at| at <= Time::MAX), "{value}");
        }
    }

    #[test]
    fn addresses_lose_ports_zones_and_brackets() {
        for (text, ip) in [
            ("203.0.113.7:51008", "203.0.113.7"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.1, 10.0.0.1", "192.0.2.1"),
        ] {
            assert_eq!(address(text).map(|ip| ip.to_string()).as_deref(), Some(ip), "{text}");
        }
        assert_eq!(address("unknown"), None);
    }

    #[test]
    fn any_code_becomes_one_of_this_log() {
        for (given, expected) in [
            ("user.authentication.auth_via_IDP", "user.authentication.auth_via_idp"),
            ("ConsoleLogin", "console_login"),
            ("UserLoggedIn", "user_logged_in"),
            ("Add user", "add_user"),
            ("s3:GetObject", "s3.get_object"),
            ("..Odd -- Name..", "odd_--_name"),
        ] {
            assert_eq!(code(given), expected);
            assert!(activity::limits::is_code(expected));
        }
    }
}
