//! The figures and how they are shown. Owns no measuring.

use serde::Serialize;

/// One measured figure beside its baseline and its goal.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: &'static str,
    /// The value, in `unit`.
    pub value: f64,
    /// Unit of `value` and `baseline`.
    pub unit: &'static str,
    /// How many activities the log held.
    pub activities: u64,
    /// The same question put to SQLite with indexes over the same data in the same run.
    pub baseline: Option<f64>,
    /// What the value must reach.
    pub goal: Goal,
}

/// What a figure must reach.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// Shown for information.
    None,
}

impl Figure {
    /// Whether the goal is reached.
    pub fn reached(&self) -> bool {
        match self.goal {
            Goal::AtMost(most) => self.value <= most,
            Goal::AtLeast(least) => self.value >= least,
            Goal::None => true,
        }
    }
}

/// Prints a table, or one JSON object per figure.
pub fn print(figures: &[Figure], json: bool) -> anyhow::Result<()> {
    if json {
        for figure in figures {
            println!("{}", serde_json::to_string(figure)?);
        }
        return Ok(());
    }
    println!(
        "{:<46} {:>13} {:<14} {:>13}  {:<12}",
        "figure", "value", "unit", "SQLite", "goal"
    );
    for figure in figures {
        let baseline = figure.baseline.map_or_else(|| "–".to_owned(), number);
        let goal = match figure.goal {
            Goal::AtMost(most) => format!("≤ {}", number(most)),
            Goal::AtLeast(least) => format!("≥ {}", number(least)),
            Goal::None => String::new(),
        };
        let mark = if figure.reached() { "" } else { "MISSED" };
        println!(
            "{:<46} {:>13} {:<14} {:>13}  {:<12} {mark}",
            figure.name,
            number(figure.value),
            figure.unit,
            baseline,
            goal
        );
    }
    Ok(())
}

fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 1000.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}
