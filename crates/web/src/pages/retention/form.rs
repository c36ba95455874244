//! The form of the rules: what was typed, and the rules that it is.

use activity::Heading;
use app::FieldError;
use app::retention::{Keep, MOST_DAYS, Rules};

use crate::shell::Fields;

/// What a form says, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// That for all others, and one of each heading.
    pub(super) lines: Vec<Line>,
    pub(super) reason: String,
}

/// The rule of a heading, or of all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) heading: Option<Heading>,
    /// `default`, `forever` or `days`.
    pub(super) keep: String,
    pub(super) days: String,
}

impl Line {
    pub(super) fn word(&self) -> &'static str {
        self.heading.map_or("default", Heading::word)
    }

    pub(super) fn title(&self) -> &'static str {
        self.heading.map_or("Everything else", Heading::title)
    }

    /// What can be chosen: the value, what it is called, and whether it is chosen.
    pub(super) fn choices(&self) -> Vec<(&'static str, &'static str, bool)> {
        let all = [
            ("default", "as everything else"),
            ("forever", "for ever"),
            ("days", "for days:"),
        ];
        let own = all
            .into_iter()
            .filter(|(value, _)| self.heading.is_some() || *value != "default");
        own.map(|(value, text)| (value, text, value == self.keep)).collect()
    }

    fn new(heading: Option<Heading>, keep: Option<Keep>) -> Self {
        let (keep, days) = match keep {
            None => ("default", None),
            Some(Keep::Forever) => ("forever", None),
            Some(Keep::Days(days)) => ("days", Some(days)),
        };
        Self {
            heading,
            keep: keep.to_owned(),
            days: days.map(|days| days.to_string()).unwrap_or_default(),
        }
    }

    fn keep(&self) -> Result<Option<Keep>, FieldError> {
        let wrong = |message: String| FieldError { field: "days", message };
        match self.keep.as_str() {
            "default" | "" if self.heading.is_some() => Ok(None),
            "forever" | "" => Ok(Some(Keep::Forever)),
            "days" => match self.days.parse() {
                Ok(days) if (1..=MOST_DAYS).contains(&days) => Ok(Some(Keep::Days(days))),
                _ => Err(wrong(format!(
                    "{}: say for how many days, from 1 to {MOST_DAYS}, or choose for ever.",
                    self.title()
                ))),
            },
            other => Err(wrong(format!("{}: there is no rule `{other}`.", self.title()))),
        }
    }
}

impl Asked {
    pub(super) fn of_rules(rules: &Rules) -> Self {
        let others = Line::new(None, Some(rules.others));
        let of = Heading::ALL.map(|heading| Line::new(Some(heading), rules.of.get(&heading).copied()));
        Self {
            lines: [others].into_iter().chain(of).collect(),
            reason: String::new(),
        }
    }

    pub(super) fn of_fields(fields: &Fields) -> Self {
        let mut asked = Self::of_rules(&Rules::default());
        for line in &mut asked.lines {
            let word = line.word();
            line.keep = fields.trimmed(&format!("keep_{word}")).to_owned();
            line.days = fields.trimmed(&format!("days_{word}")).to_owned();
        }
        asked.reason = fields.trimmed("reason").to_owned();
        asked
    }

    /// The rules that it is; or the first thing that is wrong.
    pub(super) fn rules(&self) -> Result<Rules, FieldError> {
        let mut rules = Rules::default();
        for line in &self.lines {
            match (line.heading, line.keep()?) {
                (Some(heading), Some(keep)) => drop(rules.of.insert(heading, keep)),
                (None, Some(keep)) => rules.others = keep,
                (_, None) => {}
            }
        }
        Ok(rules)
    }
}
