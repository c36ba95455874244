//! Template filters: untrusted text made visible, times with their zone, numbers. A page module brings them into
//! scope with `use crate::shell::filters;`.
//!
//! `href="{{ page|href }}"` · `href="/users/{{ id|segment }}"` · `{{ name|visible }}` · `{{ person|person }}` · `{{ text|called }}` · `{{ said|said }}` · `title="{{ name|plain }}"` · `{{ at|time(shell.zone) }}` · `{{ at|clock(shell.zone) }}` · `{{ at|day(shell.zone) }}` · `{{ at|moment(shell.zone) }}` ·
//! `{{ at|ago(now) }}` · `{{ value|laid_out }}` · `{{ n|number }}` · `{{ bytes|size }}`

use activity::Time;
use askama::filters::Safe;
use askama::{Result, Values};

use super::Zone;
use super::href::{Address, segment as escaped};

/// An address, of the type that cannot be made of untrusted text without escaping it.
#[askama::filter_fn]
pub(crate) fn href(to: impl Address, _: &dyn Values) -> Result<String> {
    Ok(to.address().to_owned())
}

/// Untrusted text as one segment of an address.
#[askama::filter_fn]
pub(crate) fn segment(text: impl std::fmt::Display, _: &dyn Values) -> Result<String> {
    Ok(escaped(&text.to_string()))
}

/// Untrusted text inside `<bdi>`, with control, bidi and invisible characters as visible code-point chips.
#[askama::filter_fn]
pub(crate) fn visible(text: impl std::fmt::Display, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(super::respond::visible_html(&text.to_string())))
}

/// The same for what stands a hundred times on a page: ASCII is read from left to right whatever stands beside it, and
/// needs no `<bdi>`.
#[askama::filter_fn]
pub(crate) fn isolated(text: impl std::fmt::Display, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(super::respond::isolated_html(&text.to_string())))
}

/// Somebody as `Full Name (username)`, each part by itself, so that a name written from right to left stays in its place.
#[askama::filter_fn]
pub(crate) fn person(who: &activity::Person, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(super::respond::person_html(who)))
}

/// Somebody as they were called when it was written down, `Full Name (username)` in one text: part by part as well.
#[askama::filter_fn]
pub(crate) fn called(text: impl std::fmt::Display, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(super::respond::called_html(&text.to_string())))
}

/// One of our own sentences, in which backticks stand around what is typed or sent: HTML with `<code>`.
#[askama::filter_fn]
pub(crate) fn said(text: impl std::fmt::Display, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(super::respond::said_html(&text.to_string())))
}

/// The same without its `<bdi>`, for an element that the style sheet isolates.
#[askama::filter_fn]
pub(crate) fn marked(text: impl std::fmt::Display, _: &dyn Values) -> Result<Safe<String>> {
    let html = super::respond::visible_html(&text.to_string());
    let inside = html.strip_prefix("<bdi>").and_then(|html| html.strip_suffix("</bdi>"));
    Ok(Safe(inside.unwrap_or(&html).to_owned()))
}

/// Untrusted text inside an attribute, where there can be no chips: the same characters as `U+202E` in plain text.
#[askama::filter_fn]
pub(crate) fn plain(text: impl std::fmt::Display, _: &dyn Values) -> Result<String> {
    Ok(super::respond::visible_plain(&text.to_string()))
}

/// JSON laid out for people, inside a `pre`; marks stand in its values only.
#[askama::filter_fn]
pub(crate) fn laid_out(value: serde_json::Value, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(super::json_html::json_html(&value)))
}

/// `<time>` with date, time, zone: `2026-11-21 14:02:51 UTC`; made relative by the script where asked for.
#[askama::filter_fn]
pub(crate) fn time(at: &Time, _: &dyn Values, zone: &Zone) -> Result<Safe<String>> {
    let text = zone.format(*at);
    Ok(Safe(format!(r#"<time datetime="{at}">{text}</time>"#)))
}

/// `<time>` with hours to seconds only, for rows under a day's heading; all of it on hover.
#[askama::filter_fn]
pub(crate) fn clock(at: &Time, _: &dyn Values, zone: &Zone) -> Result<Safe<String>> {
    let (clock, title) = (zone.clock(*at), zone.format(*at));
    Ok(Safe(format!(r#"<time datetime="{at}" title="{title}">{clock}</time>"#)))
}

/// `<time>` with the day of the week and parts of a second: `Thu 26 Nov 2026 17:41:02.204 EST`.
#[askama::filter_fn]
pub(crate) fn moment(at: &Time, _: &dyn Values, zone: &Zone) -> Result<Safe<String>> {
    Ok(Safe(format!(r#"<time datetime="{at}">{}</time>"#, zone.moment(*at))))
}

/// The day in words, for the heading of its rows.
#[askama::filter_fn]
pub(crate) fn day(at: &Time, _: &dyn Values, zone: &Zone) -> Result<String> {
    Ok(zone.day(*at))
}

/// How long before `now`, in words, as a `<time>` that the script keeps up to date.
#[askama::filter_fn]
pub(crate) fn ago(at: &Time, _: &dyn Values, now: &Time) -> Result<Safe<String>> {
    let text = super::respond::ago_words(now.0.saturating_sub(at.0));
    let title = Zone::utc().format(*at);
    Ok(Safe(format!(
        r#"<time-ago><time datetime="{at}" title="{title}">{text}</time></time-ago>"#
    )))
}

/// A count with thousands separated: `1,204,551`.
#[askama::filter_fn]
pub(crate) fn number(n: impl std::fmt::Display, _: &dyn Values) -> Result<String> {
    Ok(grouped(n))
}

/// The same outside a template.
pub(crate) fn grouped(n: impl std::fmt::Display) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A size in bytes, kB, MB, GB.
#[askama::filter_fn]
pub(crate) fn size(bytes: impl std::borrow::Borrow<u64>, _: &dyn Values) -> Result<String> {
    Ok(super::respond::size_words(*bytes.borrow()))
}
