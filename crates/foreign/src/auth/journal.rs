//! Lines of `journalctl -o json`: an object to a message, with fields of the journal's own.

use std::borrow::Cow;

use activity::Time;
use serde::Deserialize;
use serde_json::Value;

use super::head::Head;
use super::stamp::Stamp;

/// The fields of a message that are read.
#[derive(Debug, Deserialize)]
pub(super) struct Entry<'a> {
    #[serde(borrow, rename = "__REALTIME_TIMESTAMP")]
    received: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "_SOURCE_REALTIME_TIMESTAMP")]
    sent: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "_HOSTNAME")]
    host: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "SYSLOG_IDENTIFIER")]
    identifier: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "_COMM")]
    command: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "_PID")]
    pid: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "SYSLOG_PID")]
    said_pid: Option<Cow<'a, str>>,
    /// A text, or the bytes of what is none.
    #[serde(rename = "MESSAGE")]
    message: Option<Value>,
}

/// An entry as a line would say it.
pub(super) struct Told<'a> {
    entry: Entry<'a>,
    message: String,
}

/// Reads a line; an error says what it lacks.
pub(super) fn read(line: &str) -> Result<Told<'_>, String> {
    let mut entry: Entry<'_> =
        serde_json::from_str(line).map_err(|error| format!("is no JSON of a journal: {error}"))?;
    let message = match entry.message.take() {
        Some(Value::String(text)) => text,
        Some(Value::Array(bytes)) => {
            let byte = |value: &Value| value.as_u64().and_then(|byte| u8::try_from(byte).ok());
            let bytes: Vec<u8> = bytes.iter().filter_map(byte).collect();
            crate::text::of_line(&bytes).into_owned()
        }
        _ => String::new(),
    };
    let message = if message.contains(['\0', '\n']) {
        message.replace('\0', "").replace('\n', " ")
    } else {
        message
    };
    Ok(Told { entry, message })
}

impl Told<'_> {
    pub(super) fn head(&self) -> Result<Head<'_>, String> {
        let entry = &self.entry;
        let micros = entry.received.as_ref().or(entry.sent.as_ref());
        let at = micros.and_then(|text| text.parse().ok());
        let at = at.ok_or("has no __REALTIME_TIMESTAMP; it is no JSON of a journal")?;
        let program = entry.identifier.as_deref().or(entry.command.as_deref());
        let pid = entry.pid.as_deref().or(entry.said_pid.as_deref());
        Ok(Head {
            stamp: Stamp::Instant(Time(at)),
            host: entry.host.as_deref().unwrap_or_default(),
            program: program.filter(|name| !name.is_empty()).unwrap_or("unnamed"),
            pid: pid.and_then(|pid| pid.parse().ok()),
            text: &self.message,
        })
    }
}
