//! Everything that is kept about the caller, as JSON Lines: what the tables hold, then their whole log. Streamed, so
//! its size costs no memory; that it was taken is in the log before its first byte leaves.

use activity::{Time, json};
use engine::{Full, Order, Permit};
use serde_json::{Map, json};
use store::Read;
use store::privacy::{self, SECTIONS, Section, Value};

use crate::activity::{Delivery, Disclosure, LogScope, Question, Scoped, UnseenScan};
use crate::error::unavailable;
use crate::exports::ExportError;
use crate::feed::{Chunks, Feed, Lost, feed};
use crate::{App, Caller, Unavailable, facts};

/// Bytes gathered before they are passed on.
const CHUNK: usize = 64 * 1024;
/// Rows of a section read at once.
const PAGE: u32 = 500;

/// A file on its way to the reader.
pub struct MyData {
    /// The name to save it under.
    pub file_name: String,
    /// The bytes. An error means the file is not whole.
    pub chunks: Chunks,
}

/// Streams what is kept about the caller. The last line says that the file is complete.
pub async fn export_my_data(app: &App, caller: &Caller) -> Result<MyData, ExportError> {
    if !caller.may_export() {
        return Err(ExportError::Forbidden);
    }
    let permit = permit(app, caller)?;
    // Opened before the export is recorded, so that a file does not tell of itself.
    let everything = Question {
        q: "",
        from: None,
        to: None,
        zone: &jiff::tz::TimeZone::UTC,
    };
    let scoped = Scoped::new(app, caller, &LogScope::Me, everything).await?;
    let scan = app.log().scan(scoped.bound.clone(), Order::Oldest).await?;
    let tx = app.begin().await?;
    let exported = facts::about(app, caller, "account.data_exported", &caller.person);
    tx.commit(exported).await?;
    let (feed, chunks) = feed(&app.settings().exports);
    let run = Run {
        disclosure: Disclosure::new(app, caller, &scoped, Delivery::File("own data")),
        app: app.clone(),
        account_id: caller.person.id.clone(),
        out: Vec::new(),
        feed,
        at: app.now(),
    };
    app.tasks().once("export of one's own data", async move {
        run.run(scan).await;
        drop(permit);
    });
    Ok(MyData {
        file_name: format!("whodid-my-data-{}.jsonl", app.now().timestamp().strftime("%Y-%m-%d")),
        chunks,
    })
}

/// A permit among those whose files are on their way.
fn permit(app: &App, caller: &Caller) -> Result<Permit<String>, ExportError> {
    let permit = app.streaming().take(caller.person.id.clone());
    permit.map_err(|full| ExportError::TooMany {
        yours: full == Full::Each,
    })
}

/// Why it ended before its end.
enum Broken {
    /// The reader is gone or too slow.
    Reader(Lost),
    /// The log or the store failed.
    Unavailable(Unavailable),
}

unavailable!(Broken);

/// One export under way.
struct Run {
    app: App,
    /// For a key that somebody else made for the person: it is not them.
    disclosure: Disclosure,
    account_id: String,
    out: Vec<u8>,
    feed: Feed,
    at: Time,
}

impl Run {
    async fn run(mut self, scan: UnseenScan) {
        let written = self.write(scan).await;
        if let Err(error) = self.disclosure.finish().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the rows of a broken off export of a person's data could not be counted"
            );
        }
        match written {
            Ok(()) => self.feed.whole().await,
            Err(Broken::Reader(lost)) => tracing::debug!(?lost, "an export of a person's data was broken off"),
            Err(Broken::Unavailable(cause)) => {
                tracing::warn!(
                    error = &cause as &dyn std::error::Error,
                    "an export of a person's data broke off"
                );
            }
        }
    }

    async fn write(&mut self, mut scan: UnseenScan) -> Result<(), Broken> {
        self.line(&json!({ "record": "export_of_my_data", "version": 1, "at": self.at }))
            .await?;
        for section in SECTIONS {
            self.section(section).await?;
        }
        let mut activities = 0_u64;
        while let Some(rows) = scan.next_chunk().await {
            let rows = self.disclosure.give(rows?).await;
            for row in rows.map_err(Unavailable::new)? {
                self.out.extend_from_slice(br#"{"record":"activity","activity":"#);
                json::write_json(&row, &mut self.out);
                self.out.extend_from_slice(b"}\n");
                activities += 1;
                self.flush(CHUNK).await?;
            }
        }
        self.disclosure.finish().await.map_err(Unavailable::new)?;
        let through = scan.complete_through();
        self.line(&json!({ "record": "end", "activities": activities, "complete_through": through.at }))
            .await?;
        self.flush(1).await
    }

    /// The rows of one section, each page from a snapshot of its own: a slow reader holds none open.
    async fn section(&mut self, section: &Section) -> Result<(), Broken> {
        let mut after = String::new();
        loop {
            let mut read: Read = self.app.store().read().await?;
            let rows = privacy::page(&mut read, section, &self.account_id, &after, PAGE).await?;
            drop(read);
            let is_last = rows.len() < PAGE as usize;
            for row in rows {
                let mut line = Map::new();
                line.insert("record".to_owned(), json!(section.name));
                for (name, value) in row.columns {
                    line.insert(name.to_owned(), value_of(value));
                }
                self.line(&serde_json::Value::Object(line)).await?;
                after = row.key;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    async fn line(&mut self, line: &serde_json::Value) -> Result<(), Broken> {
        self.out.extend_from_slice(line.to_string().as_bytes());
        self.out.push(b'\n');
        self.flush(CHUNK).await
    }

    /// Passes on what is gathered once it is this much.
    async fn flush(&mut self, enough: usize) -> Result<(), Broken> {
        if self.out.len() < enough {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.out, Vec::with_capacity(CHUNK + CHUNK / 4));
        self.feed.send(full).await.map_err(Broken::Reader)
    }
}

fn value_of(value: Value) -> serde_json::Value {
    match value {
        Value::Text(text) => json!(text),
        Value::Number(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        Value::Time(at) => json!(at),
    }
}
