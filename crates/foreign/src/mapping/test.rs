//! The tests inside a mapping: events, and values that the activities made of them have.

use activity::{Activity, Time, json};
use serde_json::Value;

use super::{Mapped, Mapping};

/// What became of a test.
#[derive(Debug)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// What is not as it says; empty if all is.
    pub differences: Vec<Difference>,
}

/// A value that is not as a test says.
#[derive(Debug, PartialEq)]
pub struct Difference {
    /// Where in the activity.
    pub place: String,
    /// What the test says.
    pub expected: String,
    /// What it is.
    pub got: String,
}

impl Mapping {
    /// Runs the tests inside it as of now.
    #[must_use]
    pub fn test(&self, now: Time) -> Vec<Outcome> {
        let run = |test: &super::file::Test| Outcome {
            name: test.name.clone(),
            differences: self.differences(test, now),
        };
        self.tests.iter().map(run).collect()
    }

    fn differences(&self, test: &super::file::Test, now: Time) -> Vec<Difference> {
        let whole = |got: String| {
            vec![Difference {
                place: "event".to_owned(),
                expected: "an activity".to_owned(),
                got,
            }]
        };
        let event: Value = match serde_json::from_str(&test.event) {
            Ok(event) => event,
            Err(error) => return whole(format!("no JSON: {error}")),
        };
        let facts = match self.read(&event, test.event.trim(), now) {
            Ok(Mapped::Activity(facts)) => *facts,
            Ok(Mapped::Passed) if test.expect.contains_key("pass") => return Vec::new(),
            Ok(Mapped::Passed) => return whole("it is passed over".to_owned()),
            Err(why) => return whole(why),
        };
        if let Err(errors) = activity::limits::check(&facts, now) {
            let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
            return whole(all.join("; "));
        }
        let activity = Activity {
            seq: 0,
            recorded_at: now,
            facts,
        };
        let shown = json::to_json(&activity);
        let mut differences = Vec::new();
        for (place, expected) in &test.expect {
            let expected = plain(&serde_json::to_value(expected).unwrap_or_default());
            let got = shown
                .pointer(&format!("/{}", place.replace('.', "/")))
                .map_or("nothing".to_owned(), plain);
            if got != expected {
                differences.push(Difference {
                    place: place.clone(),
                    expected,
                    got,
                });
            }
        }
        differences
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
