//! What is sent and answered: an activity as the API takes it, and what became of each.

use activity::{Activity, Time, json};
use anyhow::{Context as _, Result, bail};
use app::import::{Found, Taken};
use reqwest::{Response, StatusCode};
use serde_json::Value;

use crate::terminal::visible;

/// Bytes of an answer that are shown of one that is not understood.
const SHOWN: usize = 300;

/// An answer of the server.
pub(super) struct Answer {
    status: StatusCode,
    body: Value,
}

impl Answer {
    pub(super) async fn of(response: Response) -> Result<Self> {
        let status = response.status();
        let bytes = response.bytes().await.map_err(reqwest::Error::without_url)?;
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| {
            let text: String = String::from_utf8_lossy(&bytes).chars().take(SHOWN).collect();
            Value::String(text)
        });
        Ok(Self { status, body })
    }

    /// What it says, where it says yes.
    pub(super) fn good(self) -> Result<Value> {
        match self.status.is_success() {
            true => Ok(self.body),
            false => bail!("{}", self.refusal()),
        }
    }

    /// Whether less at once might be taken.
    pub(super) fn is_too_large(&self) -> bool {
        self.status == StatusCode::PAYLOAD_TOO_LARGE
    }

    fn refusal(&self) -> String {
        let said = self.body["detail"].as_str().or_else(|| self.body.as_str());
        let said = said.filter(|text| !text.is_empty()).unwrap_or("and says nothing more");
        format!("the server answers {}: {}", self.status.as_u16(), visible(said))
    }
}

/// An activity as the API takes it.
pub(super) fn row(found: Found) -> Value {
    let mut row = json::to_json(&Activity {
        seq: 0,
        recorded_at: Time(0),
        facts: found.facts,
    });
    if let Some(row) = row.as_object_mut() {
        // What the log gives.
        row.retain(|key, _| !matches!(key.as_str(), "id" | "sentence" | "recorded_at" | "recorded_by"));
        if let Some(number) = found.numbered {
            row.insert("sequence".to_owned(), number.sequence.into());
            let named = [("source", number.source), ("epoch", number.epoch)];
            row.extend(
                named
                    .into_iter()
                    .filter(|(_, text)| !text.is_empty())
                    .map(|(key, text)| (key.to_owned(), text.into())),
            );
        }
    }
    row
}

/// What became of so many activities that were sent together.
pub(super) fn taken(answer: Answer, count: usize) -> Result<Taken> {
    // Where none was taken, the answer as a whole is a refusal.
    if answer.status == StatusCode::BAD_REQUEST && answer.body["code"] == "invalid_activity" {
        return Ok(all_refused(&answer.body, count));
    }
    let body = answer.good()?;
    let number = |key: &str| {
        body[key]
            .as_u64()
            .with_context(|| format!("the server's answer has no `{key}`"))
    };
    let (recorded, known) = (number("recorded")?, number("duplicates")?);
    let items = body["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let refused = items.iter().enumerate().filter(|(_, item)| item["status"] == 400);
    Ok(Taken {
        recorded,
        known,
        refused: refused.map(|(place, item)| (place, reasons(&item["errors"]))).collect(),
    })
}

/// Each with what is said of it: pointers begin with the place of an item, but of a single one.
fn all_refused(body: &Value, count: usize) -> Taken {
    let errors = body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of = |place: usize| {
        let mine = errors.iter().filter(|error| {
            let pointer = error["pointer"].as_str().unwrap_or_default();
            let first = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
            count == 1 || first == place.to_string()
        });
        let mine = Value::Array(mine.cloned().collect());
        (place, reasons(&mine))
    };
    Taken {
        refused: (0..count).map(of).collect(),
        ..Taken::default()
    }
}

fn reasons(errors: &Value) -> String {
    let errors = errors.as_array().map(Vec::as_slice).unwrap_or_default();
    let all: Vec<&str> = errors.iter().filter_map(|error| error["detail"].as_str()).collect();
    match all.is_empty() {
        true => "the server refuses it".to_owned(),
        false => all.join("; "),
    }
}

#[cfg(test)]
mod tests {
    use app::import::Origin;
    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: Value) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            body,
        }
    }

    #[test]
    fn what_is_sent_is_read_back_as_it_was() {
        let sent = activity::json::parse_reported(
            br#"{"activity":"a.b","occurred_at":"2026-03-01T10:00:00Z","user":{"id":"u1","name":"Ann"},"external_id":"e",
                "raw":"{\"x\":1}","targets":[{"kind":"file","id":"f"}],"sequence":7,"source":"s"}"#,
            Time(1_800_000_000_000_000),
        )
        .unwrap();
        let found = Found {
            origin: Origin::default(),
            facts: sent.facts.clone(),
            numbered: sent.numbered.clone(),
        };
        let text = row(found).to_string();
        let again = activity::json::parse_reported(text.as_bytes(), Time(1_800_000_000_000_000));
        assert_eq!(again.unwrap(), sent, "{text}");
    }

    #[test]
    fn what_became_of_each_is_read_whether_some_or_all_were_refused() {
        let some = json!({ "recorded": 1, "duplicates": 1, "items": [
            { "status": 202, "id": 1 }, { "status": 400, "errors": [{ "detail": "too long" }] }, { "status": 200, "id": 0 },
        ] });
        let some = taken(answer(202, some), 3).unwrap();
        assert_eq!((some.recorded, some.known), (1, 1));
        assert_eq!(some.refused, [(1, "too long".to_owned())]);
        let refused = |count, pointer: &str| {
            let body = json!({ "code": "invalid_activity", "errors": [{ "pointer": pointer, "detail": "no" }] });
            taken(answer(400, body), count).unwrap().refused
        };
        let silent = "the server refuses it".to_owned();
        assert_eq!(refused(2, "/1/user"), [(0, silent), (1, "no".to_owned())]);
        assert_eq!(refused(1, "/user"), [(0, "no".to_owned())]);
    }

    #[test]
    fn a_refusal_of_the_whole_says_why() {
        let why = |status, body| taken(answer(status, body), 1).unwrap_err().to_string();
        assert!(why(403, json!({ "detail": "No.\u{1b}[2J" })).starts_with("the server answers 403: No."));
        assert!(why(502, json!("<html>")).contains("502: <html>"));
        assert!(taken(answer(200, json!({})), 1).is_err());
    }
}
