//! The figures, what they must reach and how they are shown. Owns no measuring.

mod goal;
mod table;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use goal::{Goal, Size};

use crate::say;

/// What a value is counted in, and whether more of it is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Unit {
    #[serde(rename = "ms")]
    Millis,
    #[serde(rename = "s")]
    Seconds,
    #[serde(rename = "/s")]
    PerSecond,
    #[serde(rename = "MiB")]
    Mebibytes,
    #[serde(rename = "bytes/activity")]
    Bytes,
    #[serde(rename = "µs/activity")]
    Micros,
}

impl Unit {
    fn text(self) -> &'static str {
        match self {
            Self::Millis => "ms",
            Self::Seconds => "s",
            Self::PerSecond => "/s",
            Self::Mebibytes => "MiB",
            Self::Bytes => "bytes/activity",
            Self::Micros => "µs/activity",
        }
    }

    fn is_better_when_more(self) -> bool {
        self == Self::PerSecond
    }
}

/// What another database needed, on the same data in the same run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Peers {
    pub sqlite: Option<f64>,
    pub duckdb: Option<f64>,
}

/// One measured figure beside its peers and its goal.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// With a full hot tail, where it was asked so too.
    pub hot: Option<f64>,
    /// The value; of a question, with everything sealed.
    pub value: f64,
    /// Unit of all values.
    pub unit: Unit,
    pub peers: Peers,
    pub goal: Goal,
}

impl Figure {
    /// How many times the best peer's the value is, or the best peer's the value where more is better: below 1 is ahead.
    pub fn ratio(&self) -> Option<f64> {
        let peers = [self.peers.sqlite, self.peers.duckdb].into_iter().flatten();
        if self.unit.is_better_when_more() {
            return peers.max_by(f64::total_cmp).map(|best| best / self.value);
        }
        peers.min_by(f64::total_cmp).map(|best| self.value / best)
    }

    /// The worse of its values.
    fn worst(&self) -> f64 {
        let hot = self.hot.unwrap_or(self.value);
        match self.unit.is_better_when_more() {
            true => self.value.min(hot),
            false => self.value.max(hot),
        }
    }

    /// By how many times a log of this size misses the goal, hot or sealed; `None` if it reaches it.
    pub fn missed_by(&self, size: Size) -> Option<f64> {
        self.goal.missed_by(size, self.worst())
    }
}

/// All figures of a run, and what they were measured on.
#[derive(Debug)]
pub struct Report {
    activities: u64,
    machine: String,
    figures: Vec<Figure>,
}

impl Report {
    pub fn new(activities: u64, machine: String) -> Self {
        Self {
            activities,
            machine,
            figures: Vec::new(),
        }
    }

    /// Adds a figure and says so.
    pub fn add(&mut self, name: &str, value: f64, unit: Unit, goal: Goal) {
        self.beside(name, value, unit, goal, Peers::default());
    }

    /// The same beside its peers.
    pub fn beside(&mut self, name: &str, value: f64, unit: Unit, goal: Goal, peers: Peers) {
        self.push(Figure {
            name: name.to_owned(),
            hot: None,
            value,
            unit,
            peers,
            goal,
        });
    }

    /// Adds a figure and says so.
    pub fn push(&mut self, figure: Figure) {
        let Figure { name, value, unit, .. } = &figure;
        say::progress(&format!("  {name}: {value:.3} {}", unit.text()));
        self.figures.push(figure);
    }

    /// Prints a table, or one JSON object for each figure.
    pub fn print(&self, json: bool) -> anyhow::Result<()> {
        let text = match json {
            true => self.lines()?,
            false => table::of(self),
        };
        Ok(say::result(&text)?)
    }

    fn lines(&self) -> anyhow::Result<String> {
        #[derive(Serialize)]
        struct Line<'a> {
            activities: u64,
            machine: &'a str,
            #[serde(flatten)]
            figure: &'a Figure,
            ratio: Option<f64>,
            missed_by: Option<f64>,
        }
        let mut text = String::new();
        for figure in &self.figures {
            let line = Line {
                activities: self.activities,
                machine: &self.machine,
                figure,
                ratio: figure.ratio(),
                missed_by: figure.missed_by(self.size()),
            };
            text.push_str(&serde_json::to_string(&line)?);
            text.push('\n');
        }
        Ok(text)
    }

    fn size(&self) -> Size {
        Size::nearest(self.activities)
    }

    /// Fails if a goal is missed.
    pub fn check(&self) -> anyhow::Result<()> {
        let missed = self
            .figures
            .iter()
            .filter(|figure| figure.missed_by(self.size()).is_some());
        let missed = missed.count();
        anyhow::ensure!(
            missed == 0,
            "{missed} of {} figures missed their goal",
            self.figures.len()
        );
        Ok(())
    }
}
