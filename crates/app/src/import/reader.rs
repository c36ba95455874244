//! Turns lines of one format into facts that keep every limit and carry their stable key.

use std::sync::Arc;

use activity::Time;
use activity::limits::{self, FieldError};
use foreign::auth::AuthLog;
use foreign::mapping::{Mapped, Mapping};
use foreign::{Found, Harvest, Keys, Origin};
use serde_json::Value;

use super::jsonl;
use super::lines::{LONGEST, LONGEST_OF_EVENTS, Line};
use super::run::{Import, ImportFormat};
use super::summary::{Summary, Watch};
use crate::ingest::{Reporter, restrict};

/// A reader of all files of an import.
pub(super) struct Reader<'a> {
    now: Time,
    form: Form,
    keys: Keys,
    harvest: Harvest,
    /// Whose word it is, where that is judged here.
    reporter: Option<&'a Reporter>,
}

enum Form {
    Auth(Box<AuthLog>),
    Jsonl,
    Mapped(Arc<Mapping>),
}

/// Where what lines give goes.
pub(super) struct Gathered<'a> {
    pub(super) batch: &'a mut Vec<Found>,
    pub(super) summary: &'a mut Summary,
    pub(super) watch: &'a mut dyn Watch,
}

impl<'a> Reader<'a> {
    /// A reader of a log whose first line is of this year, if it does not say so.
    pub(super) fn new(request: &Import, year: i16, now: Time, reporter: Option<&'a Reporter>) -> Self {
        let form = match &request.format {
            ImportFormat::Auth => Form::Auth(Box::new(AuthLog::new(year, request.zone.clone(), now))),
            ImportFormat::Jsonl => Form::Jsonl,
            ImportFormat::Mapped(mapping) => Form::Mapped(Arc::clone(mapping)),
        };
        Self {
            now,
            form,
            keys: Keys::default(),
            harvest: Harvest::default(),
            reporter,
        }
    }

    /// Bytes of the longest line that is read.
    pub(super) fn longest(&self) -> usize {
        match &self.form {
            Form::Mapped(_) => LONGEST_OF_EVENTS,
            Form::Auth(_) | Form::Jsonl => LONGEST,
        }
    }

    /// Reads a line of this file.
    pub(super) fn read(&mut self, file: u32, line: &Line<'_>, to: &mut Gathered<'_>) {
        let origin = Origin {
            file,
            line: line.number,
        };
        let read = if line.too_long {
            Err(format!("longer than {} KiB", self.longest() / 1024))
        } else {
            self.take(origin, line.bytes)
        };
        if let Err(why) = read {
            to.summary.unreadable += 1;
            to.watch.unreadable(origin, &why);
        }
        self.hand_over(to);
    }

    /// The last line was read.
    pub(super) fn finish(&mut self, to: &mut Gathered<'_>) {
        if let Form::Auth(log) = &mut self.form {
            log.finish(&mut self.harvest);
        }
        self.hand_over(to);
        for (reason, count) in std::mem::take(&mut self.harvest.passed) {
            *to.summary.ignored.entry(reason).or_default() += count;
        }
    }

    fn take(&mut self, origin: Origin, bytes: &[u8]) -> Result<(), String> {
        let mut reported = match &mut self.form {
            Form::Mapped(mapping) if !bytes.trim_ascii().is_empty() => {
                let mapping = Arc::clone(mapping);
                return self.events(&mapping, origin, bytes);
            }
            Form::Auth(log) => return log.read(origin, bytes, &mut self.harvest),
            Form::Jsonl if !bytes.trim_ascii().is_empty() => jsonl::read(bytes, self.now)?,
            Form::Jsonl | Form::Mapped(_) => {
                self.harvest.pass("empty lines");
                return Ok(());
            }
        };
        if reported.facts.external_id.is_none() {
            reported.facts.external_id = Some(self.keys.key(bytes));
        }
        self.harvest.found.push(Found {
            origin,
            facts: reported.facts,
            numbered: reported.numbered,
        });
        Ok(())
    }

    /// Reads the events of a line, which may be several.
    fn events(&mut self, mapping: &Mapping, origin: Origin, bytes: &[u8]) -> Result<(), String> {
        let text =
            std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to() + 1))?;
        let sent: Value = serde_json::from_str(text).map_err(|error| {
            format!("is not JSON: {error}; an event, or a list of them, stands in one line (`jq -c .` makes it so)")
        })?;
        let mut wrong = None;
        for (place, (event, raw)) in mapping.taken_apart(&sent, text).enumerate() {
            let mut facts = match mapping.read(event, &raw, self.now) {
                Ok(Mapped::Activity(facts)) => *facts,
                Ok(Mapped::Passed) => {
                    self.harvest.pass("events that the mapping passes over");
                    continue;
                }
                // The others of the line are read all the same.
                Err(why) => {
                    wrong.get_or_insert_with(|| match std::ptr::eq(event, &raw const sent) {
                        true => why,
                        false => format!("event {}: {why}", place + 1),
                    });
                    continue;
                }
            };
            // An id of the product's own tells what is there already; without one, the event does.
            facts.external_id = facts.external_id.take().or_else(|| Some(self.keys.key(raw.as_bytes())));
            self.harvest.found.push(Found::new(origin, facts));
        }
        wrong.map_or(Ok(()), Err)
    }

    fn hand_over(&mut self, to: &mut Gathered<'_>) {
        for (origin, program) in self.harvest.unknown.drain(..) {
            to.summary.did_not_know(origin, program);
        }
        for found in self.harvest.found.drain(..) {
            // A file speaks no more for this installation than a program does.
            let checked = limits::check(&found.facts, self.now).and_then(|()| match self.reporter {
                Some(reporter) => restrict(reporter, found.facts),
                None => Ok(found.facts),
            });
            match checked {
                Ok(facts) => {
                    to.summary.saw(&facts);
                    to.batch.push(Found { facts, ..found });
                }
                Err(errors) => {
                    to.summary.unreadable += 1;
                    to.watch.unreadable(found.origin, &sentence(&errors));
                }
            }
        }
    }
}

/// All that is wrong with a line.
pub(super) fn sentence(errors: &[FieldError]) -> String {
    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
    all.join("; ")
}
