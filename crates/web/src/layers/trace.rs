//! What other systems call a request: `X-Request-Id`, and the trace it belongs to (W3C Trace Context). Only what is
//! well formed is kept; anybody can send it, so it names a request and proves nothing.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The request's id, coming and going.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The trace and the span a request belongs to, coming; the trace and our span, going.
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
/// What tracing systems add to it.
const TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");
/// Most characters of an id that somebody else gave a request.
const ID_MAX: usize = 128;
/// Most characters and most members of a trace state, as the standard has it.
const STATE_MAX: usize = 512;
const MEMBERS_MAX: usize = 32;

/// The id that whoever asks gave the request, if it can be one.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let text = only(headers, &REQUEST_ID)?;
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b"-_.:/+=@~".contains(&b);
    ((1..=ID_MAX).contains(&text.len()) && text.bytes().all(is_letter)).then(|| text.to_owned())
}

/// The trace a request belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TraceContext {
    /// 32 hex digits.
    pub(crate) trace_id: String,
    /// The span that caused the request: 16 hex digits.
    pub(crate) parent_id: String,
    /// Whether whoever asks records it.
    sampled: bool,
    state: Option<String>,
}

impl TraceContext {
    /// The one that came with a request; `None` for none, or one that is malformed.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let text = only(headers, &TRACE_PARENT)?;
        let mut parts = text.splitn(5, '-');
        let mut part = |length: usize| {
            let part = parts.next()?;
            (part.len() == length && part.bytes().all(is_hex)).then_some(part)
        };
        let (version, trace_id, parent_id, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
        let is_nothing = |id: &str| id.bytes().all(|b| b == b'0');
        // Later versions may add parts at the end; the first has none, and ff is no version.
        let is_known = version != "ff" && (version != "00" || parts.next().is_none());
        if !is_known || is_nothing(trace_id) || is_nothing(parent_id) {
            return None;
        }
        Some(Self {
            trace_id: trace_id.to_owned(),
            parent_id: parent_id.to_owned(),
            sampled: u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1),
            state: state(headers),
        })
    }

    /// Writes it on the answer, with `span_id` (16 hex digits) as our part in it.
    pub(crate) fn write(&self, headers: &mut HeaderMap, span_id: &str) {
        let parent = format!("00-{}-{span_id}-0{}", self.trace_id, u8::from(self.sampled));
        let lines = [(TRACE_PARENT, Some(&parent)), (TRACE_STATE, self.state.as_ref())];
        for (name, line) in lines {
            if let Some(Ok(value)) = line.map(HeaderValue::try_from) {
                headers.insert(name, value);
            }
        }
    }
}

/// The value of a header that stands there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next()?.to_str().ok()?.trim();
    lines.next().is_none().then_some(line)
}

/// The trace state, from however many lines; `None` when any of it is malformed or it is too long.
fn state(headers: &HeaderMap) -> Option<String> {
    let mut members = Vec::new();
    for line in headers.get_all(TRACE_STATE) {
        let parts = line.to_str().ok()?.split(',').map(str::trim);
        members.extend(parts.filter(|part| !part.is_empty()));
    }
    let state = members.join(",");
    let fits = (1..=STATE_MAX).contains(&state.len()) && members.len() <= MEMBERS_MAX;
    (fits && members.into_iter().all(is_member)).then_some(state)
}

/// `key=value` or `tenant@system=value`.
fn is_member(member: &str) -> bool {
    let Some((key, value)) = member.split_once('=') else {
        return false;
    };
    let is_key_letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-*/".contains(&b);
    let is_key = |part: &str, most: usize| {
        let first = part.bytes().next();
        first.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            && part.len() <= most
            && part.bytes().all(is_key_letter)
    };
    let key_fits = match key.split_once('@') {
        Some((tenant, system)) => is_key(tenant, 241) && is_key(system, 14),
        None => is_key(key, 256),
    };
    let is_value_letter = |b: u8| (0x20..=0x7e).contains(&b) && b != b'=';
    key_fits && (1..=256).contains(&value.len()) && value.bytes().all(is_value_letter)
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}
