//! Responses of pages: rendering, redirects, and the words and characters the filters write.

use std::fmt::Write as _;

use activity::{Person, likeness};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::{Flash, Href, PageError};

/// The page as a response with status 200.
pub fn render(page: &impl askama::Template) -> Result<Response, PageError> {
    render_status(StatusCode::OK, page)
}

/// The page as a response with this status, such as 422 for a form to correct.
pub fn render_status(status: StatusCode, page: &impl askama::Template) -> Result<Response, PageError> {
    let html = page.render().map_err(PageError::internal)?;
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    Ok(response)
}

/// 303 to a path of this site.
#[must_use]
pub fn redirect(to: impl Into<Href>) -> Response {
    let target = HeaderValue::try_from(to.into().as_str()).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, target)]).into_response()
}

/// 303 to a path of this site, with a message for the page that follows.
#[must_use]
pub fn redirect_with(to: impl Into<Href>, flash: Flash) -> Response {
    let mut response = redirect(to);
    response.extensions_mut().insert(flash);
    response
}

/// Text as HTML inside `<bdi>`: markup escaped, characters that cannot be seen or that reorder text as chips.
pub(crate) fn visible_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str("<bdi>");
    push_visible(&mut out, text);
    out.push_str("</bdi>");
    out
}

/// The same, without `<bdi>` where the text is ASCII.
pub(crate) fn isolated_html(text: &str) -> String {
    if !text.is_ascii() {
        return visible_html(text);
    }
    let mut out = String::with_capacity(text.len());
    push_visible(&mut out, text);
    out
}

/// `Full Name (username)`, each in a `<bdi>` of its own; of somebody who lacks one, what there is.
pub(crate) fn person_html(who: &Person) -> String {
    if who.name.is_empty() || who.username.is_empty() {
        return visible_html(&who.to_string());
    }
    in_parts(&who.name, &who.username)
}

/// The same of a text that says both.
pub(crate) fn called_html(text: &str) -> String {
    let parts = text.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
    parts.map_or_else(|| visible_html(text), |(name, username)| in_parts(name, username))
}

fn in_parts(name: &str, username: &str) -> String {
    let (name, username) = (visible_html(name), visible_html(username));
    format!("{name} <span class=\"grey\">({username})</span>")
}

/// A sentence with what stands between backticks as `<code>`; a backtick without a second one stays.
pub(crate) fn said_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, code, after)) = next_code(rest) {
        push_visible(&mut out, before);
        out.push_str("<code>");
        out.push_str(&visible_html(code));
        out.push_str("</code>");
        rest = after;
    }
    push_visible(&mut out, rest);
    out
}

/// What stands before, between and behind the next two backticks.
fn next_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

fn push_visible(out: &mut String, text: &str) {
    for (c, hidden) in likeness::hidden(text) {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c if hidden => {
                // Writing to a String cannot fail.
                let _ = write!(
                    out,
                    "<span class=\"cp\" title=\"{}\">U+{:04X}</span>",
                    invisible_name(c),
                    c as u32
                );
            }
            c => out.push(c),
        }
    }
}

/// Text without characters that cannot be seen or that reorder text: their code points stand for them.
pub(crate) fn visible_plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (c, hidden) in likeness::hidden(text) {
        if hidden {
            // Writing to a String cannot fail.
            let _ = write!(out, "U+{:04X}", c as u32);
        } else {
            out.push(c);
        }
    }
    out
}

fn invisible_name(c: char) -> &'static str {
    match c {
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' => {
            "changes the direction of text"
        }
        c if c.is_control() => "control character",
        _ => "invisible character",
    }
}

/// Microseconds ago, in words.
pub(crate) fn ago_words(micros: i64) -> String {
    match micros / activity::Time::SECOND {
        i64::MIN..-59 => "in the future".to_owned(),
        -59..5 => "just now".to_owned(),
        86_400..172_800 => "yesterday".to_owned(),
        _ => format!("{} ago", span_words(micros.unsigned_abs())),
    }
}

/// A span of microseconds in words, such as `3 days`.
pub(crate) fn span_words(micros: u64) -> String {
    let seconds = micros / activity::Time::SECOND.unsigned_abs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        172_800..5_184_000 => format!("{} days", seconds / 86_400),
        5_184_000..63_072_000 => format!("{} months", seconds / 2_592_000),
        _ => format!("{} years", seconds / 31_536_000),
    }
}

/// A size in bytes, kB, MB or GB with one decimal.
pub(crate) fn size_words(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return format!("{bytes} bytes"),
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)
}
